//! Graph errors that a fault can answer with, word for word as protocol section 2.3 has them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One error of the real Graph API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorPreset {
    /// The session behind the page token is gone.
    TokenInvalidated,
    /// The page token has expired.
    TokenExpired,
    /// The token cannot be parsed.
    TokenUnparsable,
    /// The app lacks `pages_messaging`.
    PermissionMissing,
    /// The app calls too often.
    AppRateLimit,
    /// This API is called too often.
    RateLimit,
    /// Sending fails for a while.
    Temporary,
    /// The service is down for a while.
    Service,
    /// Nobody knows.
    Unknown,
    /// The person blocked the page or is gone.
    PersonUnavailable,
    /// The 24 hours are over.
    OutsideWindow,
    /// Nobody has this PSID.
    NoMatchingUser,
    /// The linking token is too old.
    LinkingTokenExpired,
    /// The linking token is none.
    LinkingTokenInvalid,
    /// Another app controls the conversation.
    NotThreadOwner,
}

/// What an error says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) status: u16,
    pub(crate) kind: &'static str,
    pub(crate) code: u32,
    pub(crate) subcode: Option<u32>,
    pub(crate) message: &'static str,
}

const OAUTH: &str = "OAuthException";

impl ErrorPreset {
    /// All of them.
    pub const ALL: [Self; 15] = [
        Self::TokenInvalidated,
        Self::TokenExpired,
        Self::TokenUnparsable,
        Self::PermissionMissing,
        Self::AppRateLimit,
        Self::RateLimit,
        Self::Temporary,
        Self::Service,
        Self::Unknown,
        Self::PersonUnavailable,
        Self::OutsideWindow,
        Self::NoMatchingUser,
        Self::LinkingTokenExpired,
        Self::LinkingTokenInvalid,
        Self::NotThreadOwner,
    ];

    /// The name in rules.
    pub fn name(self) -> &'static str {
        match self {
            Self::TokenInvalidated => "token_invalidated",
            Self::TokenExpired => "token_expired",
            Self::TokenUnparsable => "token_unparsable",
            Self::PermissionMissing => "permission_missing",
            Self::AppRateLimit => "app_rate_limit",
            Self::RateLimit => "rate_limit",
            Self::Temporary => "temporary",
            Self::Service => "service",
            Self::Unknown => "unknown",
            Self::PersonUnavailable => "person_unavailable",
            Self::OutsideWindow => "outside_window",
            Self::NoMatchingUser => "no_matching_user",
            Self::LinkingTokenExpired => "linking_token_expired",
            Self::LinkingTokenInvalid => "linking_token_invalid",
            Self::NotThreadOwner => "not_thread_owner",
        }
    }

    /// Texts that nobody has seen in full are put together from the documented sentence and the observed
    /// grammar `(#code) text`.
    pub(crate) fn words(self) -> Words {
        let (status, code, subcode, message) = match self {
            Self::TokenInvalidated => (
                400,
                190,
                Some(460),
                "Error validating access token: The session has been invalidated because the user changed their \
                 password or Facebook has changed the session for security reasons.",
            ),
            Self::TokenExpired => (
                400,
                190,
                Some(463),
                "Error validating access token: Session has expired",
            ),
            Self::TokenUnparsable => (
                400,
                190,
                None,
                "Invalid OAuth access token - Cannot parse access token",
            ),
            Self::PermissionMissing => (
                403,
                230,
                None,
                "(#230) Requires pages_messaging permission to manage the object",
            ),
            Self::AppRateLimit => (400, 4, None, "(#4) Application request limit reached"),
            Self::RateLimit => (
                400,
                613,
                None,
                "(#613) Calls to this api have exceeded the rate limit.",
            ),
            Self::Temporary => (
                400,
                1200,
                None,
                "(#1200) Temporary send message failure. Please try again later.",
            ),
            Self::Service => (500, 2, None, "(#2) Service temporarily unavailable"),
            Self::Unknown => (500, 1, None, "(#1) An unknown error occurred"),
            Self::PersonUnavailable => (
                400,
                551,
                Some(1_545_041),
                "(#551) This person isn't available right now.",
            ),
            Self::OutsideWindow => (
                400,
                10,
                Some(2_018_278),
                "(#10) This message is sent outside of allowed window.",
            ),
            Self::NoMatchingUser => (400, 100, Some(2_018_001), "(#100) No matching user found"),
            Self::LinkingTokenExpired => {
                (400, 10_301, None, "(#10301) Account linking token expired")
            }
            Self::LinkingTokenInvalid => {
                (400, 10_303, None, "(#10303) Invalid account_linking_token")
            }
            Self::NotThreadOwner => (
                400,
                10,
                Some(2_018_300),
                "(#10) Message not sent: Another app is controlling this thread now.",
            ),
        };
        Words {
            status,
            kind: OAUTH,
            code,
            subcode,
            message,
        }
    }
}

impl fmt::Display for ErrorPreset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for ErrorPreset {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|preset| preset.name() == text);
        found.ok_or_else(|| format!("use {}", Self::ALL.map(Self::name).join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_in_the_text_is_the_code_beside_it() {
        for preset in ErrorPreset::ALL {
            let Words { code, message, .. } = preset.words();
            if let Some((prefix, _)) = message.strip_prefix("(#").and_then(|m| m.split_once(')')) {
                assert_eq!(prefix, code.to_string(), "{preset}");
            } else {
                assert_eq!(code, 190, "{preset}: only token errors have no prefix");
            }
            assert_eq!(preset.name().parse(), Ok(preset));
            let written = serde_json::to_value(preset).unwrap();
            assert_eq!(written, preset.name());
        }
    }
}
