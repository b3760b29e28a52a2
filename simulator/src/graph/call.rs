//! One call as it came and as it is understood.

use std::borrow::Cow;

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use warp::http::header::{AUTHORIZATION, CONTENT_TYPE};
use warp::http::{HeaderMap, Method};

use super::endpoint::{Endpoint, Nodes};
use super::param::Params;
use super::upload::Upload;

/// The bytes of a call.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    /// The body, or the beginning of an upload.
    pub(crate) body: Bytes,
    /// What a multipart body was found to hold.
    pub(crate) parts: Option<Parts>,
}

/// The parts of a multipart body.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parts {
    pub(crate) texts: Vec<(String, String)>,
    pub(crate) file: Option<Upload>,
}

/// A call, understood.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// `vN.M` as it was asked for.
    pub(crate) version: Option<String>,
    pub(crate) endpoint: Endpoint,
    pub(crate) params: Params,
    /// The token of an `Authorization` header.
    pub(crate) bearer: Option<String>,
    /// The file of a multipart body.
    pub(crate) file: Option<Upload>,
}

impl Call {
    pub(crate) fn read(received: &mut Received, nodes: &Nodes<'_>) -> Self {
        let text = |name| {
            received
                .headers
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let bearer = text(AUTHORIZATION).and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            matches!(scheme.to_ascii_lowercase().as_str(), "bearer" | "oauth")
                .then(|| token.trim().to_owned())
        });
        let (params, file) = match received.parts.take() {
            Some(parts) => (Params::of_parts(&received.query, parts.texts), parts.file),
            None => (
                Params::read(&received.query, text(CONTENT_TYPE), &received.body),
                None,
            ),
        };
        let (version, segments) = split(&received.path);
        let endpoint = Endpoint::of(&received.method, &segments, nodes, &params);
        Self {
            method: received.method.clone(),
            version,
            endpoint,
            params,
            bearer,
            file,
        }
    }

    /// The access token, wherever it stands; one in query or body counts before one in the header (protocol
    /// row 4.1.5).
    pub(crate) fn token(&self) -> Option<Cow<'_, str>> {
        self.params
            .text("access_token")
            .or(self.bearer.as_deref().map(Cow::Borrowed))
            .filter(|token| !token.is_empty())
    }
}

/// The version in front, if any, and the rest of the path; empty segments do not count.
fn split(path: &str) -> (Option<String>, Vec<String>) {
    let mut segments: Vec<_> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
        .collect();
    let version = segments
        .first()
        .is_some_and(|first| is_version(first))
        .then(|| segments.remove(0));
    (version, segments)
}

fn is_version(segment: &str) -> bool {
    let digits = |text: &str| {
        (1..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    segment
        .strip_prefix('v')
        .and_then(|rest| rest.split_once('.'))
        .is_some_and(|(major, minor)| digits(major) && digits(minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_version_or_none_and_a_trailing_slash_are_taken() {
        let parts = |path| split(path);
        let me = vec!["me".to_owned(), "messages".to_owned()];
        assert_eq!(
            parts("/v2.6/me/messages"),
            (Some("v2.6".to_owned()), me.clone())
        );
        assert_eq!(
            parts("/v26.0/me/messages/"),
            (Some("v26.0".to_owned()), me.clone())
        );
        assert_eq!(parts("/me/messages"), (None, me));
        assert_eq!(parts("/"), (None, vec![]));
        for other in ["v", "v2", "v2.", "2.6", "v2.6.1", "v2.x"] {
            assert!(!is_version(other), "{other}");
        }
    }
}
