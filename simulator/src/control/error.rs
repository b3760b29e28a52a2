//! Why the control plane does not do what was asked: a code for programs, a sentence for people.

use serde_json::json;
use warp::http::StatusCode;
use warp::reply::Response;

use super::answer::Answer;
use super::caps;
use crate::UserError;
use crate::fault::FaultError;
use crate::knob::KnobError;
use crate::webhook::QueueError;

#[derive(Debug, thiserror::Error)]
pub(super) enum ControlError {
    #[error("there is no {method} {path}; GET /_linklab/openapi.json lists every operation")]
    UnknownOperation { method: String, path: String },
    #[error("{path} is not served by {method}; use {allowed}")]
    WrongMethod {
        method: String,
        path: String,
        allowed: String,
    },
    #[error("{0}")]
    BadRequest(String),
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Refused(String),
    #[error("{0}")]
    Foreign(String),
    #[error("the body is larger than {} bytes", caps::BODY)]
    TooLarge,
    #[error("the body did not arrive within {} s", caps::BODY_DEADLINE.as_secs())]
    Late,
    #[error("the body must be JSON and say so: content-type application/json")]
    NotJson,
    #[error("{0} are open already; close or await some first")]
    Busy(String),
}

impl ControlError {
    fn code(&self) -> (&'static str, StatusCode) {
        match self {
            Self::UnknownOperation { .. } => ("unknown_operation", StatusCode::NOT_FOUND),
            Self::WrongMethod { .. } => ("wrong_method", StatusCode::METHOD_NOT_ALLOWED),
            Self::BadRequest(_) => ("bad_request", StatusCode::BAD_REQUEST),
            Self::NotFound(_) => ("not_found", StatusCode::NOT_FOUND),
            Self::Refused(_) => ("refused", StatusCode::CONFLICT),
            Self::Foreign(_) => ("foreign", StatusCode::FORBIDDEN),
            Self::TooLarge => ("too_large", StatusCode::PAYLOAD_TOO_LARGE),
            Self::Late => ("late", StatusCode::REQUEST_TIMEOUT),
            Self::NotJson => ("not_json", StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::Busy(_) => ("busy", StatusCode::TOO_MANY_REQUESTS),
        }
    }

    pub(super) fn into_response(self) -> Response {
        let (code, status) = self.code();
        let body = json!({ "error": { "code": code, "message": self.to_string() } });
        let mut response = Answer::Json(body).into_response();
        *response.status_mut() = status;
        response
    }
}

impl From<UserError> for ControlError {
    fn from(error: UserError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<KnobError> for ControlError {
    fn from(error: KnobError) -> Self {
        match error {
            KnobError::Unknown { .. } => Self::NotFound(error.to_string()),
            KnobError::Value { .. } => Self::BadRequest(error.to_string()),
        }
    }
}

impl From<FaultError> for ControlError {
    fn from(error: FaultError) -> Self {
        match error {
            FaultError::Never(_) => Self::BadRequest(error.to_string()),
            FaultError::Full => Self::Refused(error.to_string()),
        }
    }
}

impl From<QueueError> for ControlError {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::Unknown(_) | QueueError::UnknownApp(_) => Self::NotFound(error.to_string()),
            _ => Self::Refused(error.to_string()),
        }
    }
}
