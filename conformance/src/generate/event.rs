//! Webhook events as the suite sends them: kinds, spelling on the wire, signatures, batches.

use bytes::Bytes;
use linklab_simulator::Config;
use linklab_simulator::webhook::{Delivery, sha1_hex, sha256_hex};
use serde_json::{Value, json};

use super::spelling;

/// One item of `messaging[]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Sender: the user.
    pub psid: String,
    /// Recipient: the page.
    pub page_id: String,
    /// Platform milliseconds.
    pub timestamp: u64,
    /// What happened.
    pub kind: EventKind,
}

/// What an event tells.
#[derive(Debug, Clone, PartialEq)]
pub enum EventKind {
    /// `account_linking` with status linked and this code (any JSON value: hostile codes are possible).
    Linked(serde_json::Value),
    /// `account_linking` with status unlinked.
    Unlinked,
    /// `account_linking` exactly as given.
    RawLinking(serde_json::Value),
    /// A text message.
    Message(String),
    /// A key that no backend knows.
    Unknown,
}

/// Spelling of the JSON on the wire; all are legal, all mean the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As the platform does (protocol rows 3.2.5, 3.2.7).
    Platform,
    /// Raw UTF-8, nothing escaped that need not be.
    RawUtf8,
    /// Spaces and line breaks between tokens.
    Spaced,
    /// Keys in another order.
    Reordered,
    /// Unknown extra keys and big numbers beside the known ones.
    Extended,
}

/// How a delivery is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// SHA-1 and SHA-256 headers, both right.
    Both,
    /// SHA-256 only.
    Sha256Only,
    /// Right, with upper-case hex digits.
    UpperCase,
    /// Right SHA-1, wrong SHA-256.
    WrongSha256,
    /// No signature headers.
    Missing,
    /// Signed with another secret.
    WrongKey,
    /// Right signature of other bytes.
    OtherBytes,
    /// Cut short.
    Truncated,
    /// `sha256=` and nothing behind it.
    Empty,
}

/// One POST: entries of events, spelled and signed.
#[derive(Debug, Clone, PartialEq)]
pub struct Parcel {
    /// `object`; `page` on the live platform.
    pub object: String,
    /// Each inner list is one entry's `messaging[]`; the entry's id is the page id of its first event.
    pub entries: Vec<Vec<Event>>,
    /// Spelling.
    pub encoding: Encoding,
    /// Signature.
    pub signature: Signature,
}

impl Event {
    /// `linked` with this code.
    pub fn linked(psid: &str, page_id: &str, timestamp: u64, code: &str) -> Self {
        Self::new(
            psid,
            page_id,
            timestamp,
            EventKind::Linked(Value::from(code)),
        )
    }

    /// `unlinked`.
    pub fn unlinked(psid: &str, page_id: &str, timestamp: u64) -> Self {
        Self::new(psid, page_id, timestamp, EventKind::Unlinked)
    }

    /// An event of any kind.
    pub fn new(psid: &str, page_id: &str, timestamp: u64, kind: EventKind) -> Self {
        Self {
            psid: psid.to_owned(),
            page_id: page_id.to_owned(),
            timestamp,
            kind,
        }
    }

    /// The item of `messaging[]` (protocol row 1.6.1, section 3.5).
    fn to_json(&self) -> Value {
        let mut item = json!({
            "sender": { "id": self.psid },
            "recipient": { "id": self.page_id },
            "timestamp": self.timestamp,
        });
        let (key, value) = match &self.kind {
            EventKind::Linked(code) => (
                "account_linking",
                json!({ "authorization_code": code, "status": "linked" }),
            ),
            EventKind::Unlinked => ("account_linking", json!({ "status": "unlinked" })),
            EventKind::RawLinking(value) => ("account_linking", value.clone()),
            EventKind::Message(text) => (
                "message",
                json!({ "mid": format!("m_{}_{}", self.psid, self.timestamp), "text": text }),
            ),
            EventKind::Unknown => (
                "linklab_unknown_kind",
                json!({ "since": "a version to come" }),
            ),
        };
        item[key] = value;
        item
    }
}

impl EventKind {
    /// Name in transcripts.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Linked(_) => "linked",
            Self::Unlinked => "unlinked",
            Self::RawLinking(_) => "raw-linking",
            Self::Message(_) => "message",
            Self::Unknown => "unknown",
        }
    }
}

impl Signature {
    /// Name in transcripts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Sha256Only => "sha256",
            Self::UpperCase => "upper-case",
            Self::WrongSha256 => "wrong-sha256",
            Self::Missing => "none",
            Self::WrongKey => "wrong-key",
            Self::OtherBytes => "other-bytes",
            Self::Truncated => "truncated",
            Self::Empty => "empty",
        }
    }

    /// Header lines over these bytes (protocol rows 3.2.2 to 3.2.4).
    fn headers(self, secret: &str, body: &[u8]) -> Vec<(String, String)> {
        let sha256 = |hex: &str| ("X-Hub-Signature-256".to_owned(), format!("sha256={hex}"));
        let sha1 = |hex: &str| ("X-Hub-Signature".to_owned(), format!("sha1={hex}"));
        let right = || (sha1_hex(secret, body), sha256_hex(secret, body));
        match self {
            Self::Both => {
                let (one, two) = right();
                vec![sha1(&one), sha256(&two)]
            }
            Self::Sha256Only => vec![sha256(&right().1)],
            Self::UpperCase => {
                let (one, two) = right();
                vec![sha1(&one.to_uppercase()), sha256(&two.to_uppercase())]
            }
            Self::WrongSha256 => vec![
                sha1(&right().0),
                sha256(&sha256_hex("another secret", body)),
            ],
            Self::Missing => Vec::new(),
            Self::WrongKey => {
                vec![
                    sha1(&sha1_hex("another secret", body)),
                    sha256(&sha256_hex("another secret", body)),
                ]
            }
            Self::OtherBytes => {
                let mut other = body.to_vec();
                other.push(b' ');
                vec![
                    sha1(&sha1_hex(secret, &other)),
                    sha256(&sha256_hex(secret, &other)),
                ]
            }
            Self::Truncated => {
                let (one, two) = right();
                vec![sha1(&one[..one.len() / 2]), sha256(&two[..two.len() / 2])]
            }
            Self::Empty => vec![sha1(""), sha256("")],
        }
    }
}

impl Parcel {
    /// One event, spelled and signed as the platform does.
    pub fn one(event: Event) -> Self {
        Self {
            object: "page".to_owned(),
            entries: vec![vec![event]],
            encoding: Encoding::Platform,
            signature: Signature::Both,
        }
    }

    /// The envelope (protocol row 1.6, section 3.5); an entry's time is that of its first event.
    pub fn to_json(&self) -> Value {
        let entries: Vec<Value> = self
            .entries
            .iter()
            .map(|events| {
                json!({
                    "id": events.first().map(|event| event.page_id.as_str()).unwrap_or_default(),
                    "time": events.first().map_or(0, |event| event.timestamp),
                    "messaging": events.iter().map(Event::to_json).collect::<Vec<_>>(),
                })
            })
            .collect();
        json!({ "object": self.object, "entry": entries })
    }

    /// The very bytes that are sent and signed.
    pub fn body(&self) -> Bytes {
        let value = self.to_json();
        match self.encoding {
            Encoding::Platform => spelling::platform(&value).into(),
            Encoding::RawUtf8 => spelling::raw(&value).into(),
            Encoding::Spaced => spelling::spaced(&value).into(),
            Encoding::Reordered => spelling::reordered(&value).into(),
            Encoding::Extended => spelling::raw(&spelling::extended(&value)).into(),
        }
    }

    /// Ready to be sent with the app secret and the time-out of `config`.
    pub fn to_delivery(&self, config: &Config) -> Delivery {
        let body = self.body();
        Delivery {
            headers: self.signature.headers(&config.app_secret, &body),
            body,
            timeout: config.ack_timeout,
        }
    }

    /// Users whose events travel, in order.
    pub fn psids(&self) -> Vec<String> {
        self.events().map(|event| event.psid.clone()).collect()
    }

    /// Kinds of the events, in order.
    pub fn kinds(&self) -> Vec<String> {
        self.events()
            .map(|event| event.kind.name().to_owned())
            .collect()
    }

    fn events(&self) -> impl Iterator<Item = &Event> {
        self.entries.iter().flatten()
    }
}

#[cfg(test)]
mod tests;
