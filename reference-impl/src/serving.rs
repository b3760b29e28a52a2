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
    metrics::Metrics,
    pages::{self, Language},
    route::Route,
};

/// Connections at a time. Further ones wait in the listener's queue until one ends.
const MOST_CONNECTIONS: usize = 1024;
/// How long the head of a request may take, counted from the end of the one before: this also ends
/// connections that are kept open and not used.
const HEAD_DEADLINE: Duration = Duration::from_secs(30);
/// How long an answer may take: a body that comes slowly, a turn at hashing, and two calls to Graph.
const REQUEST_DEADLINE: Duration = Duration::from_secs(45);
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
    stop: CancellationToken,
    grace: Duration,
) {
    let graceful = GracefulShutdown::new();
    let seats = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let service = warp::service(routes);
    while let Some((stream, peer, seat)) = stop.run_until_cancelled(next(&listener, &seats)).await {
        let (service, metrics) = (service.clone(), metrics.clone());
        let answer = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            let asked = format!("{} {}", request.method(), place(request.uri().path()));
            let answer = TowerToHyperService::new(service.clone()).call(request);
            let metrics = metrics.clone();
            async move {
                let response = in_time(answer, &asked).await;
                metrics.request(response.status().as_u16());
                Ok::<_, Infallible>(response)
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_DEADLINE)
            .serve_connection(TokioIo::new(stream), answer);
        let watched = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = watched.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(seat);
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
) -> (TcpStream, SocketAddr, OwnedSemaphorePermit) {
    loop {
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
    asked: &str,
) -> Response {
    let start = Instant::now();
    let response = match time::timeout(REQUEST_DEADLINE, answer).await {
        Ok(Ok(response)) => response,
        Err(_) => pages::trouble(Language::English, StatusCode::SERVICE_UNAVAILABLE, None),
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
mod tests {
    use super::place;

    #[test]
    fn the_log_names_pages_and_no_people() {
        for (path, logged) in [
            ("/", "/"),
            ("/authorize", "/authorize"),
            ("/authorize/login", "/authorize/login"),
            ("/admin/links/26628309676818465", "/admin/links"),
            ("/26628309676818465", "(another path)"),
            ("/a%0Ab", "(another path)"),
        ] {
            assert_eq!(place(path), logged);
        }
    }
}
