//! A delivery to make, and how one attempt went.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::sign::{sha1_hex, sha256_hex};
use crate::Config;
use crate::world::AbortReason;

/// How much of an answer is read; the rest is left unread and the connection closed.
pub const ANSWER_LIMIT: usize = 64 * 1024;

/// A request to deliver: raw on purpose, so that hostile and odd deliveries are possible too.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// The very bytes to send.
    pub body: Bytes,
    /// Header lines to send beside the platform's own (`content-type`, `user-agent`); signatures included.
    ///
    /// A line with the name of one of the platform's own replaces it.
    pub headers: Vec<(String, String)>,
    /// Time allowed for the answer.
    pub timeout: Duration,
}

impl Delivery {
    /// A delivery as the platform makes it: escaped, both signatures, default time-out of `config`.
    pub fn signed(config: &Config, event: &Value) -> Self {
        Self::signed_bytes(config, super::escape(event))
    }

    /// Signs given bytes as the platform would.
    pub fn signed_bytes(config: &Config, body: Bytes) -> Self {
        let headers = Self::signature(&config.app_secret, &body);
        Self {
            body,
            headers,
            timeout: config.ack_timeout,
        }
    }

    /// Both signature lines over these bytes, the older one first (protocol rows 3.2.2, 3.2.3).
    pub(crate) fn signature(secret: &str, body: &[u8]) -> Vec<(String, String)> {
        vec![
            (
                "x-hub-signature".to_owned(),
                format!("sha1={}", sha1_hex(secret, body)),
            ),
            (
                "x-hub-signature-256".to_owned(),
                format!("sha256={}", sha256_hex(secret, body)),
            ),
        ]
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

    /// The attempt that was never made, and why.
    pub(crate) fn never(why: String) -> Self {
        Self {
            body: Bytes::new(),
            headers: Vec::new(),
            outcome: Outcome::Unreachable(why),
            elapsed: Duration::ZERO,
        }
    }

    /// About how many bytes the attempt keeps alive beside the body, which it shares with its delivery.
    pub(crate) fn weight(&self) -> usize {
        let pairs = |pairs: &[(String, String)]| -> usize {
            pairs
                .iter()
                .map(|(name, value)| 64 + name.len() + value.len())
                .sum()
        };
        let received = match &self.outcome {
            Outcome::Answered { headers, body, .. } => pairs(headers) + body.len(),
            Outcome::TimedOut => 0,
            Outcome::Unreachable(why) => why.len(),
        };
        pairs(&self.headers) + received
    }

    /// Why the linking is aborted by this attempt, if it is; `limit` is the time that was allowed.
    pub(crate) fn failure(&self, limit: Duration) -> Option<AbortReason> {
        match &self.outcome {
            _ if self.acknowledged() => None,
            Outcome::Answered { status, .. } => Some(AbortReason::Refused { status: *status }),
            Outcome::TimedOut => Some(AbortReason::TimedOut { limit }),
            Outcome::Unreachable(why) => Some(AbortReason::Unreachable(why.clone())),
        }
    }
}
