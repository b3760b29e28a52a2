//! A load balancer without memory: each request goes to the next instance, whoever sends it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use hyper::{Request, Uri, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use tokio::net::TcpListener;

/// Forwards to `instances` in turn, for as long as it is polled.
pub(crate) async fn serve(front: TcpListener, instances: Vec<SocketAddr>) -> anyhow::Result<()> {
    let client: Client<HttpConnector, Incoming> =
        Client::builder(TokioExecutor::new()).build_http();
    let (instances, turn) = (Arc::new(instances), Arc::new(AtomicUsize::new(0)));
    loop {
        let (stream, _) = front.accept().await?;
        let (client, instances, turn) = (client.clone(), Arc::clone(&instances), Arc::clone(&turn));
        let forward = service_fn(move |mut request: Request<Incoming>| {
            let next = turn.fetch_add(1, Ordering::Relaxed) % instances.len();
            let place = request.uri().path_and_query();
            let place = place.map_or("/", |place| place.as_str());
            let target: Result<Uri, _> = format!("http://{}{place}", instances[next]).parse();
            let client = client.clone();
            async move {
                *request.uri_mut() = target?;
                anyhow::Ok(client.request(request).await?)
            }
        });
        tokio::spawn(async move {
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), forward);
            // A browser that breaks off is nobody's failure.
            connection.await.ok();
        });
    }
}
