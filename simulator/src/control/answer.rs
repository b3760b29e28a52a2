//! What an operation answers.

use serde_json::Value;
use warp::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use warp::reply::Response;

pub(super) enum Answer {
    Json(Value),
    /// A text and its media type.
    Text(String, &'static str),
    /// A stream that is under way.
    Stream(Response),
}

impl Answer {
    pub(super) fn into_response(self) -> Response {
        let (text, kind) = match self {
            Self::Json(value) => (value.to_string(), "application/json"),
            Self::Text(text, kind) => (text, kind),
            Self::Stream(response) => return response,
        };
        let mut response = Response::new(text.into());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
