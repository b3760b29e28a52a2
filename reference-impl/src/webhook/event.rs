//! Events as this backend understands them, read from a body that may hold anything.
//!
//! Each item is read by itself and only in the fields that matter here, so that one odd item never
//! costs its neighbours (protocol P19, P20).

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

/// Something that happened and matters here.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(super) struct Event {
    pub(super) psid: String,
    /// Milliseconds since the Unix epoch by the platform's clock, when the event says so.
    pub(super) time: Option<i64>,
    pub(super) what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub(super) enum What {
    Linked {
        code: String,
    },
    Unlinked,
    /// A message; `mid` is what tells a redelivery from a second message of the same words.
    Said {
        mid: String,
        text: String,
    },
    /// The Get Started button or a menu item.
    Pressed {
        key: String,
        payload: String,
    },
}

/// The body is not JSON, or not an object that could be a notification.
#[derive(Debug, thiserror::Error)]
#[error("the body is not a webhook notification: {0}")]
pub(super) struct Unreadable(serde_json::Error);

/// The longest PSID and message id that are kept, in bytes. Real ones have up to 17 and about 70.
const LONGEST_ID: usize = 256;
/// As much of a text as a command can have; nothing else is looked for in it.
const LONGEST_TEXT: usize = 200;

/// Times below this are seconds: as milliseconds they would lie in the spring of 1973. Some events
/// carry seconds (protocol 3.5, surprises).
const LAST_SECOND: i64 = 100_000_000_000;

/// The events of our page in the order in which they came; everything else is left out.
pub(super) fn read(body: &[u8], page_id: &str) -> Result<Vec<Event>, Unreadable> {
    let notification: Notification = serde_json::from_slice(body).map_err(Unreadable)?;
    if notification.object.as_deref() != Some("page") {
        return Ok(Vec::new());
    }
    let entries = notification
        .entry
        .into_iter()
        .filter_map(|raw| readable::<Entry>(&raw, "entry"));
    let ours = entries.filter(|entry| entry.id.as_deref() == Some(page_id));
    let events = ours.flat_map(|entry| {
        let time = entry.time;
        let items = entry.messaging.into_iter();
        items.filter_map(move |raw| {
            readable::<Item>(&raw, "item").and_then(|item| item.event(page_id, time.as_ref()))
        })
    });
    Ok(events.collect())
}

fn readable<'a, T: Deserialize<'a>>(raw: &'a RawValue, what: &str) -> Option<T> {
    match serde_json::from_str(raw.get()) {
        Ok(value) => Some(value),
        Err(error) => {
            // The error names a position and a kind, never the content.
            tracing::info!(%error, what, "a part of a notification is not readable and was left out");
            None
        }
    }
}

#[derive(Deserialize)]
struct Notification {
    object: Option<String>,
    #[serde(default)]
    entry: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Entry {
    id: Option<String>,
    time: Option<Value>,
    #[serde(default)]
    messaging: Vec<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Item {
    sender: Option<Party>,
    recipient: Option<Party>,
    timestamp: Option<Value>,
    account_linking: Option<AccountLinking>,
    message: Option<Said>,
    postback: Option<Pressed>,
}

/// `id` is a text: PSIDs exceed what a JSON number holds exactly (conformance TOK-07).
#[derive(Deserialize)]
struct Party {
    id: Option<String>,
}

#[derive(Deserialize)]
struct AccountLinking {
    status: Option<String>,
    authorization_code: Option<Value>,
}

#[derive(Deserialize)]
struct Said {
    mid: Option<String>,
    text: Option<String>,
    #[serde(default)]
    is_echo: bool,
}

#[derive(Deserialize)]
struct Pressed {
    mid: Option<String>,
    payload: Option<String>,
}

impl Item {
    fn event(self, page_id: &str, entry_time: Option<&Value>) -> Option<Event> {
        let psid = self.sender?.id.filter(|id| is_id(id) && id != page_id)?;
        if self
            .recipient
            .and_then(|party| party.id)
            .is_some_and(|id| id != page_id)
        {
            return None;
        }
        let time = self
            .timestamp
            .as_ref()
            .and_then(millis)
            .or_else(|| entry_time.and_then(millis));
        let what = if let Some(linking) = self.account_linking {
            linking.what()?
        } else if let Some(said) = self.message {
            said.what()?
        } else {
            self.postback?.what(&psid, time)
        };
        Some(Event { psid, time, what })
    }
}

impl AccountLinking {
    fn what(self) -> Option<What> {
        match (self.status.as_deref(), self.authorization_code) {
            (Some("linked"), Some(Value::String(code))) if !code.is_empty() => {
                Some(What::Linked { code })
            }
            (Some("unlinked"), _) => Some(What::Unlinked),
            _ => None,
        }
    }
}

impl Said {
    fn what(self) -> Option<What> {
        match (self.mid, self.text) {
            (Some(mid), Some(text)) if !self.is_echo && is_id(&mid) => {
                let text = opening(&text);
                Some(What::Said { mid, text })
            }
            _ => None,
        }
    }
}

impl Pressed {
    /// Older postbacks have no `mid`; person and time name them well enough.
    fn what(self, psid: &str, time: Option<i64>) -> What {
        let key = self
            .mid
            .filter(|mid| is_id(mid))
            .unwrap_or_else(|| format!("postback {psid} {}", time.unwrap_or_default()));
        What::Pressed {
            key,
            payload: self.payload.as_deref().map(opening).unwrap_or_default(),
        }
    }
}

fn is_id(text: &str) -> bool {
    (1..=LONGEST_ID).contains(&text.len())
}

fn opening(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}

fn millis(time: &Value) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a time written as 1.7e12 is meant as whole milliseconds"
    )]
    let given = time
        .as_i64()
        .or_else(|| time.as_f64().map(|float| float as i64))?;
    let given = given.max(0);
    Some(if given < LAST_SECOND {
        given * 1000
    } else {
        given
    })
}

#[cfg(test)]
#[path = "event_tests.rs"]
mod tests;
