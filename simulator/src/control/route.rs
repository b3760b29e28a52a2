//! From a request to its operation and back: guards, bounds, and an error for everything else.

use std::pin::pin;
use std::sync::Arc;

use bytes::{Buf, BufMut as _, Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use tokio::sync::Semaphore;
use warp::Filter as _;
use warp::http::header::CONTENT_TYPE;
use warp::http::{HeaderMap, Method};
use warp::path::FullPath;
use warp::reply::Response;

use super::answer::Answer;
use super::caps;
use super::error::ControlError;
use super::request::Request;
use super::{guard, table};
use crate::Simulator;
use crate::hub::Hub;
use crate::server::{Route, raw_query, with};

const PREFIX: &str = "/_linklab";

/// Addresses below the prefix that belong to the platform itself: backends and people fetch them.
const ASSETS: [&str; 2] = ["/profile_pic/", "/attachment/"];

/// Everything under `/_linklab/` but the platform's own pictures and attachments.
pub(crate) fn routes(hub: &Arc<Hub>) -> Route {
    let slots = Arc::new(Semaphore::new(caps::CALLS));
    warp::path("_linklab")
        .and(warp::path::full())
        .and_then(|path: FullPath| async move {
            let own = path.as_str().strip_prefix(PREFIX).unwrap_or_default();
            if ASSETS.iter().any(|asset| own.starts_with(asset)) {
                Err(warp::reject::not_found())
            } else {
                Ok(own.to_owned())
            }
        })
        .and(warp::method())
        .and(with(Arc::clone(hub)))
        .and(with(slots))
        .and(raw_query())
        .and(warp::header::headers_cloned())
        .and(warp::body::stream())
        .then(
            |path, method, hub, slots, query, headers, chunks| async move {
                serve(hub, slots, method, path, query, headers, chunks)
                    .await
                    .unwrap_or_else(ControlError::into_response)
            },
        )
        .boxed()
}

async fn serve(
    hub: Arc<Hub>,
    slots: Arc<Semaphore>,
    method: Method,
    path: String,
    query: String,
    headers: HeaderMap,
    chunks: impl Stream<Item = Result<impl Buf, warp::Error>> + Send,
) -> Result<Response, ControlError> {
    guard::check(hub.address, hub.config.control_beyond_loopback, &headers)?;
    let _slot = slots
        .try_acquire()
        .map_err(|_| ControlError::Busy(format!("{} calls", caps::CALLS)))?;
    let (operation, parts) = table::find(method.as_str(), &path)?;
    let body = tokio::time::timeout(caps::BODY_DEADLINE, collect(chunks)).await;
    let body = body.map_err(|_| ControlError::Late)??;
    // A foreign form cannot say that it is JSON without being asked about first.
    if !body.is_empty() && !is_json(&headers) {
        return Err(ControlError::NotJson);
    }
    let last_event = headers
        .get("last-event-id")
        .and_then(|value| value.to_str().ok()?.parse().ok());
    let request = Request::read(operation, &parts, &query, body, last_event)?;
    let stop = hub.stop.clone();
    let doing = (operation.handler)(Simulator::guest(&hub), request);
    tokio::select! {
        answer = doing => answer.map(Answer::into_response),
        () = stop.cancelled() => Err(ControlError::Refused("the platform is stopping".to_owned())),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

async fn collect(
    chunks: impl Stream<Item = Result<impl Buf, warp::Error>>,
) -> Result<Bytes, ControlError> {
    let mut chunks = pin!(chunks);
    let mut whole = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk
            .map_err(|error| ControlError::BadRequest(format!("the body broke off: {error}")))?;
        if caps::BODY < whole.len() + chunk.remaining() {
            return Err(ControlError::TooLarge);
        }
        whole.put(chunk);
    }
    Ok(whole.freeze())
}
