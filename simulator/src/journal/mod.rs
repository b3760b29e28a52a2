//! One bounded, append-only, causal log of everything that crossed the platform's border.

use std::time::Duration;

use serde_json::Value;

/// A position in the journal; entries with a greater `seq` are newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Cursor(pub u64);

/// One line of the journal.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Position, starting at 1.
    pub seq: u64,
    /// Platform time in milliseconds.
    pub at_ms: u64,
    /// What this follows from, as a `seq`.
    pub cause: Option<u64>,
    /// What happened.
    pub what: What,
}

/// What a journal line tells.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum What {
    /// The backend called the Graph API.
    GraphCall(GraphCall),
    /// A Send API message reached a conversation.
    BotSaid {
        /// Recipient.
        psid: String,
        /// The `message` object as sent.
        message: Value,
    },
    /// The platform delivered (or failed to deliver) a webhook.
    Delivered {
        /// The users whose events travelled.
        psids: Vec<String>,
        /// How it went.
        attempt: crate::webhook::Attempt,
    },
    /// Anything else worth a line: taps, landings, state changes.
    Note(String),
}

/// One call of the backend, exactly as it came.
#[derive(Debug, Clone)]
pub struct GraphCall {
    /// `fbtrace_id` of the answer.
    pub trace: String,
    /// HTTP method.
    pub method: String,
    /// Path as received, version included.
    pub path: String,
    /// Query as received, undecoded.
    pub query: String,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body bytes (bounded like the request itself).
    pub body: bytes::Bytes,
    /// Which endpoint it was understood as: `messages`, `recipient`, `unlink_accounts`, ...
    pub endpoint: String,
    /// The user concerned, when one could be told.
    pub psid: Option<String>,
    /// Answered HTTP status.
    pub status: u16,
    /// Answered body.
    pub answer: Value,
}

/// Reader of the log; cheap to clone.
#[derive(Debug, Clone)]
pub struct Journal {}

impl Journal {
    /// Where the log ends now.
    pub fn end(&self) -> Cursor {
        unimplemented!()
    }
    /// Entries after `cursor`, oldest first, and how many were dropped by the bound meanwhile.
    pub fn since(&self, _cursor: Cursor) -> (Vec<Entry>, u64) {
        unimplemented!()
    }
    /// The first entry after `cursor` that `wanted` accepts, waiting up to `within` for it.
    pub async fn wait_for(
        &self,
        _cursor: Cursor,
        _within: Duration,
        _wanted: impl Fn(&Entry) -> bool + Send,
    ) -> Option<Entry> {
        unimplemented!()
    }
}
