//! Why a linking was aborted, as a sentence that says what happened and one that says what to do.

use std::time::Duration;

/// The reason of an aborted linking; its `Display` is what the failure page shows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AbortReason {
    /// The address carries no token.
    #[error("the address carries no account_linking_token")]
    NoToken,
    /// The token is none of ours.
    #[error("the account_linking_token is not one that this platform made")]
    GarbledToken,
    /// The token belongs to another attempt, page or app.
    #[error("the account_linking_token belongs to another login")]
    ForeignToken,
    /// The token tells a user that this platform does not have.
    #[error("the account_linking_token was made for {psid}, whom this platform does not know")]
    UnknownUser {
        /// Who the token names.
        psid: String,
    },
    /// More than five minutes have passed.
    #[error("token expired {} ago", age(*ago_ms))]
    TokenExpired {
        /// Milliseconds since its end.
        ago_ms: u64,
    },
    /// A code has come back with this token before.
    #[error(
        "the account_linking_token was already used: an authorization_code has come back with it before"
    )]
    AlreadyUsed,
    /// The browser came back without a code, as after a cancel.
    #[error("no authorization_code came back")]
    NoCode,
    /// `authorization_code=` without a value.
    #[error("the authorization_code is empty")]
    EmptyCode,
    /// The code is longer than the knob allows.
    #[error("the authorization_code has {length} characters, at most {limit} are allowed")]
    LongCode {
        /// Characters that came.
        length: usize,
        /// Characters allowed.
        limit: usize,
    },
    /// The app does not receive linking events.
    #[error("not subscribed to messaging_account_linking")]
    NotSubscribed,
    /// The webhook answered something other than 2xx.
    #[error("webhook answered {status}")]
    Refused {
        /// HTTP status.
        status: u16,
    },
    /// The webhook did not answer in time.
    #[error("webhook did not answer within {}", span(*limit))]
    TimedOut {
        /// Time allowed.
        limit: Duration,
    },
    /// No connection to the webhook.
    #[error("webhook could not be reached: {0}")]
    Unreachable(String),
}

impl AbortReason {
    /// What the developer can do about it.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NoToken => "Redirect the browser to the redirect_uri exactly as it was received.",
            Self::GarbledToken | Self::ForeignToken => {
                "Keep the redirect_uri of each login with that login, and append nothing but authorization_code."
            }
            Self::UnknownUser { .. } => {
                "Add the user to the platform, or tap the Log In button again."
            }
            Self::TokenExpired { .. } => {
                "Tap the Log In button again and finish within five minutes."
            }
            Self::AlreadyUsed => "Tap the Log In button again: each login gets a token of its own.",
            Self::NoCode => {
                "That is right after a cancel; after a login, append authorization_code to redirect_uri."
            }
            Self::EmptyCode => "Append the code that your backend issued for this login.",
            Self::LongCode { .. } => "Use a shorter code, or raise the platform's code_limit.",
            Self::NotSubscribed => {
                "Subscribe the app to the webhook field messaging_account_linking."
            }
            Self::Refused { .. } => "Answer the linked event with status 200.",
            Self::TimedOut { .. } => {
                "Acknowledge the linked event first and do slow work afterwards."
            }
            Self::Unreachable(_) => "Start the backend and check the platform's webhook_url.",
        }
    }
}

/// Whole seconds as seconds, anything else to the millisecond.
fn span(duration: Duration) -> String {
    let ms = duration.as_millis();
    if ms.is_multiple_of(1_000) {
        format!("{} s", ms / 1_000)
    } else {
        format!("{ms} ms")
    }
}

fn age(ms: u64) -> String {
    if ms < 1_000 {
        format!("{ms} ms")
    } else {
        format!("{} s", ms / 1_000)
    }
}
