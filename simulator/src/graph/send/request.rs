//! One Send API request: recipient, and either a message or a sender action.

use std::borrow::Cow;

use serde_json::Value;

use super::message;
use super::place::{Part, Place};
use crate::graph::answer::{Consequence, Object};
use crate::graph::error::GraphError;
use crate::graph::param::Params;
use crate::hub::Hub;

/// Every way to address somebody (protocol row 4.1.9).
const RECIPIENT_KEYS: [&str; 8] = [
    "id",
    "user_ref",
    "phone_number",
    "name",
    "post_id",
    "comment_id",
    "one_time_notif_token",
    "notification_messages_token",
];

const ACTIONS: [&str; 5] = ["TYPING_ON", "TYPING_OFF", "MARK_SEEN", "REACT", "UNREACT"];

const MESSAGING_TYPES: [&str; 4] = [
    "RESPONSE",
    "UPDATE",
    "MESSAGE_TAG",
    "NON_PROMOTIONAL_SUBSCRIPTION",
];

/// The PSID that a request addresses, before anything is checked.
pub(crate) fn recipient_of(params: &Params) -> Option<String> {
    let recipient = params.json("recipient")?;
    id_of(&recipient).map(Cow::into_owned)
}

/// Checks a request and answers it; the message itself follows as a consequence.
pub(crate) fn send(hub: &Hub, params: &Params) -> Result<(Object, Consequence), GraphError> {
    let recipient = params
        .json("recipient")
        .ok_or_else(|| GraphError::missing("recipient"))?;
    let part = Part::of(&recipient, Place::of("recipient"))?;
    part.only(&RECIPIENT_KEYS)?;
    let message = params.json("message");
    let action = params
        .text("sender_action")
        .filter(|action| !action.is_empty());
    check_messaging_type(params)?;

    match (&message, &action) {
        (Some(_), Some(_)) => return Err(GraphError::message_and_action()),
        (None, None) => return Err(GraphError::missing("message")),
        (Some(message), None) => message::check(message)?,
        (None, Some(action)) => {
            if !ACTIONS
                .iter()
                .any(|known| known.eq_ignore_ascii_case(action))
            {
                return Err(GraphError::not_one_of("sender_action", &ACTIONS));
            }
        }
    }

    let psid = match id_of(&recipient) {
        Some(psid) if psid.is_empty() => return Err(GraphError::empty("recipient[id]")),
        Some(psid) => psid.into_owned(),
        None => {
            let hint = "only recipient.id is served: user_ref, phone_number and the others reach nobody here";
            return Err(GraphError::no_matching_user().hint(hint));
        }
    };
    if hub.world().name_of(&psid).is_none() {
        return Err(GraphError::no_matching_user());
    }
    let object = Object::default().with("recipient_id", &psid);
    Ok(match message {
        None => (object, Consequence::None),
        Some(message) => {
            let said = Consequence::Said {
                psid,
                message: message.into_owned(),
            };
            (object.with("message_id", hub.ids.message_id()), said)
        }
    })
}

/// Documented as required, yet old clients omit it and pass (protocol row 4.1.7).
fn check_messaging_type(params: &Params) -> Result<(), GraphError> {
    match params.text("messaging_type") {
        Some(given)
            if !MESSAGING_TYPES
                .iter()
                .any(|known| known.eq_ignore_ascii_case(&given)) =>
        {
            Err(GraphError::not_one_of("messaging_type", &MESSAGING_TYPES))
        }
        _ => Ok(()),
    }
}

/// The id as text; a number in JSON counts as its digits.
fn id_of(recipient: &Value) -> Option<Cow<'_, str>> {
    match recipient.get("id")? {
        Value::String(id) => Some(Cow::Borrowed(id)),
        Value::Number(id) => Some(Cow::Owned(id.to_string())),
        _ => None,
    }
}
