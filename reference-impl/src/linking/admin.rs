//! Two endpoints for the business's own staff and tools: see a link, take a link away.
//!
//! They exist only when an admin token is configured, and the token travels in a header only,
//! because addresses end up in logs.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use warp::{Reply, http::StatusCode, reply::Response};

use super::unlink::{UnlinkError, unlink};
use crate::{failure::Failure, server::App};

/// What is known of a PSID.
#[derive(Debug, Serialize)]
struct LinkState<'a> {
    psid: &'a str,
    linked: bool,
    account: Option<String>,
}

/// What an unlink call did.
#[derive(Debug, Serialize)]
struct Unlinked<'a> {
    psid: &'a str,
    /// Whether there was a link here before.
    was_linked: bool,
    linked: bool,
}

#[derive(Debug, Deserialize)]
struct UnlinkOrder {
    psid: String,
}

/// Says whether and to whom a PSID is linked.
pub(super) async fn state(app: App, psid: String, authorization: Option<String>) -> Response {
    if let Some(refused) = refusal(&app, authorization.as_deref()) {
        return refused;
    }
    match app.store.linked_name(&psid).await {
        Ok(account) => {
            let linked = account.is_some();
            json(
                StatusCode::OK,
                &LinkState {
                    psid: &psid,
                    linked,
                    account,
                },
            )
        }
        Err(error) => failed(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
    }
}

/// Unlinks a PSID on both sides.
pub(super) async fn take_away(
    app: App,
    authorization: Option<String>,
    body: Result<Bytes, Failure>,
) -> Response {
    if let Some(refused) = refusal(&app, authorization.as_deref()) {
        return refused;
    }
    let body = match body {
        Ok(body) => body,
        Err(error) => return failed(error.status(), &error.to_string()),
    };
    let psid = match serde_json::from_slice::<UnlinkOrder>(&body) {
        Ok(UnlinkOrder { psid }) if !psid.is_empty() => psid,
        _ => {
            return failed(
                StatusCode::BAD_REQUEST,
                r#"send {"psid": "..."} with the PSID as a text"#,
            );
        }
    };
    match unlink(&app, &psid).await {
        Ok(was_linked) => json(
            StatusCode::OK,
            &Unlinked {
                psid: &psid,
                was_linked,
                linked: false,
            },
        ),
        Err(error @ (UnlinkError::Refused(_) | UnlinkError::Later(_))) => {
            failed(StatusCode::BAD_GATEWAY, &error.to_string())
        }
        Err(error) => failed(StatusCode::SERVICE_UNAVAILABLE, &error.to_string()),
    }
}

/// Why a request without the right admin token is refused, or nothing.
pub(crate) fn refusal(app: &App, authorization: Option<&str>) -> Option<Response> {
    let Some(token) = &app.config.admin_token else {
        return Some(failed(
            StatusCode::NOT_FOUND,
            "no admin token is configured, so there are no admin endpoints",
        ));
    };
    let given = authorization.and_then(|line| line.strip_prefix("Bearer "));
    match given {
        Some(given) if token.matches(given) => None,
        _ => Some(failed(
            StatusCode::UNAUTHORIZED,
            "send the admin token as Authorization: Bearer",
        )),
    }
}

fn failed(status: StatusCode, error: &str) -> Response {
    json(status, &serde_json::json!({ "error": error }))
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = warp::reply::with_status(warp::reply::json(body), status).into_response();
    crate::pages::guard_data(response.headers_mut());
    response
}
