//! From bytes to bytes: reads a call, answers it, writes it down, and sets off what follows.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BufMut as _, Bytes, BytesMut};
use futures_util::{Stream, StreamExt as _};
use warp::Filter as _;
use warp::http::{HeaderMap, Method};
use warp::path::FullPath;
use warp::reply::Response;

use super::answer::{Answer, Consequence, Object, response};
use super::call::{Call, Received};
use super::endpoint::Endpoint;
use super::error::GraphError;
use super::{access, faulty, node, picture, send};
use crate::hub::Hub;
use crate::journal::{GraphCall, What};
use crate::server::{Route, raw_query, with};
use crate::world::Refusal;

/// The largest body that is read; a greater one is answered 413.
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
    picture::routes(hub).or(calls).unify().boxed()
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
    let body = match tokio::time::timeout(BODY_DEADLINE, collect(chunks)).await {
        Ok(body) => body,
        Err(_) => Err(GraphError::unreadable(
            408,
            "The request body did not arrive in time",
        )),
    };
    let own = hub.own_time.start();
    let (body, unread) = match body {
        Ok(body) => (body, None),
        Err(error) => (Bytes::new(), Some(error)),
    };
    let received = Received {
        method,
        path,
        query,
        headers,
        body,
    };
    let call = Call::read(&received, &hub.config.page_id);
    let allowed = unread.map_or_else(|| access::authorise(&call, &hub.config), Err);
    let fault = hub.faults.any().then(|| {
        let psid = concerned(&hub, &call);
        hub.faults.graph(psid.as_deref(), &received.path)
    });
    let fault = fault.flatten();
    let allowed = faulty::before(fault, allowed);
    let held = allowed.is_ok() && call.endpoint == Endpoint::Messages && hub.holds.any();
    let held = held.then(|| send::recipient_of(&call.params)).flatten();
    drop(own);

    let Some(psid) = held else {
        let answered = finish(&hub, received, &call, allowed);
        return faulty::after(&hub, fault, answered).await;
    };
    let holding = {
        let hub = Arc::clone(&hub);
        async move {
            tokio::select! {
                () = hub.stop.cancelled() => {}
                () = hub.holds.pass(&psid) => {}
            }
            finish(&hub, received, &call, allowed)
        }
    };
    // A task of its own: a message that has been received is sent, even if the caller has given up meanwhile.
    let answered = hub.tasks.spawn(holding).await.unwrap_or_else(|_| {
        let lost = GraphError::unreadable(500, "An unknown error occurred");
        let trace = hub.ids.trace();
        let now_ms = hub.clock.now_ms();
        let answer = Answer::of(&Err(lost.clone()), &trace);
        response(answer.status, answer.bytes, None, now_ms, Some(&lost))
    });
    faulty::after(&hub, fault, answered).await
}

/// Answers a call that has been read, writes it down, and sets off what follows.
fn finish(
    hub: &Arc<Hub>,
    received: Received,
    call: &Call,
    allowed: Result<(), GraphError>,
) -> Response {
    let _own = hub.own_time.start();
    let trace = hub.ids.trace();
    let mut told = Told {
        psid: None,
        then: Consequence::None,
    };
    let result = allowed.and_then(|()| answer(hub, call, &mut told));
    let Answer {
        status,
        bytes,
        value,
    } = Answer::of(&result, &trace);
    let now_ms = hub.clock.now_ms();
    let line = GraphCall {
        trace,
        method: received.method.to_string(),
        path: received.path,
        query: received.query,
        headers: lines(&received.headers),
        body: received.body,
        endpoint: call.endpoint.name().to_owned(),
        psid: told.psid.or_else(|| concerned(hub, call)),
        status,
        answer: value,
    };
    let seq = hub.journal.append(now_ms, None, What::GraphCall(line));
    match told.then {
        Consequence::None => {}
        Consequence::Said { psid, message } => {
            let said = What::BotSaid { psid, message };
            hub.journal.append(now_ms, Some(seq), said);
        }
        Consequence::Unlinked { psid, at_ms } => hub.send_unlinked_unattended(psid, at_ms, seq),
    }
    let version = call.version.as_deref();
    response(status, bytes, version, now_ms, result.as_ref().err())
}

/// What an answer tells beside its body.
struct Told {
    psid: Option<String>,
    then: Consequence,
}

fn answer(hub: &Arc<Hub>, call: &Call, told: &mut Told) -> Result<Object, GraphError> {
    match &call.endpoint {
        Endpoint::Messages => {
            let (object, said) = send::send(hub, &call.params)?;
            told.then = said;
            Ok(object)
        }
        Endpoint::UnlinkAccounts => {
            let (object, then) = unlink(hub, call)?;
            told.then = then;
            Ok(object)
        }
        Endpoint::Recipient | Endpoint::Page => {
            let (object, psid) = node::page(hub, call)?;
            told.psid = psid;
            Ok(object)
        }
        Endpoint::Profile(psid) => node::profile(hub, psid, call),
        Endpoint::Unknown { object, hint } => {
            let method = call.method.as_str();
            Err(GraphError::unsupported(method, object).hint(hint.clone()))
        }
    }
}

/// `POST /{page}/unlink_accounts` (protocol section 2.2).
fn unlink(hub: &Arc<Hub>, call: &Call) -> Result<(Object, Consequence), GraphError> {
    let psid = call
        .params
        .text("psid")
        .ok_or_else(|| GraphError::missing("psid"))?;
    if psid.is_empty() {
        return Err(GraphError::empty("psid"));
    }
    let then = match hub.unlink_by_call(&psid) {
        Ok(Some(at_ms)) => Consequence::Unlinked {
            psid: psid.into_owned(),
            at_ms,
        },
        Ok(None) => Consequence::None,
        Err(Refusal::UnknownUser { .. }) => return Err(GraphError::no_matching_user()),
        Err(other) => return Err(GraphError::no_matching_user().hint(other.to_string())),
    };
    Ok((
        Object::default().with("result", "unlink account success"),
        then,
    ))
}

/// The user whom a call is about, as far as its answer has not told it.
fn concerned(hub: &Hub, call: &Call) -> Option<String> {
    match &call.endpoint {
        Endpoint::Messages => send::recipient_of(&call.params),
        Endpoint::UnlinkAccounts => call.params.text("psid").map(std::borrow::Cow::into_owned),
        Endpoint::Recipient => node::bearer_of_token(hub, call),
        Endpoint::Profile(psid) => Some(psid.clone()),
        Endpoint::Page | Endpoint::Unknown { .. } => None,
    }
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

fn lines(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}
