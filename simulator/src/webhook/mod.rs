//! Events on their way to the backend: escape, sign the very bytes, send the same bytes.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

/// Serialises as the platform does on the wire: compact and escaped as observed (protocol rows 3.2.5, 3.2.7).
pub fn escape(_event: &Value) -> Bytes {
    unimplemented!()
}

/// Lower-case hex HMAC-SHA256 of `body`.
pub fn sha256_hex(_secret: &str, _body: &[u8]) -> String {
    unimplemented!()
}

/// Lower-case hex HMAC-SHA1 of `body`.
pub fn sha1_hex(_secret: &str, _body: &[u8]) -> String {
    unimplemented!()
}

/// A request to deliver: raw on purpose, so that hostile and odd deliveries are possible too.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The very bytes to send.
    pub body: Bytes,
    /// Header lines to send beside the platform's own (`content-type`, `user-agent`); signatures included.
    pub headers: Vec<(String, String)>,
    /// Time allowed for the answer.
    pub timeout: Duration,
}

impl Delivery {
    /// A delivery as the platform makes it: escaped, both signatures, default time-out of `config`.
    pub fn signed(_config: &crate::Config, _event: &Value) -> Self {
        unimplemented!()
    }
    /// Signs given bytes as the platform would.
    pub fn signed_bytes(_config: &crate::Config, _body: Bytes) -> Self {
        unimplemented!()
    }
}

/// How one attempt to deliver went.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The bytes that were sent.
    pub body: Bytes,
    /// Header lines that were sent.
    pub headers: Vec<(String, String)>,
    /// The answer, or why there was none.
    pub outcome: Outcome,
    /// From first byte sent to the answer or the give-up.
    pub elapsed: Duration,
}

/// What came back.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The backend answered.
    Answered {
        /// HTTP status.
        status: u16,
        /// Header names in lower case.
        headers: Vec<(String, String)>,
        /// At most 64 KiB of it.
        body: Bytes,
    },
    /// No answer in time.
    TimedOut,
    /// No connection, or it broke.
    Unreachable(String),
}

impl Attempt {
    /// Whether the platform counts this as acknowledged: any 2xx (protocol rows 3.3.1, 3.3.2, 3.3.11).
    pub fn acknowledged(&self) -> bool {
        matches!(self.outcome, Outcome::Answered { status, .. } if (200..300).contains(&status))
    }
}

/// Answer of the backend to a verification GET.
#[derive(Debug, Clone)]
pub struct HandshakeAnswer {
    /// The query that was sent, in order.
    pub query: Vec<(String, String)>,
    /// The answer; its body is compared with the challenge, not its status alone (clients: challenge row).
    pub outcome: Outcome,
    /// Time to the answer.
    pub elapsed: Duration,
}
