//! The addresses that belong to no other room: the style sheet and the front door.

use warp::{
    Filter, Reply,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use super::{guard_data, page::go};
use crate::route::{Route, finish};

const STYLE: &str = include_str!("../../assets/style.css");

/// The style sheet, and `/`, which leads to the account.
pub(crate) fn routes() -> Vec<Route> {
    vec![
        finish(warp::path!("style.css").and(warp::get()).map(style)),
        finish(
            warp::path::end()
                .and(warp::get())
                .map(|| go(StatusCode::SEE_OTHER, "/account")),
        ),
    ]
}

fn style() -> Response {
    let mut response = STYLE.into_response();
    let headers = response.headers_mut();
    guard_data(headers);
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/css; charset=utf-8"),
    );
    // The same for everybody, so it may be kept.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=3600"),
    );
    response
}
