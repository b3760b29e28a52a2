//! The sockets: connections are counted, slow ones are ended, and every request has a deadline.

use std::{convert::Infallible, net::SocketAddr, sync::Arc, time::Duration};

use hyper::{Request, body::Incoming, server::conn::http1, service::Service};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{self, Instant},
};
use tokio_util::sync::CancellationToken;
use warp::{http::StatusCode, reply::Response};

use crate::{
    limits::Limits,
    metrics::Metrics,
    pages::{self, Language},
    route::Route,
};

/// The pause after the system refused a connection, for example because it is out of descriptors.
const BREATH: Duration = Duration::from_millis(50);

/// Who is at the other end of the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Serves until `stop`; open requests then have `grace` to finish.
pub(crate) async fn serve(
    listener: TcpListener,
    routes: Route,
    metrics: Metrics,
    limits: Limits,
    stop: CancellationToken,
    grace: Duration,
) {
    let graceful = GracefulShutdown::new();
    let seats = Arc::new(Semaphore::new(limits.connections));
    let service = warp::service(routes);
    while let Some((stream, peer, seat)) = stop
        .run_until_cancelled(next(&listener, &seats, &metrics))
        .await
    {
        let (service, figures) = (service.clone(), metrics.clone());
        let answer = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            let asked = format!("{} {}", request.method(), place(request.uri().path()));
            let answer = TowerToHyperService::new(service.clone()).call(request);
            let figures = figures.clone();
            async move {
                let response = in_time(answer, limits.answer, &asked).await;
                figures.request(response.status().as_u16());
                Ok::<_, Infallible>(response)
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .serve_connection(TokioIo::new(stream), answer);
        let watched = graceful.watch(connection);
        let connected = metrics.connected();
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop((connected, seat));
        });
    }
    drop(listener);
    if time::timeout(grace, graceful.shutdown()).await.is_err() {
        tracing::warn!("connections still open after {grace:?}");
    }
}

/// The next connection, once there is a seat for it.
async fn next(
    listener: &TcpListener,
    seats: &Arc<Semaphore>,
    metrics: &Metrics,
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    loop {
        if seats.available_permits() == 0 {
            metrics.full();
            tracing::warn!("every connection is in use; further ones wait until one ends");
        }
        let seat = Arc::clone(seats)
            .acquire_owned()
            .await
            .expect("nobody closes the seats");
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, seat),
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                time::sleep(BREATH).await;
            }
        }
    }
}

async fn in_time(
    answer: impl Future<Output = Result<Response, Infallible>>,
    deadline: Duration,
    asked: &str,
) -> Response {
    let start = Instant::now();
    let response = match time::timeout(deadline, answer).await {
        Ok(Ok(response)) => response,
        Err(_) => {
            tracing::error!(asked, ?deadline, "an answer took too long");
            pages::trouble(Language::English, StatusCode::SERVICE_UNAVAILABLE, None)
        }
    };
    let millis = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(
        asked,
        status = response.status().as_u16(),
        millis,
        "answered"
    );
    response
}

/// As much of a path as the log may hold: never the query, which carries tokens, and not what comes
/// after the name of a page, which may be a PSID.
fn place(path: &str) -> String {
    let mut parts = path.split('/').skip(1).take(2);
    let (first, second) = (parts.next().unwrap_or(""), parts.next());
    let known = |part: &str| part.len() <= 20 && part.bytes().all(|byte| byte.is_ascii_lowercase());
    match (first, second) {
        (first, None) if known(first) => format!("/{first}"),
        (first, Some(second)) if known(first) && known(second) => format!("/{first}/{second}"),
        _ => "(another path)".to_owned(),
    }
}

#[cfg(test)]
#[path = "serving_tests.rs"]
mod tests;
