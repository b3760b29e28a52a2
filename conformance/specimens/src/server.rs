//! A running specimen: its start, its addresses, and its end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::SpecimenConfig;
use crate::graph::Graph;
use crate::routes::{self, Route};
use crate::state::App;

/// How long open connections may finish after a stop.
const GRACE: Duration = Duration::from_millis(500);

/// Why a specimen did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("the specimen cannot listen on {address}: {source}; choose another address, or port 0")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The HTTP client could not be built.
    #[error("the specimen cannot build its Graph client: {0}")]
    Client(#[from] reqwest::Error),
}

/// How near a specimen came to its limits; all zero in a healthy run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pressure {
    /// Messages that were not sent because 256 were under way.
    pub dropped_sends: u64,
    /// Entries that were pushed out of a full table.
    pub forgotten_entries: u64,
}

/// A linking backend with the faults it was given, listening until it is stopped or dropped.
#[derive(Debug)]
pub struct Specimen {
    address: SocketAddr,
    app: Arc<App>,
    stop: CancellationToken,
    server: Option<JoinHandle<()>>,
}

impl Specimen {
    /// Binds `config.listen` and starts to serve.
    pub async fn start(config: SpecimenConfig) -> Result<Self, StartError> {
        let address = config.listen;
        let listener = TcpListener::bind(address)
            .await
            .map_err(|source| StartError::Listen { address, source })?;
        Self::start_on(listener, config)
    }

    /// Starts to serve on a listener that is bound already; `config.listen` is not read.
    ///
    /// For callers who must know the addresses before they know `graph_url`. Must be called inside
    /// a tokio runtime.
    pub fn start_on(listener: TcpListener, config: SpecimenConfig) -> Result<Self, StartError> {
        let address = listener.local_addr().map_err(|source| StartError::Listen {
            address: config.listen,
            source,
        })?;
        let stop = CancellationToken::new();
        let graph = Graph::new(
            &config.graph_url,
            &config.page_access_token,
            stop.child_token(),
        )?;
        let query = match config.linking_query.as_str() {
            "" => String::new(),
            query => format!("?{query}"),
        };
        let linking_url = format!("http://{address}/link{query}");
        let app = Arc::new(App::new(config, graph, linking_url));
        let server = tokio::spawn(serve(listener, routes::all(&app), stop.clone()));
        Ok(Self {
            address,
            app,
            stop,
            server: Some(server),
        })
    }

    /// The address of the Log In button, with the query of its own if the configuration gave one.
    pub fn linking_url(&self) -> String {
        self.app.linking_url.clone()
    }

    /// Where deliveries and the handshake go.
    pub fn webhook_url(&self) -> String {
        format!("http://{}/webhook", self.address)
    }

    /// Where a link can be looked up: `{psid}` is to be replaced, the answer is
    /// `{"linked": bool, "account": name or null}`.
    pub fn probe_url_template(&self) -> String {
        format!("http://{}/status?psid={{psid}}", self.address)
    }

    /// Where `POST {"psid": ".."}` unlinks from the backend's side.
    pub fn unlink_url(&self) -> String {
        format!("http://{}/unlink", self.address)
    }

    /// The address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was lost to the limits so far.
    pub fn pressure(&self) -> Pressure {
        Pressure {
            dropped_sends: self.app.graph.dropped(),
            forgotten_entries: self.app.state().forgotten(),
        }
    }

    /// Stops listening, gives open connections half a second and waits until everything has ended.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if let Some(server) = self.server.take() {
            // A panic of the server has been printed by the runtime; there is nothing left to stop.
            drop(server.await);
        }
        self.app.graph.settle().await;
    }
}

impl Drop for Specimen {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn serve(listener: TcpListener, routes: Route, stop: CancellationToken) {
    let server = warp::serve(routes)
        .incoming(listener)
        .graceful(stop.clone().cancelled_owned())
        .run();
    // `graceful` alone waits without limit for an answer that never comes.
    let overdue = async {
        stop.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        () = server => {}
        () = overdue => {}
    }
}
