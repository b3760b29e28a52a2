//! Fetching an attachment from the address that a message names, to see whether production could.

use std::time::Duration;

use reqwest::header::CONTENT_TYPE;

use super::attachment::fits;
use super::call::Call;
use super::error::GraphError;
use super::place::{Part, Place};
use super::send::{Source, media};
use super::upload::FILE_LIMIT;
use crate::hub::Hub;

/// How long a server may take for the whole file.
const PATIENCE: Duration = Duration::from_secs(10);

/// Fetches what the call's message names by address, if the knob asks for it. A call without such an attachment,
/// or with a broken one, passes: its own checks come later.
pub(crate) async fn check(hub: &Hub, call: &Call) -> Result<(), GraphError> {
    if !hub.knobs().attachments_fetched {
        return Ok(());
    }
    let Some((url, kind)) = named(call) else {
        return Ok(());
    };
    let fetched = tokio::time::timeout(PATIENCE, fetch(&url, &kind)).await;
    fetched.unwrap_or_else(|_| {
        let hint = format!("{url} did not arrive within {} s", PATIENCE.as_secs());
        Err(GraphError::attachment_not_fetched().hint(hint))
    })
}

/// Address and kind of the attachment.
fn named(call: &Call) -> Option<(String, String)> {
    let message = call.params.json("message")?;
    let attachment = Part::of(&message, Place::of("message"))
        .and_then(|message| message.part("attachment"))
        .ok()?;
    let media = media(&attachment, call.file.is_some()).ok()?;
    match media.source {
        Source::Url(url) => Some((url, media.kind)),
        Source::Kept(_) | Source::Uploaded => None,
    }
}

async fn fetch(url: &str, kind: &str) -> Result<(), GraphError> {
    let failed = |why: &dyn std::fmt::Display| {
        GraphError::attachment_not_fetched().hint(format!("{url}: {why}"))
    };
    // One client for each: a fetch is rare, and a kept connection would hide a server that is gone.
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .map_err(|error| failed(&error))?;
    let mut response = client
        .get(url)
        .send()
        .await
        .map_err(|error| failed(&error))?;
    if !response.status().is_success() {
        return Err(failed(&response.status()));
    }
    let media_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("application/octet-stream")
        .to_owned();
    if !fits(kind, &media_type) {
        let hint = format!("{url} is {media_type}, not {kind}");
        return Err(GraphError::attachment_of_another_kind().hint(hint));
    }
    let mut length = 0;
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
        length += chunk.len() as u64;
        if length > FILE_LIMIT {
            return Err(GraphError::attachment_too_big());
        }
    }
    Ok(())
}
