//! The backend as a whole: opened from a configuration, seeded if wanted, then served until it is stopped.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::{net::TcpListener, time};
use tokio_util::sync::CancellationToken;
use warp::{
    Filter, Reply,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use crate::{
    accounts::{self, AccountError, PasswordError, Passwords},
    clock::Clock,
    config::Config,
    failure::Failure,
    limits::Limits,
    linking::{self, UnlinkError},
    messenger::{Conversation, Graph, Outbox, Worker},
    metrics::Metrics,
    pages,
    route::{Route, finish, first_match, with},
    serving,
    store::{Store, StoreError},
    webhook,
};

/// How long open requests, and then unsent messages, may take once the backend is told to stop.
const GRACE: Duration = Duration::from_secs(5);
/// How often dead rows are swept out of the database.
const SWEEP: Duration = Duration::from_mins(10);

/// What every handler is given. Clones share everything.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) config: Arc<Config>,
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    pub(crate) passwords: Passwords,
    pub(crate) metrics: Metrics,
    pub(crate) graph: Graph,
    pub(crate) outbox: Outbox,
}

impl App {
    /// Whether cookies must be confined to https.
    pub(crate) fn is_https(&self) -> bool {
        self.config.is_https()
    }
}

/// A backend with its database open, not yet listening.
pub struct Backend {
    app: App,
    linking_url: Arc<OnceLock<String>>,
    limits: Limits,
}

/// A backend could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The database cannot be used.
    #[error("{0}; check DATABASE_URL")]
    Store(#[from] StoreError),
    /// Passwords cannot be hashed.
    #[error(transparent)]
    Password(#[from] PasswordError),
}

/// A backend could not be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The backend could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The listener cannot be used.
    #[error("cannot use the listening socket: {0}")]
    Listener(#[from] io::Error),
}

/// Opens a backend and serves it on `listener` until `stop` is cancelled.
pub async fn serve(
    listener: TcpListener,
    config: Config,
    stop: CancellationToken,
) -> Result<(), ServeError> {
    Backend::open(config).await?.serve(listener, stop).await
}

impl Backend {
    /// Opens and migrates the database. Nothing is sent before [`Backend::serve`].
    pub async fn open(config: Config) -> Result<Self, OpenError> {
        Self::open_within(config, Limits::default()).await
    }

    async fn open_within(config: Config, limits: Limits) -> Result<Self, OpenError> {
        let store = Store::open(&config.database_url, limits.letters).await?;
        let graph = Graph::new(&config.graph_url, config.page.access_token.clone());
        let linking_url = Arc::<OnceLock<String>>::default();
        let app = App {
            clock: config.clock.clone(),
            store,
            passwords: Passwords::new().await?,
            metrics: Metrics::default(),
            outbox: Outbox::default(),
            graph,
            config: Arc::new(config),
        };
        Ok(Self {
            app,
            linking_url,
            limits,
        })
    }

    /// Creates an account, as the sign-up page would.
    pub async fn create_account(
        &self,
        username: &str,
        display_name: &str,
        password: &str,
    ) -> Result<(), AccountError> {
        accounts::register(&self.app, username, display_name, password)
            .await
            .map(drop)
    }

    /// Unlinks a PSID on the platform and then here; `true` when there was a link here.
    pub async fn unlink(&self, psid: &str) -> Result<bool, UnlinkError> {
        linking::unlink(&self.app, psid).await
    }

    /// Serves until `stop` is cancelled, then finishes open requests and unsent messages, each
    /// within five seconds.
    pub async fn serve(
        self,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> Result<(), ServeError> {
        let address = listener.local_addr()?;
        self.linking_url
            .get_or_init(|| linking_url(&self.app.config, address));
        self.app.outbox.start(self.worker());
        let sweeping = tokio::spawn(sweep(self.app.clone(), stop.clone()));
        let (routes, metrics) = (routes(&self.app), self.app.metrics.clone());
        serving::serve(listener, routes, metrics, self.limits, stop, GRACE).await;
        // The sweeper ends with the same token; a panic in it has been reported by the runtime.
        drop(sweeping.await);
        self.close().await;
        Ok(())
    }

    fn worker(&self) -> Worker {
        let App {
            config,
            clock,
            store,
            graph,
            metrics,
            ..
        } = self.app.clone();
        let linking_url = Arc::clone(&self.linking_url);
        Worker {
            conversation: Conversation::new(store.clone(), linking_url, config.language),
            store,
            graph,
            clock,
            metrics,
        }
    }

    /// Sends what is waiting and closes the database. [`Backend::serve`] does this by itself.
    pub async fn close(self) {
        self.app.outbox.close(GRACE).await;
        self.app.store.close().await;
    }
}

/// The address behind the Log In button.
fn linking_url(config: &Config, address: SocketAddr) -> String {
    match &config.public_url {
        Some(url) => format!("{url}/authorize"),
        None => format!("http://{address}/authorize"),
    }
}

fn routes(app: &App) -> Route {
    let table = linking::routes(app)
        .into_iter()
        .chain(webhook::routes(app))
        .chain(accounts::routes(app))
        .chain(pages::routes())
        .chain([health(app), figures(app)]);
    first_match(table)
}

fn health(app: &App) -> Route {
    finish(
        warp::path!("healthz")
            .and(warp::get())
            .and(with(app.clone()))
            .then(is_healthy),
    )
}

async fn is_healthy(app: App) -> Response {
    let backlog = app.store.backlog(app.clock.now()).await;
    let database = backlog.is_ok();
    let backlog = backlog.unwrap_or_default();
    let body = serde_json::json!({
        "database": database,
        "outbox": {
            "waiting": backlog.waiting,
            "oldest_ms": backlog.oldest,
            "given_up": app.metrics.given_up(),
            "left_out": backlog.left_out,
        },
    });
    let status = if database {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let mut response = warp::reply::with_status(warp::reply::json(&body), status).into_response();
    pages::guard_data(response.headers_mut());
    response
}

/// `/metrics` for whoever holds the admin token: how many people log in is nobody else's business.
fn figures(app: &App) -> Route {
    finish(
        warp::path!("metrics")
            .and(warp::get())
            .and(with(app.clone()))
            .and(warp::header::optional("authorization"))
            .then(show_figures),
    )
}

async fn show_figures(app: App, authorization: Option<String>) -> Response {
    if let Some(refused) = linking::refusal(&app, authorization.as_deref()) {
        return refused;
    }
    let backlog = app.store.backlog(app.clock.now()).await;
    let backlog = match backlog {
        Ok(backlog) => backlog,
        Err(error) => return Failure::from(error).into_response(),
    };
    let text = app.metrics.text(&backlog);
    let mut response = text.into_response();
    pages::guard_data(response.headers_mut());
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

async fn sweep(app: App, stop: CancellationToken) {
    let mut ticks = time::interval(SWEEP);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        match app.store.sweep(app.clock.now()).await {
            Ok(0) => {}
            Ok(gone) => tracing::debug!(gone, "swept out dead rows"),
            Err(error) => tracing::warn!(%error, "dead rows stay until the next sweep"),
        }
    }
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
