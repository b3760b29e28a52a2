//! The lines of the journal.

use std::time::Instant;

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
    /// When the line was written, by the process's own unvarying clock: orders it among what others saw within a
    /// millisecond, and while the platform's time stands still.
    pub instant: Instant,
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
    /// Which endpoint it was understood as: the name of the edge (`messages`, `unlink_accounts`,
    /// `messenger_profile`, `subscriptions`, ..), or `recipient`, `page`, `profile`, `persona`, `app`, `batch`,
    /// `debug_token` or `unknown`.
    pub endpoint: String,
    /// The user concerned, when one could be told.
    pub psid: Option<String>,
    /// Answered HTTP status.
    pub status: u16,
    /// Answered body.
    pub answer: Value,
}

impl What {
    /// About how many bytes the line keeps alive beyond its own fixed size.
    pub(super) fn weight(&self) -> usize {
        let pairs = |pairs: &[(String, String)]| -> usize {
            pairs
                .iter()
                .map(|(name, value)| 64 + name.len() + value.len())
                .sum()
        };
        match self {
            Self::GraphCall(call) => {
                let headers = pairs(&call.headers);
                let texts =
                    call.trace.len() + call.method.len() + call.path.len() + call.query.len();
                // An answer grows with the call that it echoes, so the call's size stands for it too.
                headers + texts + 2 * call.body.len() + 256
            }
            Self::BotSaid { psid, message } => psid.len() + value_weight(message),
            Self::Delivered { psids, attempt } => {
                let sent = pairs(&attempt.headers);
                let received = match &attempt.outcome {
                    crate::webhook::Outcome::Answered { headers, body, .. } => {
                        pairs(headers) + body.len()
                    }
                    crate::webhook::Outcome::TimedOut => 0,
                    crate::webhook::Outcome::Unreachable(why) => why.len(),
                };
                psids.iter().map(|psid| 24 + psid.len()).sum::<usize>()
                    + sent
                    + received
                    + attempt.body.len()
            }
            Self::Note(text) => text.len(),
        }
    }
}

fn value_weight(value: &Value) -> usize {
    const NODE: usize = 48;
    match value {
        Value::String(text) => NODE + text.len(),
        Value::Array(items) => NODE + items.iter().map(value_weight).sum::<usize>(),
        Value::Object(map) => {
            NODE + map
                .iter()
                .map(|(key, item)| NODE + key.len() + value_weight(item))
                .sum::<usize>()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => NODE,
    }
}
