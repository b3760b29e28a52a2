//! Notifications: checked, applied, acknowledged, in this order and without waiting for Graph.

use bytes::Bytes;
use warp::{http::StatusCode, reply::Response};

use super::{
    apply::apply,
    event,
    signature::{Signatures, is_genuine},
    verification::plain,
};
use crate::{failure::Failure, server::App};

/// Answers `POST /webhook`.
///
/// 200 means: whatever this notification changes is in the database. What is signed but makes no
/// sense is acknowledged too, because the platform would send it again for a day and then stop
/// sending anything (protocol rows 3.3.4 to 3.3.6).
pub(super) async fn receive(
    app: App,
    sha256: Option<String>,
    sha1: Option<String>,
    body: Result<Bytes, Failure>,
) -> Response {
    let body = match body {
        Ok(body) => body,
        Err(failure) => return plain(failure.status(), failure.to_string()),
    };
    let given = Signatures {
        sha256: sha256.as_deref(),
        sha1: sha1.as_deref(),
    };
    if !is_genuine(
        &app.config.page.app_secret,
        &body,
        given,
        app.config.accept_sha1,
    ) {
        tracing::warn!("a notification was refused: it is not signed with our app secret");
        return plain(
            StatusCode::FORBIDDEN,
            "the signature does not match".to_owned(),
        );
    }
    let events = event::read(&body, &app.config.page.id).unwrap_or_else(|error| {
        tracing::warn!(%error, "a signed notification was acknowledged unread");
        Vec::new()
    });
    for event in events {
        if let Err(error) = apply(&app, event).await {
            tracing::error!(%error, "a notification was not applied; the platform will send it again");
            return plain(
                StatusCode::INTERNAL_SERVER_ERROR,
                "not applied, please send again".to_owned(),
            );
        }
    }
    plain(StatusCode::OK, "EVENT_RECEIVED".to_owned())
}
