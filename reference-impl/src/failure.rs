//! What goes wrong on this side: one error for every handler, told to people without internals.

use std::time::Duration;

use warp::{Reply, http::StatusCode, reply::Response};

use crate::{
    accounts::PasswordError,
    pages::{self, Language},
    secret::NoEntropy,
    store::StoreError,
};

/// A request that could not be served.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Password(#[from] PasswordError),
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    #[error("the request body is longer than {limit} bytes")]
    BodyTooLarge { limit: usize },
    #[error("the request body ended early or is not what its headers say")]
    BodyUnreadable,
    #[error("the request body did not arrive within {within:?}")]
    BodyTooSlow { within: Duration },
}

impl Failure {
    /// The status that tells the sender whether trying again makes sense.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Store(_) | Self::NoEntropy(_) | Self::Password(_) => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BodyUnreadable => StatusCode::BAD_REQUEST,
            Self::BodyTooSlow { .. } => StatusCode::REQUEST_TIMEOUT,
        }
    }

    /// A page for a person, with a way back to Messenger when there is one. The cause goes to the
    /// log, not to the page (conformance SEC-15).
    pub(crate) fn page(&self, language: Language, cancel: Option<&str>) -> Response {
        if self.status().is_server_error() {
            tracing::error!(cause = %self, "a request failed");
        }
        pages::trouble(language, self.status(), cancel)
    }
}

impl Reply for Failure {
    fn into_response(self) -> Response {
        self.page(Language::English, None)
    }
}
