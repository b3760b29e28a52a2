//! Webhook events as the suite sends them: kinds, spelling on the wire, signatures, batches.

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
}
