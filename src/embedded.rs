//! The reference backend inside this process: bound first, served as soon as the platform's address is known.

use std::net::{Ipv4Addr, TcpListener};

use linklab_conformance::context::Policy;
use linklab_conformance::subject::{
    Account, ChatWords, Described, InProcess, LoginHints, Platform, PlatformFacts, Probe, Start,
    Subject, UnlinkAction,
};
use linklab_reference::{AllowList, Backend, Config, Page, Secret};
use serde_json::json;
use tokio_util::sync::CancellationToken;

/// Accounts of the embedded backend: as many as examples are played at the same time.
const ACCOUNTS: [(&str, &str, &str); 4] = [
    (
        "counter@harbour.example",
        "Espresso-before-dawn-1",
        "Harbour Counter",
    ),
    (
        "roastery@harbour.example",
        "Espresso-before-dawn-2",
        "Harbour Roastery",
    ),
    (
        "kiosk@harbour.example",
        "Espresso-before-dawn-3",
        "Harbour Kiosk",
    ),
    (
        "office@harbour.example",
        "Espresso-before-dawn-4",
        "Harbour Office",
    ),
];

/// The embedded reference backend; `stop` ends it.
#[derive(Debug)]
pub(crate) struct Embedded {
    listener: Option<TcpListener>,
    origin: String,
    admin_token: String,
    stop: CancellationToken,
}

impl Embedded {
    /// Binds a free loopback port; the error is a sentence.
    pub(crate) fn bind() -> Result<Self, String> {
        let told =
            |error: std::io::Error| format!("no loopback port for the reference backend: {error}");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(told)?;
        listener.set_nonblocking(true).map_err(told)?;
        let address = listener.local_addr().map_err(told)?;
        Ok(Self {
            listener: Some(listener),
            origin: format!("http://{address}"),
            admin_token: admin_token()?,
            stop: CancellationToken::new(),
        })
    }

    /// The backend as the suite gets it. Takes the listener along: a second call has none to serve on.
    pub(crate) fn described(&mut self) -> Described {
        let origin = &self.origin;
        let authorization = vec![(
            "authorization".to_owned(),
            format!("Bearer {}", self.admin_token),
        )];
        let subject = Subject {
            linking_url: self.linking_url(),
            webhook_url: Some(self.webhook_url()),
            graph: true,
            redirect_allow: Vec::new(),
            accounts: ACCOUNTS
                .into_iter()
                .map(|(username, password, name)| Account {
                    username: username.to_owned(),
                    password: password.to_owned(),
                    name: name.to_owned(),
                })
                .collect(),
            hints: LoginHints::default(),
            chat: ChatWords {
                login: Some("login".to_owned()),
                logout: Some("logout".to_owned()),
                question: Some("whoami".to_owned()),
            },
            probe: Some(Probe {
                url: format!("{origin}/admin/links/{{psid}}"),
                headers: authorization.clone(),
                linked: "/linked".to_owned(),
                account: Some("/account".to_owned()),
            }),
            unlink: Some(UnlinkAction {
                method: "POST".to_owned(),
                url: format!("{origin}/admin/unlink"),
                headers: authorization,
                json: Some(json!({ "psid": "{psid}" })),
            }),
            policy: Policy::default(),
        };
        Described {
            subject,
            platform: PlatformFacts::default(),
            start: self.listener.take().map(|listener| {
                let (admin_token, stop) = (self.admin_token.clone(), self.stop.clone());
                Start::InProcess(InProcess::new(move |platform| {
                    launch(listener, platform, admin_token, stop)
                }))
            }),
            expectations: Vec::new(),
            waivers: Vec::new(),
        }
    }

    /// Serves the backend for a platform that runs already.
    pub(crate) async fn serve(&mut self, platform: Platform) -> Result<(), String> {
        let listener = self
            .listener
            .take()
            .ok_or("the embedded reference backend serves already")?;
        launch(
            listener,
            platform,
            self.admin_token.clone(),
            self.stop.clone(),
        )
        .await
    }

    /// Where it listens, without a closing slash.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// The url of its Log In button.
    pub(crate) fn linking_url(&self) -> String {
        format!("{}/authorize", self.origin)
    }

    /// Where it receives events.
    pub(crate) fn webhook_url(&self) -> String {
        format!("{}/webhook", self.origin)
    }

    /// User name and password of one of its accounts.
    pub(crate) fn first_account() -> (&'static str, &'static str) {
        let (username, password, _) = ACCOUNTS[0];
        (username, password)
    }

    /// Ends the backend: open requests and unsent messages get a moment.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }
}

/// Opens the backend against the running platform and serves it in a task of its own.
async fn launch(
    listener: TcpListener,
    platform: Platform,
    admin_token: String,
    stop: CancellationToken,
) -> Result<(), String> {
    let told =
        |error: &dyn std::fmt::Display| format!("the reference backend does not start: {error}");
    let page = Page {
        id: platform.page_id,
        app_secret: Secret::new(platform.app_secret),
        verify_token: Secret::new(platform.verify_token),
        access_token: Secret::new(platform.page_access_token),
    };
    // Messenger's own return addresses, and the platform of this run in their place.
    let own = format!("{}/messenger_platform/account_linking/", platform.graph_url);
    let own = AllowList::new([own.as_str()])
        .map_err(|bad| bad.first().map_or_else(String::new, |entry| told(entry)))?;
    let mut config = Config::new(page, platform.graph_url);
    config.redirect_allow = AllowList::messenger().and(own);
    config.admin_token = Some(Secret::new(admin_token));

    let backend = Backend::open(config).await.map_err(|error| told(&error))?;
    for (username, password, name) in ACCOUNTS {
        backend
            .create_account(username, name, password)
            .await
            .map_err(|error| told(&error))?;
    }
    let listener = tokio::net::TcpListener::from_std(listener).map_err(|error| told(&error))?;
    tokio::spawn(async move {
        if let Err(error) = backend.serve(listener, stop).await {
            tracing::error!(%error, "the reference backend ended");
        }
    });
    Ok(())
}

/// A token for the admin endpoints that nobody outside this process knows.
fn admin_token() -> Result<String, String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)
        .map_err(|error| format!("the system gives no randomness: {error}"))?;
    Ok(hex::encode(bytes))
}
