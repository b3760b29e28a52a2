//! The answer to a call: its body, its headers, and what follows from it.

use bytes::Bytes;
use serde_json::Value;
use warp::http::header::{CONTENT_TYPE, DATE, HeaderName, HeaderValue, WWW_AUTHENTICATE};
use warp::http::{HeaderMap, StatusCode};
use warp::reply::Response;

use super::error::GraphError;
use super::object::Json;
use crate::clock::http_date;
use crate::escape::{Dialect, to_bytes};

/// What happens once the call is in the journal.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) enum Consequence {
    /// Nothing.
    #[default]
    None,
    /// A message appears in a conversation.
    Said(Said),
    /// An unlinked event is due.
    Unlinked {
        /// Who.
        psid: String,
        /// When the world let go of the link, in milliseconds.
        at_ms: u64,
    },
    /// Control of a conversation has moved, or somebody asks for it.
    Handover(Handover),
}

/// A message of the page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    /// To whom.
    pub(crate) psid: String,
    /// Its id.
    pub(crate) mid: String,
    /// The `message` object as sent.
    pub(crate) message: Value,
}

/// A call of the handover protocol that has consequences (protocol section 4.3, thread control).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Handover {
    /// Whose conversation.
    pub(crate) psid: String,
    /// `pass_thread_control`, `take_thread_control` or `request_thread_control`.
    pub(crate) call: &'static str,
    /// The app that had, or has, control.
    pub(crate) from_app_id: String,
    /// The app that gets, or wants, control.
    pub(crate) to_app_id: String,
    /// What the caller wrote beside it.
    pub(crate) metadata: Option<String>,
}

/// What an answer tells beside its body.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// The user concerned, as far as the answer knows better than the request.
    pub(crate) psid: Option<String>,
    pub(crate) then: Consequence,
    /// Our own remarks, for a header only.
    pub(crate) hints: Vec<String>,
}

/// The answer as bytes for the wire and as a value for the journal.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) bytes: Bytes,
    pub(crate) value: Value,
}

impl Answer {
    pub(crate) fn of(result: &Result<Json, GraphError>, trace: &str) -> Self {
        let (status, bytes, value) = match result {
            Ok(json) => (
                200,
                to_bytes(json, Dialect::Graph),
                serde_json::to_value(json),
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

/// The headers that were seen on real answers (protocol section 2.3), and ours.
pub(crate) fn headers(
    version: Option<&str>,
    now_ms: u64,
    error: Option<&GraphError>,
    hints: &[String],
) -> HeaderMap {
    let mut headers = HeaderMap::with_capacity(10);
    for (name, value) in STANDING {
        headers.insert(name, HeaderValue::from_static(value));
    }
    put(
        &mut headers,
        HeaderName::from_static("facebook-api-version"),
        version.unwrap_or(DEFAULT_VERSION),
    );
    put(&mut headers, DATE, &http_date(now_ms));
    if let Some(error) = error {
        let message = error.message.replace('"', "'");
        let challenge = format!("OAuth \"Facebook Platform\" \"invalid_request\" \"{message}\"");
        put(&mut headers, WWW_AUTHENTICATE, &challenge);
    }
    let hint = error.and_then(|error| error.hint.as_deref());
    let hints: Vec<_> = hint
        .into_iter()
        .chain(hints.iter().map(String::as_str))
        .collect();
    if !hints.is_empty() {
        let name = HeaderName::from_static("x-linklab-hint");
        put(&mut headers, name, &hints.join("; "));
    }
    headers
}

/// The response with those headers.
pub(crate) fn response(status: u16, body: Bytes, headers: HeaderMap) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *response.headers_mut() = headers;
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
