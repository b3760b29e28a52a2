//! What the backend has been told about Meta: app, page, tokens and where the Graph API answers.

use std::net::{Ipv4Addr, SocketAddr};

use crate::seed::Seed;

/// The `[platform]` section: what the owner declared. What is missing is generated for the run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PlatformFacts {
    /// Where the backend finds the Graph API.
    pub listen: Option<SocketAddr>,
    /// Decimal string.
    pub app_id: Option<String>,
    /// Key of the webhook signatures.
    pub app_secret: Option<String>,
    /// Decimal string.
    pub page_id: Option<String>,
    /// Token of the Graph calls.
    pub page_access_token: Option<String>,
    /// Token of the webhook handshake.
    pub verify_token: Option<String>,
}

/// The facts of one run, complete: what an automatically started backend is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Platform {
    /// Where the platform listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Base URL of the Graph API without a closing slash; empty until the platform runs.
    pub graph_url: String,
    /// Decimal string.
    pub app_id: String,
    /// Key of the webhook signatures.
    pub app_secret: String,
    /// Decimal string.
    pub page_id: String,
    /// Token of the Graph calls.
    pub page_access_token: String,
    /// Token of the webhook handshake.
    pub verify_token: String,
}

impl PlatformFacts {
    /// Declared facts, completed from the run's seed so that a run can be repeated.
    pub fn completed(&self, seed: u64) -> Platform {
        let made = |name: &str| Seed::of(seed, name, 0);
        let or = |declared: &Option<String>, make: &dyn Fn() -> String| {
            declared.clone().unwrap_or_else(make)
        };
        Platform {
            listen: self
                .listen
                .unwrap_or_else(|| SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
            graph_url: String::new(),
            app_id: or(&self.app_id, &|| made("app id").digits(15)),
            app_secret: or(&self.app_secret, &|| made("app secret").hex(32)),
            page_id: or(&self.page_id, &|| made("page id").digits(15)),
            page_access_token: or(&self.page_access_token, &|| {
                format!("EAA{}", made("page access token").hex(60))
            }),
            verify_token: or(&self.verify_token, &|| {
                format!("verify-{}", made("verify token").hex(24))
            }),
        }
    }
}

impl Platform {
    /// Names that `[start]` may use in braces, with their values.
    pub fn filled(&self) -> [(&'static str, &str); 6] {
        [
            ("graph_url", &self.graph_url),
            ("page_access_token", &self.page_access_token),
            ("app_secret", &self.app_secret),
            ("verify_token", &self.verify_token),
            ("page_id", &self.page_id),
            ("app_id", &self.app_id),
        ]
    }

    /// Replaces `{graph_url}` and its kin by their values; other braces stay.
    pub fn fill(&self, text: &str) -> String {
        self.filled()
            .iter()
            .fold(text.to_owned(), |text, (name, value)| {
                text.replace(&format!("{{{name}}}"), value)
            })
    }
}
