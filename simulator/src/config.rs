//! What the platform has been told: app, page, webhook and the knobs for what nobody documents.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use url::Url;

use crate::Knobs;

/// Everything a platform is started with. `Config::default()` is complete and valid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Where to listen; port 0 picks a free port. Loopback unless told otherwise.
    pub listen: SocketAddr,
    /// Decimal string.
    pub app_id: String,
    /// What `GET /{app-id}` answers as `name`.
    pub app_name: String,
    /// Key of both webhook signatures and of `appsecret_proof`.
    pub app_secret: String,
    /// Decimal string of 15 or 16 digits.
    pub page_id: String,
    /// What `GET /me` answers as `name`.
    pub page_name: String,
    /// Token that the backend's Graph calls carry.
    pub page_access_token: String,
    /// What the verification handshake sends.
    pub verify_token: String,
    /// Where events are delivered at the start; without one, every delivery fails with that reason. Plain `http` only.
    pub webhook_url: Option<String>,
    /// Webhook fields that both the app and its page are subscribed to at the start.
    ///
    /// Calls of `/{app-id}/subscriptions` and `/me/subscribed_apps` change them later.
    pub subscribed_fields: Vec<String>,
    /// How long a delivery may take before it counts as not acknowledged (5 s today, protocol row 3.3.3).
    pub ack_timeout: Duration,
    /// Seed of every generated id, token and challenge.
    pub seed: u64,
    /// Knob: whether a successful call of `unlink_accounts` is followed by an `unlinked` event.
    ///
    /// Nobody documents it (protocol row 1.6.7); on by default.
    pub unlinked_event_after_api: bool,
    /// Knob: how many characters an `authorization_code` may have; longer ones abort the linking.
    ///
    /// The real limit is unknown (protocol row 1.5.11); 2,000 by default.
    pub code_limit: usize,
    /// Further apps of the page, at most nine (protocol row 3.4.7); each has a webhook and a secret of its own.
    pub other_apps: Vec<OtherApp>,
    /// Whether the control plane answers although the platform listens beyond loopback; whoever reaches it can do
    /// everything then, and read the secrets.
    pub control_beyond_loopback: bool,
    /// All other knobs, with the values that the platform starts with.
    pub knobs: Knobs,
}

/// How many apps one page has at most (protocol row 3.4.7).
const MAX_APPS: usize = 10;

/// A further app of the page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OtherApp {
    /// Decimal string.
    pub app_id: String,
    /// Key of the signatures on its deliveries.
    pub app_secret: String,
    /// What the verification handshake of its webhook sends.
    pub verify_token: String,
    /// Where its events are delivered at the start. Plain `http` only.
    pub webhook_url: Option<String>,
    /// Webhook fields that both the app and the page are subscribed to at the start.
    pub subscribed_fields: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            app_id: "1517776481860111".to_owned(),
            app_name: "Linklab App".to_owned(),
            app_secret: "0123456789abcdef0123456789abcdef".to_owned(),
            page_id: "1691462197845448".to_owned(),
            page_name: "Linklab Page".to_owned(),
            page_access_token: "PAGE_ACCESS_TOKEN".to_owned(),
            verify_token: "VERIFY_TOKEN".to_owned(),
            webhook_url: None,
            subscribed_fields: [
                "messages",
                "messaging_postbacks",
                "messaging_account_linking",
            ]
            .map(str::to_owned)
            .to_vec(),
            ack_timeout: Duration::from_secs(5),
            seed: 0,
            unlinked_event_after_api: true,
            code_limit: 2_000,
            other_apps: Vec::new(),
            control_beyond_loopback: false,
            knobs: Knobs::default(),
        }
    }
}

impl Config {
    /// Checks everything and reports all problems at once.
    ///
    /// ```
    /// let config = linklab_simulator::Config {
    ///     app_secret: String::new(),
    ///     page_id: "page".to_owned(),
    ///     ..Default::default()
    /// };
    /// assert_eq!(config.validate().unwrap_err().problems.len(), 2);
    /// ```
    pub fn validate(&self) -> Result<(), ConfigError> {
        let mut problems = Vec::new();
        problems.extend(numeric_id("app_id", &self.app_id));
        problems.extend(numeric_id("page_id", &self.page_id));
        if self.page_id == self.app_id {
            problems
                .push("page_id and app_id are the same; give the page an id of its own".to_owned());
        }
        for (name, value) in [
            ("app_secret", &self.app_secret),
            ("page_access_token", &self.page_access_token),
            ("verify_token", &self.verify_token),
        ] {
            if value.trim().is_empty() {
                problems.push(format!(
                    "{name} is empty; give the value that the backend was configured with"
                ));
            }
            if is_real_token(value) {
                problems.push(format!(
                    "{name} looks like a real access token of Meta; this platform needs none and must not hold one, so give any other text"
                ));
            }
        }
        problems.extend(
            self.webhook_url
                .as_deref()
                .and_then(|url| webhook_problem("webhook_url", url)),
        );
        self.check_other_apps(&mut problems);
        if self.ack_timeout.is_zero() {
            problems.push(
                "ack_timeout is zero, so no delivery could be acknowledged; 5 s is usual"
                    .to_owned(),
            );
        }
        if problems.is_empty() {
            Ok(())
        } else {
            Err(ConfigError { problems })
        }
    }

    fn check_other_apps(&self, problems: &mut Vec<String>) {
        if self.other_apps.len() >= MAX_APPS {
            problems.push(format!(
                "other_apps has {} entries; a page has at most {MAX_APPS} apps with its own",
                self.other_apps.len()
            ));
        }
        let mut known = vec![&self.app_id, &self.page_id];
        for (at, app) in self.other_apps.iter().enumerate() {
            let place = |key: &str| format!("other_apps[{at}].{key}");
            problems.extend(numeric_id(&place("app_id"), &app.app_id));
            if known.contains(&&app.app_id) {
                let place = place("app_id");
                problems.push(format!(
                    "{place} is used already; give each app an id of its own"
                ));
            }
            known.push(&app.app_id);
            if app.app_secret.trim().is_empty() {
                let place = place("app_secret");
                problems.push(format!(
                    "{place} is empty; give the value that the backend was configured with"
                ));
            }
            let url = app.webhook_url.as_deref();
            problems.extend(url.and_then(|url| webhook_problem(&place("webhook_url"), url)));
        }
    }

    /// Whether the app receives this webhook field at the start.
    pub fn subscribes(&self, field: &str) -> bool {
        self.subscribed_fields
            .iter()
            .any(|subscribed| subscribed == field)
    }
}

/// Ids travel inside the sealed token as numbers, so they must be written as the number they are.
fn numeric_id(name: &str, value: &str) -> Option<String> {
    let exact = value.len() <= 19
        && value
            .parse::<u64>()
            .is_ok_and(|number| number.to_string() == value);
    (!exact).then(|| {
        format!("{name} is \"{value}\"; it must be a decimal number of at most 19 digits without leading zeros")
    })
}

/// Whether it has the shape of an access token that Meta issues: `EAA` and at least 97 further letters and digits.
///
/// Real ones have been seen with 180 and more characters; nobody makes up a hundred by hand.
fn is_real_token(value: &str) -> bool {
    const SHORTEST: usize = 100;
    let value = value.trim();
    value.len() >= SHORTEST
        && value.starts_with("EAA")
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn webhook_problem(name: &str, value: &str) -> Option<String> {
    let problem = match Url::parse(value) {
        Err(error) => format!("is not an absolute URL ({error})"),
        Ok(url) if url.scheme() == "http" => return None,
        Ok(url) if url.scheme() == "https" => {
            "begins with https; this platform delivers over plain http, so name the backend's http address".to_owned()
        }
        Ok(url) => format!("has the scheme {}; use http", url.scheme()),
    };
    Some(format!("{name} \"{value}\" {problem}"))
}

/// Why a configuration is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// All problems at once, each a sentence.
    pub problems: Vec<String>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the platform cannot start with this configuration: {}",
            self.problems.join("; ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_valid() {
        assert_eq!(Config::default().validate(), Ok(()));
    }

    #[test]
    fn a_real_looking_token_is_refused_and_not_repeated() {
        let of = |letters: usize| Config {
            page_access_token: format!("EAA{}", "Bx7".repeat(letters / 3)),
            ..Config::default()
        };
        let told = of(180).validate().unwrap_err().to_string();
        assert!(
            told.contains("page_access_token looks like a real"),
            "{told}"
        );
        assert!(!told.contains("Bx7Bx7"), "{told}");
        assert_eq!(of(30).validate(), Ok(()));
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let config = Config {
            app_id: "007".to_owned(),
            page_id: String::new(),
            app_secret: " ".to_owned(),
            webhook_url: Some("https://example.test/webhook".to_owned()),
            ack_timeout: Duration::ZERO,
            ..Config::default()
        };
        insta::assert_snapshot!(config.validate().unwrap_err().problems.join("\n"));
    }
}
