//! Which endpoint a call means.

use warp::http::Method;

use super::param::Params;

/// Everything that is served, and the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Endpoint {
    /// `POST /{page}/messages`.
    Messages,
    /// `POST /{page}/unlink_accounts`.
    UnlinkAccounts,
    /// `GET /{page}` that asks for a recipient.
    Recipient,
    /// `GET /{page}`.
    Page,
    /// `GET /{psid}`.
    Profile(String),
    /// Anything else: the object that is named and what could have been meant.
    Unknown {
        /// First segment of the path, empty for the root.
        object: String,
        /// Our explanation.
        hint: String,
    },
}

impl Endpoint {
    pub(crate) fn of(method: &Method, segments: &[String], page_id: &str, params: &Params) -> Self {
        let segments: Vec<_> = segments.iter().map(String::as_str).collect();
        let is_page = |node: &str| node == "me" || node == page_id;
        match (method.as_str(), segments.as_slice()) {
            ("POST", [node, "messages"]) if is_page(node) => Self::Messages,
            ("POST", [node, "unlink_accounts"]) if is_page(node) => Self::UnlinkAccounts,
            ("GET", [node]) if is_page(node) => {
                let fields = params.list("fields");
                let asks = fields.is_some_and(|fields| {
                    fields.split(',').any(|field| field.trim() == "recipient")
                });
                if asks { Self::Recipient } else { Self::Page }
            }
            ("GET", [psid]) if psid.bytes().all(|byte| byte.is_ascii_digit()) => {
                Self::Profile((*psid).to_owned())
            }
            (_, segments) => Self::Unknown {
                object: segments.first().copied().unwrap_or_default().to_owned(),
                hint: hint(method, segments, page_id),
            },
        }
    }

    /// The name in the journal.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::UnlinkAccounts => "unlink_accounts",
            Self::Recipient => "recipient",
            Self::Page => "page",
            Self::Profile(_) => "profile",
            Self::Unknown { .. } => "unknown",
        }
    }
}

/// Says what is nearest to a call that nobody serves.
fn hint(method: &Method, segments: &[&str], page_id: &str) -> String {
    match segments {
        [_, edge @ ("messages" | "unlink_accounts")] => {
            format!("{edge} takes POST under /me or /{page_id}; this was {method}")
        }
        [node] if *node == "me" || *node == page_id => {
            format!("reading the page, the PSID retrieval included, is GET; this was {method}")
        }
        _ => "this platform serves GET /me, GET /{psid}, POST /me/messages and POST /me/unlink_accounts".to_owned(),
    }
}
