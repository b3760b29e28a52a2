//! Calls that go wrong on purpose.

use std::time::Duration;

use warp::http::StatusCode;
use warp::http::header::{CONTENT_TYPE, HeaderValue};
use warp::reply::Response;

use super::error::GraphError;
use crate::fault::{ErrorPreset, GraphFault};
use crate::hub::Hub;
use crate::sever::severed;

/// A page for people, as proxies and overloaded servers send it where JSON is expected.
const GARBAGE: &str = "<!DOCTYPE html>\n<html><head><title>Error</title></head><body><h1>Sorry, something went \
                       wrong.</h1><p>We're working on getting this fixed as soon as we can.</p></body></html>\n";

/// Whether the call may be carried out, now that a fault befalls it.
pub(super) fn before(
    fault: Option<GraphFault>,
    allowed: Result<(), GraphError>,
) -> Result<(), GraphError> {
    match fault {
        Some(GraphFault::Error(preset)) => Err(error(preset)),
        Some(
            GraphFault::Reset { carried_out: false } | GraphFault::Garbage { carried_out: false },
        ) => Err(error(ErrorPreset::Unknown)),
        _ => allowed,
    }
}

/// The same for one call of a batch: whatever the fault, the call is refused or done, and answered in its place.
pub(super) fn single(
    fault: Option<GraphFault>,
    allowed: Result<(), GraphError>,
) -> Result<(), GraphError> {
    match fault {
        Some(GraphFault::Reset { .. } | GraphFault::Garbage { .. }) => {
            Err(error(ErrorPreset::Unknown))
        }
        other => before(other, allowed),
    }
}

/// What the caller gets in the end.
pub(super) async fn after(hub: &Hub, fault: Option<GraphFault>, answered: Response) -> Response {
    match fault {
        None | Some(GraphFault::Error(_)) => answered,
        Some(GraphFault::Delay { ms }) => {
            tokio::select! {
                () = hub.stop.cancelled() => {}
                () = tokio::time::sleep(Duration::from_millis(ms)) => {}
            }
            answered
        }
        Some(GraphFault::Reset { .. }) => severed(),
        Some(GraphFault::Garbage { .. }) => {
            let mut garbage = Response::new(GARBAGE.into());
            *garbage.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            garbage.headers_mut().insert(
                CONTENT_TYPE,
                HeaderValue::from_static("text/html; charset=utf-8"),
            );
            garbage
        }
    }
}

fn error(preset: ErrorPreset) -> GraphError {
    let words = preset.words();
    GraphError {
        status: words.status,
        message: words.message.to_owned(),
        kind: words.kind,
        code: words.code,
        subcode: words.subcode,
        ..GraphError::parameter("")
    }
    .hint("an armed fault answered this call")
}
