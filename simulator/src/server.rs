//! The platform's HTTP server: one table of routes, connection limits, and a stop that ends in time.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use warp::filters::BoxedFilter;
use warp::http::header::{DATE, HeaderValue};
use warp::reply::Response;
use warp::{Filter, Rejection, Reply as _};

use crate::clock::http_date;
use crate::hub::Hub;
use crate::sever::{Scissors, Severable};
use crate::{control, graph, webview};

/// A finished route. Every route has this one type, so the table is a list.
pub(crate) type Route = BoxedFilter<(Response,)>;

/// How many connections are served at once; further ones wait in the listener's queue.
const MAX_CONNECTIONS: usize = 1_024;

/// How long a client may take to send a request's head, also between two requests of one connection.
const HEAD_DEADLINE: Duration = Duration::from_secs(30);

/// How long open connections may finish after the stop.
const GRACE: Duration = Duration::from_secs(2);

/// Serves until the hub's stop fires.
pub(crate) async fn serve(listener: TcpListener, hub: Arc<Hub>) {
    let stop = hub.stop.clone();
    let routes = table(&hub);
    let slots = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let graceful = GracefulShutdown::new();
    loop {
        if slots.available_permits() == 0 {
            tracing::warn!("{MAX_CONNECTIONS} connections are open; further ones wait");
        }
        let accepted = async {
            let slot = Arc::clone(&slots)
                .acquire_owned()
                .await
                .expect("the semaphore is never closed");
            (slot, listener.accept().await)
        };
        let (slot, accepted) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = accepted => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = graceful.watch(connection(stream, routes.clone()));
                tokio::spawn(async move {
                    let _slot = slot;
                    if let Err(error) = connection.await {
                        tracing::debug!(error = &*error, "connection ended early");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                // Mostly too many open files: the next attempt would fail at once and spin.
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(GRACE, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("connections still open {GRACE:?} after the stop");
    }
}

fn connection(
    stream: TcpStream,
    routes: Route,
) -> impl hyper_util::server::graceful::GracefulConnection<
    Error = Box<dyn std::error::Error + Send + Sync>,
> + Send {
    // A small answer must not wait for more bytes to fill a packet; refusal only costs speed.
    let _ = stream.set_nodelay(true);
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE);
    let answering = TowerToHyperService::new(warp::service(routes));
    let scissors = Scissors::default();
    let stream = Severable::new(stream, scissors.clone());
    let service = service_fn(move |request| {
        let answer = answering.call(request);
        let scissors = scissors.clone();
        async move {
            let Ok(response) = answer.await;
            scissors.pass(response)
        }
    });
    builder
        .serve_connection(TokioIo::new(stream), service)
        .into_owned()
}

fn table(hub: &Arc<Hub>) -> Route {
    [
        webview::routes(hub),
        control::routes(hub),
        graph::routes(hub),
    ]
    .into_iter()
    .reduce(|left, right| left.or(right).unify().boxed())
    .expect("the table has three routes")
    .recover(unforeseen)
    .unify()
    .map({
        let hub = Arc::clone(hub);
        move |mut response: Response| {
            // One clock for everything: hyper's own line would tell the real time.
            if let Ok(date) = HeaderValue::from_str(&http_date(hub.clock.now_ms())) {
                response.headers_mut().entry(DATE).or_insert(date);
            }
            response
        }
    })
    .boxed()
}

/// Graph takes every request, so this answers defects of our own only.
async fn unforeseen(rejection: Rejection) -> Result<Response, Infallible> {
    tracing::error!(?rejection, "no route took the request");
    Ok(warp::http::StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Hands `value` to a handler.
pub(crate) fn with<T: Clone + Send + Sync + 'static>(
    value: T,
) -> impl Filter<Extract = (T,), Error = Infallible> + Clone {
    warp::any().map(move || value.clone())
}

/// The undecoded query, empty when there is none.
pub(crate) fn raw_query() -> impl Filter<Extract = (String,), Error = Infallible> + Copy {
    warp::query::raw().or(warp::any().map(String::new)).unify()
}
