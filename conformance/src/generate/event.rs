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
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ENCODINGS: [Encoding; 4] = [
        Encoding::Platform,
        Encoding::RawUtf8,
        Encoding::Spaced,
        Encoding::Reordered,
    ];

    fn any_event() -> impl Strategy<Value = Event> {
        let kind = prop_oneof![
            any::<String>().prop_map(|code| EventKind::Linked(Value::from(code))),
            Just(EventKind::Linked(Value::Null)),
            Just(EventKind::Linked(json!([1, { "a": "b" }]))),
            Just(EventKind::Unlinked),
            any::<String>().prop_map(EventKind::Message),
            any::<String>().prop_map(|status| EventKind::RawLinking(json!({ "status": status }))),
            Just(EventKind::Unknown),
        ];
        ("[0-9]{1,20}", "[0-9]{15}", 0..2_000_000_000_000_u64, kind).prop_map(
            |(psid, page_id, timestamp, kind)| Event {
                psid,
                page_id,
                timestamp,
                kind,
            },
        )
    }

    fn any_parcel() -> impl Strategy<Value = Parcel> {
        proptest::collection::vec(proptest::collection::vec(any_event(), 1..4), 1..4).prop_map(
            |entries| Parcel {
                object: "page".to_owned(),
                entries,
                encoding: Encoding::Platform,
                signature: Signature::Both,
            },
        )
    }

    /// Whether all of `part` is found in `whole`, where `whole` may hold more keys.
    fn holds(whole: &Value, part: &Value) -> bool {
        match (whole, part) {
            (Value::Object(whole), Value::Object(part)) => part
                .iter()
                .all(|(key, value)| whole.get(key).is_some_and(|found| holds(found, value))),
            (Value::Array(whole), Value::Array(part)) => {
                whole.len() == part.len()
                    && whole
                        .iter()
                        .zip(part)
                        .all(|(whole, part)| holds(whole, part))
            }
            _ => whole == part,
        }
    }

    fn header<'a>(delivery: &'a Delivery, name: &str) -> Option<&'a str> {
        delivery
            .headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    proptest! {
        #[test]
        fn every_spelling_means_the_same(parcel in any_parcel()) {
            let meant = parcel.to_json();
            for encoding in ENCODINGS {
                let body = Parcel { encoding, ..parcel.clone() }.body();
                prop_assert_eq!(&serde_json::from_slice::<Value>(&body).unwrap(), &meant);
            }
            let body = Parcel { encoding: Encoding::Extended, ..parcel }.body();
            prop_assert!(holds(&serde_json::from_slice(&body).unwrap(), &meant));
        }

        #[test]
        fn right_signatures_verify_over_the_very_bytes(parcel in any_parcel()) {
            let config = Config::default();
            let delivery = parcel.to_delivery(&config);
            let right = format!("sha256={}", sha256_hex(&config.app_secret, &delivery.body));
            prop_assert_eq!(header(&delivery, "X-Hub-Signature-256"), Some(right.as_str()));
            for signature in [
                Signature::WrongSha256,
                Signature::Missing,
                Signature::WrongKey,
                Signature::OtherBytes,
                Signature::Truncated,
                Signature::Empty,
            ] {
                let forged = Parcel { signature, ..parcel.clone() }.to_delivery(&config);
                prop_assert_ne!(header(&forged, "X-Hub-Signature-256"), Some(right.as_str()));
            }
        }
    }

    /// The vector of protocol section 3.2, computed by hand before any of this was written.
    #[test]
    fn a_linked_event_is_spelled_and_signed_as_the_platform_does() {
        let event = Event::linked(
            "1134343043305865",
            "1691462197845448",
            1_472_028_542_079,
            "a/b@c%ä😀",
        );
        let delivery = Parcel::one(event).to_delivery(&Config::default());
        assert_eq!(delivery.body.len(), 286);
        assert_eq!(
            header(&delivery, "X-Hub-Signature"),
            Some("sha1=24b657accd57c4514e8b8229757e5147edbe9e9e")
        );
        assert_eq!(
            header(&delivery, "X-Hub-Signature-256"),
            Some("sha256=5d5b0b58f13652dd733439e53c7bdc09eade76f1e4ce44a441028db286cffbc5")
        );
    }

    #[test]
    fn transcripts_can_name_what_travels() {
        let linked = Event::linked("1", "9", 1, "c");
        let parcel = Parcel {
            entries: vec![
                vec![linked.clone(), Event::unlinked("2", "9", 2)],
                vec![linked],
            ],
            ..Parcel::one(Event::unlinked("1", "9", 1))
        };
        assert_eq!(parcel.psids(), ["1", "2", "1"]);
        assert_eq!(parcel.kinds(), ["linked", "unlinked", "linked"]);
    }
}
