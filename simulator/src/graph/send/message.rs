//! The `message` object: a text, a template or a media attachment, with quick replies.

use serde_json::Value;

use super::template;
use crate::graph::error::GraphError;
use crate::graph::place::{Part, Place};
use crate::graph::shape::{self, Rule, check_value, flag};

/// Limits of protocol section 4.1, in characters.
const TEXT_LIMIT: usize = 2_000;
const QUICK_REPLIES: usize = 13;
const QUICK_REPLY_TITLE: usize = 20;
const PAYLOAD: usize = 1_000;
const METADATA: usize = 1_000;

const CONTENT_TYPES: [&str; 3] = ["TEXT", "USER_PHONE_NUMBER", "USER_EMAIL"];

const KINDS: [&str; 5] = ["TEMPLATE", "IMAGE", "AUDIO", "VIDEO", "FILE"];

/// A media attachment: where its bytes are to come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Media {
    /// `image`, `audio`, `video` or `file`.
    pub(crate) kind: String,
    /// Whether it is to be kept under an id.
    pub(crate) reusable: bool,
    pub(crate) source: Source,
}

/// The three ways to name a media attachment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Url(String),
    Kept(String),
    /// The file of the same multipart body.
    Uploaded,
}

/// Accepts what the platform accepts; returns the media attachment, if there is one.
pub(super) fn check(message: &Value, has_file: bool) -> Result<Option<Media>, GraphError> {
    let message = Part::of(message, Place::of("message"))?;
    message.only(&["text", "attachment", "quick_replies", "metadata"])?;
    message.optional_text("metadata", METADATA)?;
    let found = match (message.get("text"), message.get("attachment")) {
        (Some(_), None) => {
            message.text("text", TEXT_LIMIT)?;
            None
        }
        (None, Some(_)) => attachment(&message.part("attachment")?, has_file)?,
        (None, None) => {
            return Err(GraphError::one_required(&[
                "message[text]",
                "message[attachment]",
            ]));
        }
        // No wording was seen for both at once; inferred.
        (Some(_), Some(_)) => {
            return Err(GraphError::parameter(
                "Only one of the params may be set: message[text],message[attachment]",
            ));
        }
    };
    if message.get("quick_replies").is_some() {
        for reply in message.list("quick_replies", QUICK_REPLIES)? {
            quick_reply(&reply)?;
        }
    }
    Ok(found)
}

fn attachment(attachment: &Part<'_>, has_file: bool) -> Result<Option<Media>, GraphError> {
    attachment.only(&["type", "payload"])?;
    let kind = attachment.choice("type", &KINDS)?;
    if kind == "template" {
        template::check(&attachment.part("payload")?)?;
        return Ok(None);
    }
    media(attachment, has_file).map(Some)
}

/// A media attachment as the Send API and `message_attachments` take it.
pub(crate) fn media(attachment: &Part<'_>, has_file: bool) -> Result<Media, GraphError> {
    let kind = attachment.choice("type", &["IMAGE", "AUDIO", "VIDEO", "FILE"])?;
    // An upload may come with an empty payload, or with none.
    let given = attachment.get("payload");
    let bare =
        given.is_none_or(|payload| payload.as_object().is_some_and(serde_json::Map::is_empty));
    if bare && has_file {
        return Ok(Media {
            kind,
            reusable: false,
            source: Source::Uploaded,
        });
    }
    let payload = attachment.part("payload")?;
    payload.only(&["url", "attachment_id", "is_reusable"])?;
    let reusable = match payload.get("is_reusable") {
        Some(value) => {
            check_value(&payload, "is_reusable", Rule::Flag)?;
            flag(value) == Some(true)
        }
        None => false,
    };
    let source = match (payload.get("url"), payload.get("attachment_id")) {
        (Some(_), _) => Source::Url(shape::url(&payload, "url")?.into()),
        (None, Some(Value::Number(id))) => Source::Kept(id.to_string()),
        (None, Some(_)) => Source::Kept(payload.text("attachment_id", usize::MAX)?.to_owned()),
        (None, None) if has_file => Source::Uploaded,
        (None, None) => {
            let name = |key| payload.place.under(key).name().to_owned();
            return Err(GraphError::one_required(&[
                &name("url"),
                &name("attachment_id"),
            ]));
        }
    };
    Ok(Media {
        kind,
        reusable,
        source,
    })
}

fn quick_reply(reply: &Part<'_>) -> Result<(), GraphError> {
    reply.only(&["content_type", "title", "payload", "image_url"])?;
    if reply.choice("content_type", &CONTENT_TYPES)? == "text" {
        reply.text("title", QUICK_REPLY_TITLE)?;
        // The payload of a quick reply may be a number (protocol section 4.1, quick replies).
        if !reply.require("payload")?.is_number() {
            reply.text("payload", PAYLOAD)?;
        }
    }
    if reply.get("image_url").is_some_and(|url| url != "") {
        shape::url(reply, "image_url")?;
    }
    Ok(())
}
