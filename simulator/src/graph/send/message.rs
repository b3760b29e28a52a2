//! The `message` object: a text or a template, with quick replies.

use serde_json::Value;

use super::place::{Part, Place};
use super::template;
use crate::graph::error::GraphError;

/// Limits of protocol section 4.1, in characters.
const TEXT_LIMIT: usize = 2_000;
const QUICK_REPLIES: usize = 13;
const QUICK_REPLY_TITLE: usize = 20;
const PAYLOAD: usize = 1_000;
const METADATA: usize = 1_000;

const CONTENT_TYPES: [&str; 3] = ["TEXT", "USER_PHONE_NUMBER", "USER_EMAIL"];

/// Accepts what the platform accepts.
pub(super) fn check(message: &Value) -> Result<(), GraphError> {
    let message = Part::of(message, Place::of("message"))?;
    message.only(&["text", "attachment", "quick_replies", "metadata"])?;
    message.optional_text("metadata", METADATA)?;
    match (message.get("text"), message.get("attachment")) {
        (Some(_), None) => {
            message.text("text", TEXT_LIMIT)?;
        }
        (None, Some(_)) => attachment(&message.part("attachment")?)?,
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
    }
    if message.get("quick_replies").is_some() {
        for reply in message.list("quick_replies", QUICK_REPLIES)? {
            quick_reply(&reply)?;
        }
    }
    Ok(())
}

fn attachment(attachment: &Part<'_>) -> Result<(), GraphError> {
    attachment.only(&["type", "payload"])?;
    attachment.choice("type", &["TEMPLATE"]).map_err(|error| {
        error.hint("this platform shows templates; media attachments are not served")
    })?;
    template::check(&attachment.part("payload")?)
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
    Ok(())
}
