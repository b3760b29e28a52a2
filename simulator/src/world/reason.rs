//! Why a linking was aborted, as a sentence that says what happened and one that says what to do.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::entry::{Client, Entry};

/// The reason of an aborted linking; its `Display` is what the failure page shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AbortReason {
    /// The user opened an address from somewhere that cannot start linking.
    #[error("linking starts from a Log In button alone, not from {entry}")]
    NotALogInButton {
        /// From where.
        entry: Entry,
    },
    /// The user's client does not support linking.
    #[error(
        "account linking works in the iOS and Android apps alone, not in the client \"{client}\""
    )]
    UnsupportedClient {
        /// Which client.
        client: Client,
    },
    /// The page's profile lacks the address that the knob demands.
    #[error(
        "the page's Messenger profile has no account_linking_url, and the knob profile_url_needed demands one"
    )]
    NoProfileUrl,
    /// A newer tap has replaced the token, and the knob demands the newest.
    #[error(
        "a newer tap has replaced this account_linking_token, and the knob newest_token_only demands the newest"
    )]
    Superseded,
    /// It is not the user's browser that came back, and the knob demands it.
    #[error(
        "the redirect was followed without the cookie of the user who tapped, and the knob redirect_needs_cookie demands it"
    )]
    NotTheBrowser,
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
            Self::NotALogInButton { .. } => {
                "Send a message with a button of type account_link and let the user tap that."
            }
            Self::UnsupportedClient { .. } => {
                "Let the user tap the Log In button in an app; answer the bare address with a page, not with an error."
            }
            Self::NoProfileUrl => "Set account_linking_url in the Messenger profile.",
            Self::Superseded => "Finish the newest login, or tap the Log In button again.",
            Self::NotTheBrowser => {
                "Redirect the user's browser to the redirect_uri; do not request it from the server."
            }
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
