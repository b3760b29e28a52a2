//! The event of a finished linking or unlinking.

use serde::Serialize;

/// `account_linking`, the code before the status as captured (protocol row 1.6.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AccountLinking {
    /// Only with `linked` (protocol row 1.6.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_code: Option<String>,
    /// `linked` or `unlinked`.
    pub status: String,
}

impl AccountLinking {
    /// Linked by this code.
    pub fn linked(code: &str) -> Self {
        Self {
            authorization_code: Some(code.to_owned()),
            status: "linked".to_owned(),
        }
    }

    /// Not linked any more; no code travels with it.
    pub fn unlinked() -> Self {
        Self {
            authorization_code: None,
            status: "unlinked".to_owned(),
        }
    }
}
