//! What the platform has been told: app, page, webhook and the knobs for what nobody documents.

use std::net::SocketAddr;
use std::time::Duration;

/// Everything a platform is started with. `Config::default()` is complete and valid.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where to listen; port 0 picks a free port. Loopback unless told otherwise.
    pub listen: SocketAddr,
    /// Decimal string.
    pub app_id: String,
    /// Key of both webhook signatures and of appsecret_proof.
    pub app_secret: String,
    /// Decimal string of 15 or 16 digits.
    pub page_id: String,
    /// What `GET /me` answers as `name`.
    pub page_name: String,
    /// Token that the backend's Graph calls carry.
    pub page_access_token: String,
    /// What the verification handshake sends.
    pub verify_token: String,
    /// Where events are delivered; without one, every delivery fails with that reason.
    pub webhook_url: Option<String>,
    /// Webhook fields the app is subscribed to.
    pub subscribed_fields: Vec<String>,
    /// How long a delivery may take before it counts as not acknowledged (5 s today, protocol row 3.3.3).
    pub ack_timeout: Duration,
    /// Seed of every generated id, token and challenge.
    pub seed: u64,
}

/// Why a configuration is refused.
#[derive(Debug, thiserror::Error)]
#[error("{problems:?}")]
pub struct ConfigError {
    /// All problems at once, each a sentence.
    pub problems: Vec<String>,
}
