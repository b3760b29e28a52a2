//! Who is addressed: by PSID, or by one of the other names that a user can have (protocol row 4.1.9).

use std::borrow::Cow;

use serde_json::Value;

use crate::graph::error::GraphError;
use crate::graph::param::Params;
use crate::graph::place::{Part, Place};
use crate::hub::Hub;
use crate::world::Alias;

/// Every way to address somebody; `name` goes beside `phone_number`.
const KEYS: [&str; 8] = [
    "id",
    "user_ref",
    "phone_number",
    "name",
    "post_id",
    "comment_id",
    "one_time_notif_token",
    "notification_messages_token",
];

/// The user whom a request reaches.
#[derive(Debug)]
pub(super) struct Reached {
    pub(super) psid: String,
    /// The other name that was used, if it was not the PSID.
    pub(super) by: Option<Alias>,
}

impl Reached {
    /// Whether the answer tells the PSID: not to callers who do not know it yet (protocol row 4.1.6).
    pub(super) fn is_told(&self) -> bool {
        !matches!(self.by, Some(Alias::UserRef(_) | Alias::PhoneNumber(_)))
    }

    /// Whether the name is a consent that holds beyond the 24 hours.
    pub(super) fn is_consent(&self) -> bool {
        matches!(
            self.by,
            Some(Alias::OneTimeNotifToken(_) | Alias::NotificationMessagesToken(_))
        )
    }
}

/// The PSID that a request addresses, before anything is checked.
pub(crate) fn recipient_of(params: &Params) -> Option<String> {
    let recipient = params.json("recipient")?;
    id_of(&recipient).map(Cow::into_owned)
}

/// Makes an alias of its text.
type Kind = fn(String) -> Alias;

/// Checks the recipient's form: known keys, one name.
pub(super) fn check(recipient: &Value) -> Result<(), GraphError> {
    Part::of(recipient, Place::of("recipient"))?.only(&KEYS)
}

/// Finds the user; `recipient` has been checked.
pub(super) fn find(hub: &Hub, recipient: &Value) -> Result<Reached, GraphError> {
    if let Some(psid) = id_of(recipient) {
        if psid.is_empty() {
            return Err(GraphError::empty("recipient[id]"));
        }
        let known = hub.world().name_of(&psid).is_some();
        return known
            .then(|| Reached {
                psid: psid.into_owned(),
                by: None,
            })
            .ok_or_else(GraphError::no_matching_user);
    }
    if recipient.get("id").is_some_and(|id| !id.is_null()) {
        return Err(GraphError::wrong_kind("recipient[id]", "a string"));
    }
    let text = |key: &str| match recipient.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    let kinds: [(&str, Kind); 6] = [
        ("user_ref", Alias::UserRef),
        ("phone_number", Alias::PhoneNumber),
        ("post_id", Alias::PostId),
        ("comment_id", Alias::CommentId),
        ("one_time_notif_token", Alias::OneTimeNotifToken),
        (
            "notification_messages_token",
            Alias::NotificationMessagesToken,
        ),
    ];
    let alias = kinds
        .into_iter()
        .find_map(|(key, alias)| text(key).map(alias))
        .ok_or_else(|| GraphError::missing("recipient[id]"))?;
    let world = hub.world();
    match world.page().threads.psid_at(&alias) {
        Some(psid) => Ok(Reached {
            psid: psid.to_owned(),
            by: Some(alias),
        }),
        None => Err(GraphError::no_matching_user().hint(format!(
            "no user has been given this {}; a one-time consent is used up by one message",
            alias.key()
        ))),
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
