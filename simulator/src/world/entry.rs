//! Where a user is and what he touched: the client, and the places from which an address can be opened.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The Messenger client of a user; linking is supported by the two apps alone (S09, protocol row 1.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    /// The iOS app.
    #[default]
    Ios,
    /// The Android app.
    Android,
    /// Messenger in a browser.
    Web,
}

impl Client {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Ios, Self::Android, Self::Web];

    /// Whether account linking works there.
    pub const fn supports_linking(self) -> bool {
        matches!(self, Self::Ios | Self::Android)
    }

    /// The name in configurations and answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ios => "ios",
            Self::Android => "android",
            Self::Web => "web",
        }
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Client {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|client| client.name() == text)
            .ok_or_else(|| format!("\"{text}\" is no client; use ios, android or web"))
    }
}

/// The place from which the user opens an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// A Log In button in a message.
    LogInButton,
    /// Log In in the thread details, which opens the profile's `account_linking_url` (protocol row 1.1.9).
    ThreadDetails,
    /// A URL item of the persistent menu.
    PersistentMenu,
    /// A URL button of a message.
    UrlButton,
    /// A webview that is open already.
    OpenWebview,
    /// The chat plugin on a web site.
    ChatPlugin,
}

impl Entry {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::LogInButton,
        Self::ThreadDetails,
        Self::PersistentMenu,
        Self::UrlButton,
        Self::OpenWebview,
        Self::ChatPlugin,
    ];

    /// Whether linking can start here (S03 to S06, protocol row 1.1.1).
    pub const fn starts_linking(self) -> bool {
        matches!(self, Self::LogInButton | Self::ThreadDetails)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LogInButton => "a Log In button",
            Self::ThreadDetails => "the thread details",
            Self::PersistentMenu => "a URL item of the persistent menu",
            Self::UrlButton => "a URL button",
            Self::OpenWebview => "a webview that is open already",
            Self::ChatPlugin => "the chat plugin",
        })
    }
}
