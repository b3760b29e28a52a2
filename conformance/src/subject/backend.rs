//! What is known of a backend: where it answers, who can log in, and how its link state is seen.

use crate::context::Policy;

/// An account that the suite may log in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Typed as user name.
    pub username: String,
    /// Typed as password.
    pub password: String,
    /// How the observation names this account.
    pub name: String,
}

/// Optional CSS selectors where discovery guesses wrong.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LoginHints {
    /// User name field.
    pub username_field: Option<String>,
    /// Password field.
    pub password_field: Option<String>,
    /// Submit control.
    pub submit: Option<String>,
    /// Cancel control.
    pub cancel: Option<String>,
    /// Sign-up control.
    pub signup: Option<String>,
    /// Consent control.
    pub continue_: Option<String>,
}

/// What a user types in chat.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChatWords {
    /// Makes the bot offer a Log In button.
    pub login: Option<String>,
    /// Makes the bot offer a Log Out button.
    pub logout: Option<String>,
    /// Gets an answer that differs between linked and unlinked.
    pub question: Option<String>,
}

/// A URL that tells the link state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// With `{psid}` in it.
    pub url: String,
    /// Header lines to send (the contract's table may carry `headers`).
    pub headers: Vec<(String, String)>,
    /// JSON pointer to the boolean.
    pub linked: String,
    /// JSON pointer to the account's name.
    pub account: Option<String>,
}

/// A request that makes the backend unlink a PSID.
#[derive(Debug, Clone, PartialEq)]
pub struct UnlinkAction {
    /// Method.
    pub method: String,
    /// With `{psid}` in it where wanted.
    pub url: String,
    /// Header lines to send.
    pub headers: Vec<(String, String)>,
    /// JSON body with `{psid}` in its strings.
    pub json: Option<serde_json::Value>,
}

/// The backend under test, validated. File format: linking.toml.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The url of the Log In button.
    pub linking_url: String,
    /// Where the platform posts.
    pub webhook_url: Option<String>,
    /// Whether the backend's Graph calls reach us.
    pub graph: bool,
    /// Prefixes the backend is expected to accept; empty: not declared.
    pub redirect_allow: Vec<String>,
    /// Who can log in.
    pub accounts: Vec<Account>,
    /// Selectors.
    pub hints: LoginHints,
    /// Chat words.
    pub chat: ChatWords,
    /// Probe.
    pub probe: Option<Probe>,
    /// Unlink by the backend.
    pub unlink: Option<UnlinkAction>,
    /// Policy.
    pub policy: Policy,
}
