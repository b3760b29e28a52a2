//! What the suite knew before an example began: who, with which URL, and what must not leak.

use serde::{Deserialize, Serialize};

/// One linking that takes part in an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Given {
    /// The Messenger user.
    pub psid: String,
    /// The account that is meant to log in.
    pub account: Option<GivenAccount>,
    /// The url of the Log In button.
    pub button_url: String,
    /// What the webview was asked to open.
    pub linking_url: String,
    /// The exact `redirect_uri` before it was encoded into the linking URL.
    pub redirect_uri: String,
    /// The token, also where the `redirect_uri` does not carry it.
    pub account_linking_token: String,
    /// Number of the browser (one cookie jar each) that this linking uses.
    pub browser: usize,
}

/// An account as the report may name it; the password stays with the driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenAccount {
    /// Position in `[[accounts]]`.
    pub index: usize,
    /// What is typed as user name.
    pub username: String,
    /// How the observation names this account.
    pub name: String,
}

/// A value that identifies something, found again by exact match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Canary {
    /// What it is, for people: `password of alice`, `page access token`.
    pub name: String,
    /// The value itself.
    pub value: String,
    /// Whether reports must hide it.
    pub secret: bool,
}
