//! The settings of one backend.

use std::{fmt, net::SocketAddr, time::Duration};

use url::Url;

use crate::{clock::Clock, linking::AllowList, pages::Language, secret::Secret};

/// How long a code lives unless the configuration says otherwise. The token it belongs to lives five
/// minutes (S32); the rest is room for a redelivery.
const CODE_LIFE: Duration = Duration::from_mins(10);

/// What Meta's dashboard and this backend have to agree on.
#[derive(Clone, Debug)]
pub struct Page {
    /// The page's id; events of other pages are ignored.
    pub id: String,
    /// Signs the webhook.
    pub app_secret: Secret,
    /// Proves the handshake.
    pub verify_token: Secret,
    /// Opens the Graph API.
    pub access_token: Secret,
}

/// Everything that can be set. Start from [`Config::new`] and change what differs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The Facebook page and its secrets.
    pub page: Page,
    /// The address in front of `/me`, with or without a version, for example
    /// `https://graph.facebook.com/v24.0`.
    pub graph_url: String,
    /// `sqlite:path/to/file.db`, `sqlite::memory:`, or `postgres://user:password@host/database`, which
    /// several instances may share.
    pub database_url: String,
    /// How the outside world reaches this backend: scheme, host and port. `None` means
    /// `http://` and the address of the listener.
    pub public_url: Option<String>,
    /// Where `main` listens; a listener that is handed in overrules it.
    pub listen: SocketAddr,
    /// Accepted return addresses.
    pub redirect_allow: AllowList,
    /// Opens the admin endpoints; without it they do not exist.
    pub admin_token: Option<Secret>,
    /// The bot's language.
    pub language: Language,
    /// Also believe a notification that is signed with SHA-1 only.
    pub accept_sha1: bool,
    /// Ask the platform whose token it is before a code is issued, and link only that PSID.
    pub confirm_psid: bool,
    /// How long a code can be used.
    pub code_life: Duration,
    /// Where the time comes from.
    pub clock: Clock,
}

impl Config {
    /// A configuration with the defaults of [`Config::from_env`], a database in memory, and a free
    /// port of the loopback interface.
    pub fn new(page: Page, graph_url: impl Into<String>) -> Self {
        Self {
            page,
            graph_url: graph_url.into(),
            database_url: "sqlite::memory:".to_owned(),
            public_url: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            redirect_allow: AllowList::messenger(),
            admin_token: None,
            language: Language::English,
            accept_sha1: false,
            confirm_psid: false,
            code_life: CODE_LIFE,
            clock: Clock::system(),
        }
    }

    /// Whether browsers reach this backend by https, perhaps through a proxy.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://"))
    }
}

/// The address of a database with its passwords taken out, wherever the driver would take them from.
fn without_password(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else {
        return address.to_owned();
    };
    if url.password().is_some() && url.set_password(Some("redacted")).is_err() {
        return "(not shown)".to_owned();
    }
    if url.query().is_some_and(|query| query.contains("password")) {
        url.set_query(Some("redacted"));
    }
    url.to_string()
}

/// For people: one setting a line, secrets redacted.
impl fmt::Display for Config {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let optional = |secret: &Option<Secret>| match secret {
            Some(secret) => secret.to_string(),
            None => "(not set)".to_owned(),
        };
        let allowed: Vec<String> = self.redirect_allow.entries().collect();
        for (name, value) in [
            ("PAGE_ID", self.page.id.clone()),
            ("APP_SECRET", self.page.app_secret.to_string()),
            ("VERIFY_TOKEN", self.page.verify_token.to_string()),
            ("PAGE_ACCESS_TOKEN", self.page.access_token.to_string()),
            ("GRAPH_URL", self.graph_url.clone()),
            ("DATABASE_URL", without_password(&self.database_url)),
            (
                "PUBLIC_URL",
                self.public_url
                    .clone()
                    .unwrap_or_else(|| "(from the listener)".to_owned()),
            ),
            ("LISTEN", self.listen.to_string()),
            ("REDIRECT_ALLOW", allowed.join(" ")),
            ("ADMIN_TOKEN", optional(&self.admin_token)),
            ("PAGE_LANGUAGE", self.language.tag().to_owned()),
            ("ACCEPT_SHA1", u8::from(self.accept_sha1).to_string()),
            ("CONFIRM_PSID", u8::from(self.confirm_psid).to_string()),
            ("CODE_LIFE_SECONDS", self.code_life.as_secs().to_string()),
        ] {
            writeln!(formatter, "{name}={value}")?;
        }
        Ok(())
    }
}
