//! What can be read: the page, with the PSID behind a linking token, and a user's profile.

use super::answer::Told;
use super::call::Call;
use super::error::GraphError;
use super::field::fields;
use super::object::Object;
use super::persona;
use crate::hub::Hub;
use crate::world::Token;

/// Fields of a page that this one has no value for.
const EMPTY: [&str; 14] = [
    "about",
    "category",
    "category_list",
    "cover",
    "description",
    "emails",
    "fan_count",
    "link",
    "location",
    "phone",
    "picture",
    "tasks",
    "username",
    "website",
];

/// `GET /{page}`. Without `fields`, name and id as Graph does (protocol row 2.1.11).
pub(crate) fn page(hub: &Hub, call: &Call, told: &mut Told) -> Result<Object, GraphError> {
    let config = &hub.config;
    let Some(fields) = fields(&call.params)? else {
        return Ok(Object::default()
            .with("name", &config.page_name)
            .with("id", &config.page_id));
    };
    let mut object = Object::default().with("id", &config.page_id);
    for field in &fields {
        object = match field.as_str() {
            "id" => object,
            // Fields without a value are left out, as Graph does.
            other if EMPTY.contains(&other) => object,
            "name" => object.with("name", &config.page_name),
            "recipient" => {
                let Some(recipient) = recipient(hub, call)? else {
                    continue;
                };
                told.psid = Some(recipient.clone());
                object.with("recipient", recipient)
            }
            other => return Err(GraphError::nonexisting_field(other, "Page")),
        };
    }
    Ok(object)
}

/// The user behind a linking token: unused or used, but not expired (protocol row 1.4.5).
fn recipient(hub: &Hub, call: &Call) -> Result<Option<String>, GraphError> {
    let text = call
        .params
        .text("account_linking_token")
        .filter(|text| !text.is_empty());
    let Some(text) = text else {
        return if hub.knobs().linking_token_optional {
            Ok(None)
        } else {
            Err(GraphError::missing("account_linking_token"))
        };
    };
    let status = hub.knobs().linking_error_status;
    let token = hub
        .sealer
        .open(&text)
        .map_err(|_| GraphError::linking_token_invalid().status(status))?;
    if !hub.sealer.owns(&token) {
        return Err(GraphError::linking_token_invalid()
            .status(status)
            .hint("the token belongs to another app or page"));
    }
    if hub.world().superseded(&token, hub.knobs()) {
        return Err(GraphError::linking_token_invalid().hint("a newer tap has replaced the token"));
    }
    let now_ms = hub.clock.now_ms();
    if now_ms >= token.expires_ms() {
        let ago = now_ms - token.expires_ms();
        return Err(GraphError::linking_token_expired()
            .status(status)
            .hint(format!("it expired {ago} ms ago")));
    }
    Ok(Some(token.psid))
}

/// Whose token a call carries, for the journal, whether it is still valid or not.
pub(crate) fn bearer_of_token(hub: &Hub, call: &Call) -> Option<String> {
    token(hub, call).map(|token| token.psid)
}

/// The journal line of the tap from which the call's linking token came.
pub(crate) fn tap_of_token(hub: &Hub, call: &Call) -> Option<u64> {
    token(hub, call).map(|token| token.serial)
}

fn token(hub: &Hub, call: &Call) -> Option<Token> {
    let text = call.params.text("account_linking_token")?;
    hub.sealer.open(&text).ok()
}

/// `GET /{psid}` (protocol section 4.3, user profile).
pub(crate) fn profile(hub: &Hub, psid: &str, call: &Call) -> Result<Object, GraphError> {
    if let Some(persona) = persona::read(hub, psid) {
        return Ok(persona);
    }
    let name = hub.world().name_of(psid).map(str::to_owned);
    let name = name.ok_or_else(|| GraphError::unsupported("get", psid))?;
    let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
    let wanted = fields(&call.params)?;
    let wanted = wanted.unwrap_or_else(|| {
        ["first_name", "last_name", "profile_pic"]
            .map(str::to_owned)
            .to_vec()
    });
    let mut object = Object::default();
    for field in &wanted {
        object = match field.as_str() {
            "name" => object.with("name", &name),
            "first_name" => object.with("first_name", first),
            "last_name" => object.with("last_name", last),
            "profile_pic" => object.with("profile_pic", super::picture::url(&hub.origin(), psid)),
            // The id comes last and once; the others need an approval that this app does not have.
            "id" | "locale" | "timezone" | "gender" => object,
            other => return Err(GraphError::nonexisting_field(other, "User")),
        };
    }
    Ok(object.with("id", psid))
}
