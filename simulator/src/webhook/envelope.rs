//! The platform's events as typed values that serialise in the order observed on the wire.

use bytes::Bytes;
use serde::Serialize;
use serde_json::Value;

use super::event::{AccountLinking, DeliveryReceipt, Happening};
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
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub messaging: Vec<Item>,
    /// Events of conversations that another app has; a list of its own beside `messaging`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub standby: Vec<Item>,
}

/// One event of a conversation.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Item {
    /// The user; in an echo, the page.
    pub sender: Party,
    /// The page; in an echo, the user.
    pub recipient: Party,
    /// Milliseconds since the Unix epoch; delivery receipts have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<u64>,
    /// What happened.
    #[serde(flatten)]
    pub happening: Happening,
}

/// One side of a conversation: an id, or a guest of a plugin who has none yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// A decimal string, never a number: ids exceed 2^53.
    Id(String),
    /// How a site calls its guest (protocol section 3.5, surprises).
    UserRef(String),
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
        self.last_entry(&item).messaging.push(item);
        self
    }

    /// Adds an event of a conversation that another app has to the last entry.
    #[must_use]
    pub fn with_standby(mut self, item: Item) -> Self {
        self.last_entry(&item).standby.push(item);
        self
    }

    /// Begins another entry; events added afterwards go into it.
    #[must_use]
    pub fn and_entry(mut self, page_id: &str, time_ms: u64) -> Self {
        self.entry.push(PageEntry::empty(page_id, time_ms));
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
        let mut envelope = Self {
            object: "page".to_owned(),
            entry: Vec::new(),
        };
        envelope.last_entry(&item).messaging.push(item);
        envelope
    }

    /// The last entry, begun for `item` if there is none yet.
    fn last_entry(&mut self, item: &Item) -> &mut PageEntry {
        if self.entry.is_empty() {
            let entry = PageEntry::empty(item.page_id(), item.timestamp.unwrap_or_default());
            self.entry.push(entry);
        }
        self.entry
            .last_mut()
            .expect("an entry was pushed if there was none")
    }
}

impl PageEntry {
    fn empty(page_id: &str, time_ms: u64) -> Self {
        Self {
            id: page_id.to_owned(),
            time: time_ms,
            messaging: Vec::new(),
            standby: Vec::new(),
        }
    }
}

impl Item {
    /// Any event from a user to a page.
    pub fn new(psid: &str, page_id: &str, timestamp_ms: u64, happening: Happening) -> Self {
        Self {
            sender: Party::Id(psid.to_owned()),
            recipient: Party::Id(page_id.to_owned()),
            timestamp: Some(timestamp_ms),
            happening,
        }
    }

    /// The echo of what the page said to a user: sender and recipient change places.
    pub fn echo(psid: &str, page_id: &str, timestamp_ms: u64, happening: Happening) -> Self {
        Self::new(page_id, psid, timestamp_ms, happening)
    }

    /// An event of a user, in the form that its kind demands: delivery receipts have no timestamp, echoes have the
    /// parties the other way round.
    pub fn of_user(psid: &str, page_id: &str, timestamp_ms: u64, happening: Happening) -> Self {
        match happening {
            Happening::Delivery(receipt) => Self::delivered(psid, page_id, receipt),
            Happening::Message(ref message) if message.is_echo => {
                Self::echo(psid, page_id, timestamp_ms, happening)
            }
            other => Self::new(psid, page_id, timestamp_ms, other),
        }
    }

    /// An event of a plugin's guest, who has no id yet.
    pub fn of_guest(
        user_ref: &str,
        page_id: &str,
        timestamp_ms: u64,
        happening: Happening,
    ) -> Self {
        Self {
            sender: Party::UserRef(user_ref.to_owned()),
            ..Self::new("", page_id, timestamp_ms, happening)
        }
    }

    /// A delivery receipt, which has no timestamp in the documented sample.
    pub fn delivered(psid: &str, page_id: &str, receipt: DeliveryReceipt) -> Self {
        Self {
            timestamp: None,
            ..Self::new(psid, page_id, 0, Happening::Delivery(receipt))
        }
    }

    /// The event of a finished linking.
    pub fn linked(psid: &str, page_id: &str, timestamp_ms: u64, code: &str) -> Self {
        let linking = Happening::AccountLinking(AccountLinking::linked(code));
        Self::new(psid, page_id, timestamp_ms, linking)
    }

    /// The event of an unlinking.
    pub fn unlinked(psid: &str, page_id: &str, timestamp_ms: u64) -> Self {
        let linking = Happening::AccountLinking(AccountLinking::unlinked());
        Self::new(psid, page_id, timestamp_ms, linking)
    }

    /// With the time in seconds, as some referrals were seen (protocol section 3.5, surprises).
    #[must_use]
    pub fn with_seconds(mut self) -> Self {
        self.timestamp = self.timestamp.map(|ms| ms / 1000);
        self
    }

    /// Whether the page is the sender.
    fn is_echo(&self) -> bool {
        matches!(&self.happening, Happening::Message(message) if message.is_echo)
    }

    fn page_id(&self) -> &str {
        let page = if self.is_echo() {
            &self.sender
        } else {
            &self.recipient
        };
        match page {
            Party::Id(id) | Party::UserRef(id) => id,
        }
    }
}

/// Whose events a raw body carries, as far as it can be read; each user once.
pub(crate) fn psids_in(body: &[u8]) -> Vec<String> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else {
        return Vec::new();
    };
    let mut psids: Vec<String> = Vec::new();
    for entry in body["entry"].as_array().into_iter().flatten() {
        let page = &entry["id"];
        let lists = [&entry["messaging"], &entry["standby"]];
        for item in lists.into_iter().filter_map(Value::as_array).flatten() {
            // In an echo the page is the sender.
            let parties = [&item["sender"]["id"], &item["recipient"]["id"]];
            let user = parties.into_iter().find(|id| id.is_string() && *id != page);
            if let Some(psid) = user.and_then(Value::as_str)
                && !psids.iter().any(|known| known == psid)
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
        let other = serde_json::Map::from_iter([(
            "read".to_owned(),
            serde_json::json!({ "watermark": 7 }),
        )]);
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
