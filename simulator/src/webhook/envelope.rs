//! The platform's events as typed values that serialise in the order observed on the wire.

use bytes::Bytes;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::escape::{Dialect, to_bytes};

/// The whole body of a delivery: `{"object":"page","entry":[..]}`.
///
/// ```
/// use linklab_simulator::webhook::{Envelope, Item};
///
/// let body = Envelope::page("1691462197845448", 1472028542079)
///     .with(Item::linked("1134343043305865", "1691462197845448", 1472028542079, "c/1"))
///     .with(Item::unlinked("26628309676818465", "1691462197845448", 1472028542080))
///     .to_bytes();
/// assert!(body.starts_with(br#"{"object":"page","entry":[{"id":"1691462197845448","time":1472028542079,"#));
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Envelope {
    /// `page`, unless a hostile delivery is wanted.
    pub object: String,
    /// One or, under load, several (protocol row 3.3.10).
    pub entry: Vec<PageEntry>,
}

/// One page's share of a delivery.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PageEntry {
    /// Page id.
    pub id: String,
    /// Milliseconds since the Unix epoch.
    pub time: u64,
    /// One or, under load, several events.
    pub messaging: Vec<Item>,
}

/// One event of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// The user.
    pub sender: Party,
    /// The page.
    pub recipient: Party,
    /// Milliseconds since the Unix epoch.
    pub timestamp: u64,
    /// What happened.
    #[serde(flatten)]
    pub happening: Happening,
}

/// One side of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Party {
    /// A decimal string, never a number: ids exceed 2^53.
    pub id: String,
}

/// The one key that tells what kind of event it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// The account was linked or unlinked.
    AccountLinking(AccountLinking),
    /// The user wrote.
    Message(Message),
    /// The user pressed a postback button.
    Postback(Postback),
    /// Any other keys, for events that the platform has and linking does not need.
    #[serde(untagged)]
    Other(Map<String, Value>),
}

/// `account_linking`, the code before the status as captured (protocol row 1.6.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountLinking {
    /// Only with `linked` (protocol row 1.6.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_code: Option<String>,
    /// `linked` or `unlinked`.
    pub status: String,
}

/// `message`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Id of the message.
    pub mid: String,
    /// What the user typed.
    pub text: String,
}

/// `postback`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Postback {
    /// Id of the postback.
    pub mid: String,
    /// The button's label.
    pub title: String,
    /// The button's payload.
    pub payload: String,
}

impl Envelope {
    /// An envelope with one entry of `page_id` that holds no event yet.
    pub fn page(page_id: &str, time_ms: u64) -> Self {
        Self {
            object: "page".to_owned(),
            entry: Vec::new(),
        }
        .and_entry(page_id, time_ms)
    }

    /// Adds an event to the last entry.
    #[must_use]
    pub fn with(mut self, item: Item) -> Self {
        match self.entry.last_mut() {
            Some(entry) => entry.messaging.push(item),
            None => {
                return self
                    .and_entry(&item.recipient.id.clone(), item.timestamp)
                    .with(item);
            }
        }
        self
    }

    /// Begins another entry; events added afterwards go into it.
    #[must_use]
    pub fn and_entry(mut self, page_id: &str, time_ms: u64) -> Self {
        self.entry.push(PageEntry {
            id: page_id.to_owned(),
            time: time_ms,
            messaging: Vec::new(),
        });
        self
    }

    /// The bytes that travel and are signed.
    pub fn to_bytes(&self) -> Bytes {
        to_bytes(self, Dialect::Webhook)
    }

    /// The same as a JSON value, which forgets the order of keys.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).expect("an envelope has string keys only")
    }

    pub(crate) fn of_one(item: Item) -> Self {
        Self::page(&item.recipient.id.clone(), item.timestamp).with(item)
    }
}

impl Item {
    /// Any event from a user to a page.
    pub fn new(psid: &str, page_id: &str, timestamp_ms: u64, happening: Happening) -> Self {
        Self {
            sender: Party {
                id: psid.to_owned(),
            },
            recipient: Party {
                id: page_id.to_owned(),
            },
            timestamp: timestamp_ms,
            happening,
        }
    }

    /// The event of a finished linking.
    pub fn linked(psid: &str, page_id: &str, timestamp_ms: u64, code: &str) -> Self {
        let linking = AccountLinking {
            authorization_code: Some(code.to_owned()),
            status: "linked".to_owned(),
        };
        Self::new(
            psid,
            page_id,
            timestamp_ms,
            Happening::AccountLinking(linking),
        )
    }

    /// The event of an unlinking.
    pub fn unlinked(psid: &str, page_id: &str, timestamp_ms: u64) -> Self {
        let linking = AccountLinking {
            authorization_code: None,
            status: "unlinked".to_owned(),
        };
        Self::new(
            psid,
            page_id,
            timestamp_ms,
            Happening::AccountLinking(linking),
        )
    }
}

/// Whose events a raw body carries, as far as it can be read; each user once.
pub(crate) fn psids_in(body: &[u8]) -> Vec<String> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return Vec::new();
    };
    let mut psids: Vec<String> = Vec::new();
    for entry in body["entry"].as_array().into_iter().flatten() {
        for item in entry["messaging"].as_array().into_iter().flatten() {
            if let Some(psid) = item["sender"]["id"]
                .as_str()
                .filter(|&psid| !psids.iter().any(|known| known == psid))
            {
                psids.push(psid.to_owned());
            }
        }
    }
    psids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_travel_in_the_captured_order() {
        let body = Envelope::of_one(Item::linked("1", "2", 3, "ä/")).to_bytes();
        assert_eq!(
            body,
            r#"{"object":"page","entry":[{"id":"2","time":3,"messaging":[{"sender":{"id":"1"},"recipient":{"id":"2"},"timestamp":3,"account_linking":{"authorization_code":"\u00e4\/","status":"linked"}}]}]}"#
        );
    }

    #[test]
    fn an_unlinked_event_has_no_code_key() {
        let body = Envelope::of_one(Item::unlinked("1", "2", 3)).to_bytes();
        assert!(body.ends_with(br#""account_linking":{"status":"unlinked"}}]}]}"#));
    }

    #[test]
    fn a_batch_keeps_its_entries_apart() {
        let other = Map::from_iter([("read".to_owned(), serde_json::json!({ "watermark": 7 }))]);
        let value = Envelope::page("2", 3)
            .with(Item::new("1", "2", 3, Happening::Other(other)))
            .with(Item::unlinked("1", "2", 4))
            .and_entry("2", 5)
            .with(Item::linked("8", "2", 5, "c"))
            .to_value();
        assert_eq!(value["entry"][0]["messaging"][0]["read"]["watermark"], 7);
        assert_eq!(
            value["entry"][0]["messaging"].as_array().map(Vec::len),
            Some(2)
        );
        assert_eq!(value["entry"][1]["messaging"][0]["sender"]["id"], "8");
    }
}
