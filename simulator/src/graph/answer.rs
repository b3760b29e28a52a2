//! The answer to a call: its body, its headers, and what follows from it.

use bytes::Bytes;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;
use warp::http::header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use warp::http::{HeaderMap, StatusCode};
use warp::reply::Response;

use super::error::GraphError;
use crate::clock::http_date;
use crate::escape::{Dialect, to_bytes};

/// A success: a flat object whose order is kept; every value that linking needs is a string.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Object(Vec<(&'static str, String)>);

impl Object {
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.push((name, value.into()));
        self
    }
}

impl Serialize for Object {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// What happens once the call is in the journal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Consequence {
    /// Nothing.
    None,
    /// A message appears in a conversation.
    Said {
        /// Whose conversation.
        psid: String,
        /// The `message` object.
        message: Value,
    },
    /// An unlinked event is due.
    Unlinked {
        /// Who.
        psid: String,
        /// When the world let go of the link, in milliseconds.
        at_ms: u64,
    },
}

/// The answer as bytes for the wire and as a value for the journal.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) bytes: Bytes,
    pub(crate) value: Value,
}

impl Answer {
    pub(crate) fn of(result: &Result<Object, GraphError>, trace: &str) -> Self {
        let (status, bytes, value) = match result {
            Ok(object) => (
                200,
                to_bytes(object, Dialect::Graph),
                serde_json::to_value(object),
            ),
            Err(error) => {
                let wire = error.wire(trace);
                (
                    error.status,
                    to_bytes(&wire, Dialect::Graph),
                    serde_json::to_value(&wire),
                )
            }
        };
        Self {
            status,
            bytes,
            value: value.expect("answers have string keys only"),
        }
    }
}

/// The response with the headers that were seen on real ones (protocol section 2.3).
pub(crate) fn response(
    status: u16,
    body: Bytes,
    version: Option<&str>,
    now_ms: u64,
    error: Option<&GraphError>,
) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.reserve(10);
    for (name, value) in STANDING {
        headers.insert(name, HeaderValue::from_static(value));
    }
    put(
        headers,
        HeaderName::from_static("facebook-api-version"),
        version.unwrap_or(DEFAULT_VERSION),
    );
    put(headers, DATE, &http_date(now_ms));
    if let Some(error) = error {
        let message = error.message.replace('"', "'");
        let challenge = format!("OAuth \"Facebook Platform\" \"invalid_request\" \"{message}\"");
        put(headers, WWW_AUTHENTICATE, &challenge);
        if let Some(hint) = &error.hint {
            put(headers, HeaderName::from_static("x-linklab-hint"), hint);
        }
    }
    response
}

/// What unversioned calls are told; the real default depends on the app (protocol section 4.3).
const DEFAULT_VERSION: &str = "v26.0";

const STANDING: [(HeaderName, &str); 6] = [
    (CONTENT_TYPE, "application/json; charset=UTF-8"),
    (warp::http::header::CACHE_CONTROL, "no-store"),
    (warp::http::header::PRAGMA, "no-cache"),
    (warp::http::header::EXPIRES, "Sat, 01 Jan 2000 00:00:00 GMT"),
    (warp::http::header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (
        HeaderName::from_static("x-app-usage"),
        r#"{"call_count":0,"total_cputime":0,"total_time":0}"#,
    ),
];

/// Texts that repeat a caller's words can hold what no header may; such a line is left out.
fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if value.is_ascii()
        && let Ok(value) = HeaderValue::from_str(value)
    {
        headers.insert(name, value);
    }
}
