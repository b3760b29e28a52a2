//! Reading requests: decoded fields of a query or a form, bodies up to a limit, one cookie.

use std::pin::pin;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use url::form_urlencoded;
use warp::http::StatusCode;
use warp::{Filter, Rejection};

/// The pairs of a query or of a form, each decoded once.
#[derive(Debug, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded` bytes.
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        Self(form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The first value called `name`; empty when there is none.
    pub(crate) fn first(&self, name: &str) -> &str {
        self.0
            .iter()
            .find_map(|(key, value)| (key == name).then_some(value.as_str()))
            .unwrap_or_default()
    }

    /// Whether `name` occurs more than once.
    pub(crate) fn repeats(&self, name: &str) -> bool {
        1 < self.0.iter().filter(|(key, _)| key == name).count()
    }

    /// Whether some pair has a name outside `known`.
    pub(crate) fn has_others_than(&self, known: &[&str]) -> bool {
        self.0.iter().any(|(key, _)| !known.contains(&key.as_str()))
    }
}

/// The value of the cookie `name` in a `Cookie` header.
pub(crate) fn cookie<'header>(header: Option<&'header str>, name: &str) -> Option<&'header str> {
    header?
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// The whole body, or the status that says why it could not be had.
///
/// The limit is kept while reading, because `content_length_limit` would turn chunked requests away.
pub(crate) fn body_up_to(
    limit: usize,
) -> impl Filter<Extract = (Result<Bytes, StatusCode>,), Error = Rejection> + Copy {
    warp::body::stream().then(move |chunks| collect(chunks, limit))
}

async fn collect(
    chunks: impl Stream<Item = Result<impl Buf, warp::Error>>,
    limit: usize,
) -> Result<Bytes, StatusCode> {
    let mut chunks = pin!(chunks);
    let mut whole = BytesMut::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| StatusCode::BAD_REQUEST)?;
        if limit < whole.len() + chunk.remaining() {
            return Err(StatusCode::PAYLOAD_TOO_LARGE);
        }
        whole.put(chunk);
    }
    Ok(whole.freeze())
}

#[cfg(test)]
mod tests {
    use super::{Fields, cookie};

    #[test]
    fn values_are_decoded_exactly_once() {
        let fields = Fields::parse(b"redirect_uri=https%3A%2F%2Fx.test%2F%3Fa%3D%252F&a=1&a=2");
        assert_eq!(fields.first("redirect_uri"), "https://x.test/?a=%2F");
        assert!(fields.repeats("a"));
        assert!(!fields.repeats("redirect_uri"));
        assert_eq!(fields.first("missing"), "");
    }

    #[test]
    fn a_cookie_is_found_between_others() {
        let header = Some("a=1; specimen_sid=xyz; b=2");
        assert_eq!(cookie(header, "specimen_sid"), Some("xyz"));
        assert_eq!(cookie(header, "sid"), None);
        assert_eq!(cookie(None, "sid"), None);
    }
}
