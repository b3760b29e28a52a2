//! One Send API request: recipient, and either a message or a sender action.

use serde_json::Value;

use super::message;
use super::recipient::{self, Reached};
use crate::graph::answer::{Consequence, Said, Told};
use crate::graph::attachment;
use crate::graph::call::Call;
use crate::graph::error::GraphError;
use crate::graph::object::Object;
use crate::graph::param::Params;
use crate::graph::place::{Part, Place};
use crate::graph::shape::{self, Rule, needed, optional};
use crate::graph::thread;
use crate::hub::Hub;
use crate::world::{Alias, Change};

const ACTIONS: [&str; 5] = ["TYPING_ON", "TYPING_OFF", "MARK_SEEN", "REACT", "UNREACT"];

const MESSAGING_TYPES: [&str; 4] = [
    "RESPONSE",
    "UPDATE",
    "MESSAGE_TAG",
    "NON_PROMOTIONAL_SUBSCRIPTION",
];

/// The tags of today (protocol row 4.1.8).
const TAGS: [&str; 4] = [
    "CONFIRMED_EVENT_UPDATE",
    "POST_PURCHASE_UPDATE",
    "ACCOUNT_UPDATE",
    "HUMAN_AGENT",
];

const NOTIFICATION_TYPES: [&str; 3] = ["REGULAR", "SILENT_PUSH", "NO_PUSH"];

const HOUR_MS: u64 = 3_600_000;

/// How long after the user's last message a page may write (protocol row 4.1.12).
const WINDOW_MS: u64 = 24 * HOUR_MS;

/// How long the tag of human agents extends the window.
const HUMAN_AGENT_MS: u64 = 7 * 24 * HOUR_MS;

/// Checks a request and answers it; the message itself follows as a consequence.
pub(crate) fn send(hub: &Hub, call: &Call, told: &mut Told) -> Result<Object, GraphError> {
    let params = &call.params;
    let recipient = params
        .json("recipient")
        .ok_or_else(|| GraphError::missing("recipient"))?;
    recipient::check(&recipient)?;
    let message = params.json("message");
    let action = params
        .text("sender_action")
        .filter(|action| !action.is_empty());
    choice(params, "messaging_type", &MESSAGING_TYPES)?;
    choice(params, "notification_type", &NOTIFICATION_TYPES)?;
    let tagged = tag(params)?;

    let media = match (&message, &action) {
        (Some(_), Some(_)) => return Err(GraphError::message_and_action()),
        (None, None) => return Err(GraphError::missing("message")),
        (Some(message), None) => message::check(message, call.file.is_some())?,
        (None, Some(action)) => {
            check_action(params, action)?;
            None
        }
    };
    check_reply(params)?;

    let reached = recipient::find(hub, &recipient)?;
    told.psid = Some(reached.psid.clone());
    check_owner(hub, &reached.psid)?;
    let seen = action
        .as_deref()
        .is_some_and(|action| action.eq_ignore_ascii_case("MARK_SEEN"));
    if !seen && hub.knobs().window_enforced {
        check_window(hub, &reached, tagged.as_deref())?;
    }
    check_persona(hub, params)?;

    let object = Object::default().with_some(
        "recipient_id",
        reached.is_told().then_some(reached.psid.as_str()),
    );
    remark(params, action.as_deref(), told);
    let Some(message) = message else {
        return Ok(object);
    };
    let mut message = message.into_owned();
    attachment::check_named(hub, &message)?;
    let kept = media
        .map(|media| attachment::take(hub, &media, call.file.as_ref()))
        .transpose()?;
    if let Some(kept) = &kept {
        kept.show_in(&mut message, &hub.origin());
    }
    if let Some(alias) = reached.by {
        use_up(hub, alias)?;
    }
    let mid = hub.ids.message_id();
    told.then = Consequence::Said(Said {
        psid: reached.psid,
        mid: mid.clone(),
        message,
    });
    let attachment_id = kept.and_then(|kept| kept.told_id);
    Ok(object
        .with("message_id", mid)
        .with_some("attachment_id", attachment_id))
}

/// An enum parameter that may be absent.
fn choice(params: &Params, name: &str, allowed: &[&str]) -> Result<(), GraphError> {
    match params.text(name) {
        Some(given)
            if !allowed
                .iter()
                .any(|known| known.eq_ignore_ascii_case(&given)) =>
        {
            Err(GraphError::not_one_of(name, allowed))
        }
        _ => Ok(()),
    }
}

/// The tag that extends the window. Without the type that belongs to it, a tag that nobody knows is left alone
/// (clients: unknown keys row).
fn tag(params: &Params) -> Result<Option<String>, GraphError> {
    let needed = params
        .text("messaging_type")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("MESSAGE_TAG"));
    match params.text("tag").filter(|tag| !tag.is_empty()) {
        None if needed => Err(GraphError::missing("tag")),
        None => Ok(None),
        Some(tag) => {
            let known = TAGS.iter().any(|known| known.eq_ignore_ascii_case(&tag));
            if needed && !known {
                return Err(GraphError::not_one_of("tag", &TAGS));
            }
            Ok(known.then(|| tag.to_ascii_uppercase()))
        }
    }
}

fn check_action(params: &Params, action: &str) -> Result<(), GraphError> {
    let known = ACTIONS
        .iter()
        .find(|known| known.eq_ignore_ascii_case(action))
        .ok_or_else(|| GraphError::not_one_of("sender_action", &ACTIONS))?;
    if !matches!(*known, "REACT" | "UNREACT") {
        return Ok(());
    }
    let payload = params
        .json("payload")
        .ok_or_else(|| GraphError::missing("payload"))?;
    let part = Part::of(&payload, Place::of("payload"))?;
    let text = Rule::Text(1_000);
    if *known == "REACT" {
        shape::check(
            &part,
            &[needed("message_id", text), needed("reaction", text)],
        )
    } else {
        shape::check(
            &part,
            &[needed("message_id", text), optional("reaction", text)],
        )
    }
}

/// `reply_to` stands beside the message (protocol row 4.1.13).
fn check_reply(params: &Params) -> Result<(), GraphError> {
    match params.json("reply_to") {
        Some(reply) => {
            let part = Part::of(&reply, Place::of("reply_to"))?;
            shape::check(&part, &[needed("mid", Rule::Text(1_000))])
        }
        None => Ok(()),
    }
}

fn check_owner(hub: &Hub, psid: &str) -> Result<(), GraphError> {
    let owner = thread::owner(hub, psid);
    if owner == hub.config.app_id {
        return Ok(());
    }
    let hint = format!("the conversation is controlled by the app {owner}");
    Err(GraphError::other_app_controls().hint(hint))
}

fn check_window(hub: &Hub, reached: &Reached, tag: Option<&str>) -> Result<(), GraphError> {
    if reached.is_consent() {
        return Ok(());
    }
    let limit = match tag {
        Some("HUMAN_AGENT") => HUMAN_AGENT_MS,
        Some(_) => return Ok(()),
        None => WINDOW_MS,
    };
    let spoke_ms = hub.world().spoke_ms(&reached.psid).unwrap_or_default();
    let since = hub.clock.now_ms().saturating_sub(spoke_ms);
    if since <= limit {
        return Ok(());
    }
    let hint = format!(
        "the user was last heard of {} h ago and {} h are allowed",
        since / HOUR_MS,
        limit / HOUR_MS
    );
    Err(GraphError::outside_window().hint(hint))
}

/// No wording was seen for a persona that is not the page's; inferred.
fn check_persona(hub: &Hub, params: &Params) -> Result<(), GraphError> {
    match params.text("persona_id").filter(|id| !id.is_empty()) {
        Some(id) if hub.world().page().personas.get(&id).is_none() => Err(GraphError::parameter(
            "Param persona_id must be a valid persona of this page",
        )),
        _ => Ok(()),
    }
}

/// A one-time consent is used up by its message.
fn use_up(hub: &Hub, alias: Alias) -> Result<(), GraphError> {
    if !matches!(alias, Alias::OneTimeNotifToken(_)) {
        return Ok(());
    }
    hub.change(&Change::AliasUsed { alias })
        .map_err(|refusal| GraphError::full(refusal.to_string()))
}

/// What passes although it is not what the official page asks for (clients: enum values and JSON text rows).
fn remark(params: &Params, action: Option<&str>, told: &mut Told) {
    if let Some(action) = action
        && action.bytes().any(|byte| byte.is_ascii_uppercase())
    {
        told.hints
            .push("sender_action is documented in lower case".to_owned());
    }
    if action.is_none() && !params.has("messaging_type") {
        told.hints
            .push("messaging_type is documented as required".to_owned());
    }
    for name in ["recipient", "message"] {
        if params.is_text_in_json(name) {
            told.hints.push(format!(
                "{name} is JSON text inside a JSON body; an object is documented"
            ));
        }
    }
}

/// The recipient of a request that names a PSID, for calls beside the Send API.
pub(crate) fn psid_of(params: &Params) -> Result<String, GraphError> {
    let recipient = params
        .json("recipient")
        .ok_or_else(|| GraphError::missing("recipient"))?;
    let part = Part::of(&recipient, Place::of("recipient"))?;
    part.only(&["id"])?;
    match part.require("id")? {
        Value::Number(id) => Ok(id.to_string()),
        _ => part.text("id", usize::MAX).map(str::to_owned),
    }
}
