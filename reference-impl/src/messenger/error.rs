//! What the Graph API says when it refuses, and what it means for us.

use serde::Deserialize;

use crate::secret::Secret;

/// Codes after which the same call may succeed a moment later (protocol 2.3: temporary and rate).
const PASSING: [i64; 5] = [1, 2, 4, 613, 1200];

/// A Graph call that did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GraphError {
    /// The platform answered with its error object.
    #[error("Graph refused with HTTP {status}, code {code}{}: {message}", subcode.map(|n| format!("/{n}")).unwrap_or_default())]
    Refused {
        /// HTTP status.
        status: u16,
        /// `error.code`, 0 when absent.
        code: i64,
        /// `error.error_subcode`.
        subcode: Option<i64>,
        /// `error.message`, without the token.
        message: String,
        /// Whether trying again makes sense.
        transient: bool,
    },
    /// The answer is neither the documented one nor an error object.
    #[error("Graph answered HTTP {status} with something that is not its answer to this call")]
    Unreadable {
        /// HTTP status.
        status: u16,
    },
    /// No connection was made; nothing was sent.
    #[error("Graph cannot be reached; check GRAPH_URL and the network")]
    Unreachable,
    /// The connection broke or took too long; whether the call was carried out is not known.
    #[error("Graph did not answer in time or broke off")]
    NoAnswer,
}

impl GraphError {
    /// Whether the call had no effect and may succeed when it is repeated.
    pub(super) fn is_worth_repeating(&self) -> bool {
        match self {
            Self::Refused { transient, .. } => *transient,
            Self::Unreadable { status } => *status >= 500,
            Self::Unreachable => true,
            Self::NoAnswer => false,
        }
    }

    /// Reads the body of an answer that is not a success. Graph likes to repeat a token that it
    /// refuses; ours is taken out before anybody logs the message.
    pub(super) fn read(status: u16, body: &[u8], token: &Secret) -> Self {
        let Ok(Envelope { error }) = serde_json::from_slice(body) else {
            return Self::Unreadable { status };
        };
        Self::Refused {
            status,
            code: error.code,
            subcode: error.error_subcode,
            transient: error.is_transient || PASSING.contains(&error.code) || status == 429,
            message: error.message.replace(token.reveal(), "[redacted]"),
        }
    }
}

impl From<reqwest::Error> for GraphError {
    /// Keeps nothing of the original: its text holds the address, and the address holds the token.
    fn from(error: reqwest::Error) -> Self {
        if error.is_connect() {
            Self::Unreachable
        } else {
            Self::NoAnswer
        }
    }
}

#[derive(Deserialize)]
struct Envelope {
    error: ErrorObject,
}

/// Shape: protocol 2.3. Everything may be missing, because an error about an error helps nobody.
#[derive(Deserialize)]
struct ErrorObject {
    #[serde(default)]
    message: String,
    #[serde(default)]
    code: i64,
    error_subcode: Option<i64>,
    #[serde(default)]
    is_transient: bool,
}
