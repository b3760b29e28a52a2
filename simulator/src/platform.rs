//! The running platform: a handle that a test, the suite or the front door holds.

use std::net::SocketAddr;
use std::time::Duration;

use crate::journal::Journal;
use crate::webhook::{Attempt, Delivery, HandshakeAnswer};
use crate::webview::{Landed, Landing, Opening, RedirectTemplate};
use crate::{Clock, Config, ConfigError};

/// Why the platform did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address cannot be bound.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Why something cannot be done for a user; each reads as a sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UserError(pub String);

/// A running platform. Cheap to clone; the last `stop` or drop ends the server.
#[derive(Debug, Clone)]
pub struct Simulator {}

impl Simulator {
    /// Starts the platform and returns once it accepts connections.
    pub async fn start(_config: Config) -> Result<Self, StartError> {
        unimplemented!()
    }
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        unimplemented!()
    }
    /// Base URL of the Graph API, without a trailing slash.
    pub fn graph_url(&self) -> String {
        unimplemented!()
    }
    /// The configuration in force.
    pub fn config(&self) -> &Config {
        unimplemented!()
    }
    /// The platform's clock.
    pub fn clock(&self) -> &Clock {
        unimplemented!()
    }
    /// The log of everything that crossed the border.
    pub fn journal(&self) -> Journal {
        unimplemented!()
    }
    /// Adds a user who talks to the page; `psid` is a decimal string of at most 20 digits, or one is made.
    pub fn add_user(&self, _psid: Option<&str>, _name: &str) -> Result<String, UserError> {
        unimplemented!()
    }
    /// Whether the platform holds this user as linked, and by which code.
    pub fn link_of(&self, _psid: &str) -> Option<String> {
        unimplemented!()
    }
    /// The user types a text; the message event is delivered.
    pub async fn say(&self, _psid: &str, _text: &str) -> Result<Attempt, UserError> {
        unimplemented!()
    }
    /// The user presses a postback button.
    pub async fn postback(&self, _psid: &str, _title: &str, _payload: &str) -> Result<Attempt, UserError> {
        unimplemented!()
    }
    /// The user taps a Log In button whose url is `button_url`.
    ///
    /// Without `redirect`, the redirect_uri is the platform's own
    /// `{graph_url}/messenger_platform/account_linking/?account_linking_token={token}`.
    pub fn tap_log_in(
        &self,
        _psid: &str,
        _button_url: &str,
        _redirect: Option<&RedirectTemplate>,
    ) -> Result<Opening, UserError> {
        unimplemented!()
    }
    /// The user's webview arrives at `url`, which should be the redirect_uri of `opening` with a code or without.
    ///
    /// The host of `url` is not resolved; an intercepted navigation is handed in as it is.
    pub async fn land(&self, _opening: &Opening, _url: &str, _landing: Landing) -> Landed {
        unimplemented!()
    }
    /// The user taps the Log Out button; the unlinked event is delivered.
    pub async fn tap_log_out(&self, _psid: &str) -> Result<Attempt, UserError> {
        unimplemented!()
    }
    /// Sends a raw delivery to the webhook. Does not change the world's link state.
    pub async fn deliver(&self, _delivery: Delivery) -> Attempt {
        unimplemented!()
    }
    /// Sends a verification GET with exactly this query (order kept) and returns the answer.
    pub async fn handshake(&self, _query: &[(String, String)], _timeout: Duration) -> HandshakeAnswer {
        unimplemented!()
    }
    /// Verifies the webhook as the platform does when a subscription is made.
    pub async fn verify_webhook(&self) -> Result<(), String> {
        unimplemented!()
    }
    /// The whole `linked` envelope for this user at the platform's present time.
    pub fn linked_event(&self, _psid: &str, _code: &str) -> serde_json::Value {
        unimplemented!()
    }
    /// The whole `unlinked` envelope for this user at the platform's present time.
    pub fn unlinked_event(&self, _psid: &str) -> serde_json::Value {
        unimplemented!()
    }
    /// Makes Send API calls for `psid` hang until the guard is dropped (at most `limit`).
    pub fn hold_sends_to(&self, _psid: &str, _limit: Duration) -> HeldSends {
        unimplemented!()
    }
    /// Time the platform itself spent serving requests and preparing deliveries, in total.
    pub fn own_time(&self) -> Duration {
        unimplemented!()
    }
    /// Stops the server and waits until it is down.
    pub async fn stop(&self) {
        unimplemented!()
    }
}

/// While this lives, Send API calls for one user hang.
#[derive(Debug)]
pub struct HeldSends {}
