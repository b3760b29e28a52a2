//! From bytes to bytes: reads a call within its limits, has it done, and sends the answer.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Buf, BufMut as _, Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use warp::Filter as _;
use warp::http::header::CONTENT_TYPE;
use warp::http::{HeaderMap, Method};
use warp::path::FullPath;
use warp::reply::Response;

use super::access::authorise;
use super::answer::{Answer, headers as headers_of, response};
use super::call::{Call, Parts, Received};
use super::endpoint::Nodes;
use super::error::GraphError;
use super::run::{Done, concerned, finish, wait_and_finish, waits};
use super::{attachment, faulty, picture, upload};
use crate::hub::Hub;
use crate::server::{Route, raw_query, with};

/// The largest body that is read, in bytes; a greater one is answered 413. Uploads have a limit of their own.
const BODY_LIMIT: usize = 1024 * 1024;

/// How long a client may take to send a body; a slower one is answered 408.
const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// Every path and method: Graph answers unknown calls itself.
pub(crate) fn routes(hub: &Arc<Hub>) -> Route {
    let calls = warp::path::full()
        .and(warp::method())
        .and(with(Arc::clone(hub)))
        .and(raw_query())
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(|path: FullPath, method, hub, query, headers, chunks| {
            serve(
                hub,
                method,
                path.as_str().to_owned(),
                query,
                headers,
                chunks,
            )
        })
        .boxed();
    [picture::routes(hub), attachment::routes(hub), calls]
        .into_iter()
        .reduce(|left, right| left.or(right).unify().boxed())
        .expect("the table has three routes")
}

async fn serve(
    hub: Arc<Hub>,
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    chunks: impl Stream<Item = Result<impl Buf, warp::Error>> + Send,
) -> Response {
    let _busy = hub.activity.begin();
    let body = tokio::time::timeout(BODY_DEADLINE, take(&headers, chunks)).await;
    let (body, parts, unread) = match body {
        Ok(Ok((body, parts))) => (body, parts, None),
        Ok(Err(error)) => (Bytes::new(), None, Some(error)),
        Err(_) => {
            let late = "The request body did not arrive in time";
            let error = GraphError::unreadable(408, late);
            (Bytes::new(), None, Some(error))
        }
    };
    let own = hub.own_time.start();
    let mut received = Received {
        method,
        path,
        query,
        headers,
        body,
        parts,
    };
    let nodes = Nodes::of(&hub.config);
    let call = Call::read(&mut received, &nodes);
    let proof_needed = hub.knobs().appsecret_proof_needed;
    let allowed = unread.map_or_else(|| authorise(&call, &hub.config, proof_needed), Err);
    let fault = hub.faults.any().then(|| {
        let psid = concerned(&hub, &call);
        hub.faults.graph(psid.as_deref(), &received.path)
    });
    let fault = fault.flatten();
    let allowed = faulty::before(fault, allowed);
    let waits = allowed.is_ok() && waits(&hub, &call);
    drop(own);

    let done = if waits {
        let inner = Arc::clone(&hub);
        // A task of its own: a call that has been received is done, even if the caller has given up meanwhile.
        let doing = async move { wait_and_finish(&inner, received, call, allowed, None).await };
        let Ok(done) = hub.tasks.spawn(doing).await else {
            let lost = GraphError::unreadable(500, "An unknown error occurred");
            let answer = Answer::of(&Err(lost.clone()), &hub.ids.trace());
            let headers = headers_of(None, hub.clock.now_ms(), Some(&lost), &[]);
            let lost = response(answer.status, answer.bytes, headers);
            return faulty::after(&hub, fault, lost).await;
        };
        done
    } else {
        finish(&hub, received, &call, allowed.map(|()| None), None)
    };
    faulty::after(&hub, fault, packed(&hub, done)).await
}

fn packed(hub: &Hub, done: Done) -> Response {
    let headers = headers_of(
        done.version.as_deref(),
        hub.clock.now_ms(),
        done.error.as_ref(),
        &done.hints,
    );
    response(done.status, done.bytes, headers)
}

/// The body as it came, and its parts if it has several. Of an upload the body keeps only the beginning, for the
/// journal.
async fn take(
    headers: &HeaderMap,
    chunks: impl Stream<Item = Result<impl Buf, warp::Error>> + Send,
) -> Result<(Bytes, Option<Parts>), GraphError> {
    let content_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let Some(boundary) = upload::boundary(content_type) else {
        return Ok((collect(chunks).await?, None));
    };
    let kept = Mutex::new(BytesMut::new());
    let chunks = chunks.map(|chunk| {
        chunk.map(|mut chunk| {
            let chunk = chunk.copy_to_bytes(chunk.remaining());
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            let room = BODY_LIMIT - kept.len();
            kept.extend_from_slice(&chunk[..room.min(chunk.len())]);
            chunk
        })
    });
    let parts = upload::read(chunks, boundary).await?;
    let kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok((kept.freeze(), Some(parts)))
}

async fn collect(
    chunks: impl Stream<Item = Result<impl Buf, warp::Error>>,
) -> Result<Bytes, GraphError> {
    let mut chunks = pin!(chunks);
    let mut whole = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| GraphError::unreadable(400, "The request body broke off"))?;
        if BODY_LIMIT < whole.len() + chunk.remaining() {
            return Err(GraphError::unreadable(
                413,
                "The request body is larger than 1048576 bytes",
            ));
        }
        whole.put(chunk);
    }
    Ok(whole.freeze())
}
