//! The webhook: the handshake that proves who we are, and deliveries that are acknowledged before anything is sent.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use warp::http::StatusCode;
use warp::http::header::{HeaderValue, LOCATION};
use warp::reply::{Reply, Response};

use crate::code::same;
use crate::event;
use crate::fault::Fault;
use crate::form::Fields;
use crate::signature::{Signatures, is_genuine};
use crate::state::App;

/// Answers the verification GET (protocol rows 3.1.1 to 3.1.4).
pub(crate) fn handshake(app: &App, query: &str) -> Response {
    let fields = Fields::parse(query.as_bytes());
    let names = ["hub.mode", "hub.verify_token", "hub.challenge"];
    let mode = fields.first("hub.mode") == "subscribe" || app.has(Fault::HandshakeIgnoresMode);
    let token = same(fields.first("hub.verify_token"), &app.config.verify_token);
    let accepted = mode && token && !names.iter().any(|name| fields.repeats(name));
    if !accepted && !app.has(Fault::HandshakeEchoesAlways) {
        return plain(StatusCode::FORBIDDEN, "verification failed");
    }
    let challenge = fields.first("hub.challenge");
    if app.has(Fault::HandshakeQuotesChallenge) {
        return warp::reply::json(&challenge).into_response();
    }
    plain(StatusCode::OK, challenge)
}

/// Takes a delivery: checks its signature over the bytes that came, applies it, acknowledges it.
pub(crate) async fn receive(
    app: Arc<App>,
    sha256: Option<String>,
    sha1: Option<String>,
    body: Result<Bytes, StatusCode>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(status) => return plain(status, "the body could not be read"),
    };
    let given = Signatures {
        sha256: sha256.as_deref(),
        sha1: sha1.as_deref(),
    };
    if app.has(Fault::RefusesEveryPost)
        || !is_genuine(&app.config.app_secret, &body, given, &app.config.faults)
    {
        return plain(StatusCode::FORBIDDEN, "the signature does not match");
    }
    let Ok(body) = serde_json::from_slice::<Value>(&body) else {
        return plain(StatusCode::BAD_REQUEST, "the body is not JSON");
    };
    let applied = event::apply(&app, &body);
    for (psid, message) in &applied.replies {
        if app.has(Fault::AckAfterSlowSend) {
            app.graph.send(psid, message).await;
        } else {
            app.graph.send_later(psid, message);
        }
    }
    let refused = applied
        .refused
        .and_then(|status| StatusCode::from_u16(status).ok());
    acknowledge(&app, refused).await
}

async fn acknowledge(app: &App, refused: Option<StatusCode>) -> Response {
    if let Some(status) = refused {
        return plain(status, "an event could not be applied");
    }
    if app.has(Fault::AckNever) {
        app.graph.stopped().await;
    }
    if app.has(Fault::Ack500) {
        plain(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong")
    } else if app.has(Fault::Ack201) {
        plain(StatusCode::CREATED, "created")
    } else if app.has(Fault::Ack302) {
        let mut response = plain(StatusCode::FOUND, "");
        response
            .headers_mut()
            .insert(LOCATION, HeaderValue::from_static("/"));
        response
    } else {
        plain(StatusCode::OK, "EVENT_RECEIVED")
    }
}

/// Text that no browser takes for a page, whatever the challenge holds.
fn plain(status: StatusCode, text: &str) -> Response {
    let reply =
        warp::reply::with_header(text.to_owned(), "content-type", "text/plain; charset=utf-8");
    let reply = warp::reply::with_header(reply, "x-content-type-options", "nosniff");
    warp::reply::with_status(reply, status).into_response()
}
