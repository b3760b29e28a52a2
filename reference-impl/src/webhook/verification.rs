//! The handshake: the platform proves that it knows our token, we prove that we are listening.

use warp::{
    Reply,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use crate::{
    fields::{Fields, Given},
    pages::guard_data,
    server::App,
};

/// Answers `GET /webhook` (protocol 3.1).
pub(super) async fn answer(app: App, fields: Fields) -> Response {
    let subscribe = fields.given("hub.mode") == Given::Once("subscribe");
    let trusted = matches!(fields.given("hub.verify_token"), Given::Once(token) if app.config.page.verify_token.matches(token));
    match fields.given("hub.challenge") {
        Given::Once(challenge) if subscribe && trusted => {
            plain(StatusCode::OK, challenge.to_owned())
        }
        _ => plain(StatusCode::FORBIDDEN, "verification failed".to_owned()),
    }
}

/// Plain text, because the challenge comes from outside and must never be read as a page (protocol P28).
pub(super) fn plain(status: StatusCode, text: String) -> Response {
    let mut response = warp::reply::with_status(text, status).into_response();
    let text_plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, text_plain);
    guard_data(response.headers_mut());
    response
}
