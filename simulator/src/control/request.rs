//! What a caller has sent, read with all its problems told in sentences.

use bytes::Bytes;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::caps;
use super::error::ControlError;
use super::operation::Operation;

pub(super) struct Request {
    /// The parts of the path by their names, decoded.
    parts: Vec<(&'static str, String)>,
    query: Vec<(String, String)>,
    body: Bytes,
    /// Where an event stream goes on that was interrupted.
    pub(super) last_event: Option<u64>,
}

impl Request {
    /// Refuses parameters that the operation does not know: a misspelt one would silently change the question.
    pub(super) fn read(
        operation: &Operation,
        parts: &[(&'static str, &str)],
        query: &str,
        body: Bytes,
        last_event: Option<u64>,
    ) -> Result<Self, ControlError> {
        let query: Vec<_> = form_urlencoded::parse(query.as_bytes())
            .into_owned()
            .collect();
        let known = |name: &str| operation.query.iter().any(|field| field.name == name);
        if let Some((name, _)) = query.iter().find(|(name, _)| !known(name)) {
            let names: Vec<_> = operation.query.iter().map(|field| field.name).collect();
            let names = if names.is_empty() {
                "none".to_owned()
            } else {
                names.join(", ")
            };
            return Err(ControlError::BadRequest(format!(
                "there is no parameter \"{name}\" here; there are: {names}"
            )));
        }
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        Ok(Self {
            parts: parts
                .iter()
                .map(|(name, text)| (*name, decode(text)))
                .collect(),
            query,
            body,
            last_event,
        })
    }

    /// A part of the path.
    pub(super) fn part(&self, name: &str) -> &str {
        let found = self.parts.iter().find(|(known, _)| *known == name);
        found.map_or("", |(_, text)| text)
    }

    /// A part of the path that is a number.
    pub(super) fn number_part(&self, name: &str) -> Result<u64, ControlError> {
        let text = self.part(name);
        text.parse()
            .map_err(|_| ControlError::BadRequest(format!("{name} is \"{text}\"; give a number")))
    }

    /// A parameter of the query.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A parameter of the query that is a number.
    pub(super) fn number<T: std::str::FromStr>(
        &self,
        name: &str,
    ) -> Result<Option<T>, ControlError> {
        self.text(name)
            .map(|text| {
                text.parse().map_err(|_| {
                    ControlError::BadRequest(format!("{name} is \"{text}\"; give a fitting number"))
                })
            })
            .transpose()
    }

    /// How many items are wanted.
    pub(super) fn limit(&self) -> Result<usize, ControlError> {
        let limit = self.number("limit")?.unwrap_or(caps::USUAL_ITEMS);
        if (1..=caps::ITEMS).contains(&limit) {
            return Ok(limit);
        }
        let most = caps::ITEMS;
        Err(ControlError::BadRequest(format!(
            "limit is {limit}; give 1 to {most}"
        )))
    }

    /// The body; without one, an empty object.
    pub(super) fn body<T: DeserializeOwned>(&self) -> Result<T, ControlError> {
        let bytes: &[u8] = if self.body.is_empty() {
            b"{}"
        } else {
            &self.body
        };
        serde_json::from_slice(bytes)
            .map_err(|error| ControlError::BadRequest(format!("the body does not fit: {error}")))
    }
}

/// A wait in milliseconds within the bound.
pub(super) fn wait(ms: Option<u64>) -> Result<std::time::Duration, ControlError> {
    let ms = ms.unwrap_or(caps::USUAL_WAIT_MS);
    if ms > caps::WAIT_MS {
        let most = caps::WAIT_MS;
        return Err(ControlError::BadRequest(format!(
            "a wait of {ms} ms is too long; wait at most {most} ms and ask again"
        )));
    }
    Ok(std::time::Duration::from_millis(ms))
}
