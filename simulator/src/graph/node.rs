//! What can be read: the page, with the PSID behind a linking token, and a user's profile.

use super::answer::Object;
use super::call::Call;
use super::error::GraphError;
use super::field::fields;
use crate::hub::Hub;
use crate::world::Token;

/// `GET /{page}`. Without `fields`, name and id as Graph does (protocol row 2.1.11).
pub(crate) fn page(hub: &Hub, call: &Call) -> Result<(Object, Option<String>), GraphError> {
    let config = &hub.config;
    let Some(fields) = fields(&call.params)? else {
        return Ok((
            Object::default()
                .with("name", &config.page_name)
                .with("id", &config.page_id),
            None,
        ));
    };
    let mut object = Object::default().with("id", &config.page_id);
    let mut psid = None;
    for field in &fields {
        object = match field.as_str() {
            "id" => object,
            "name" => object.with("name", &config.page_name),
            "recipient" => {
                let recipient = recipient(hub, call)?;
                psid = Some(recipient.clone());
                object.with("recipient", recipient)
            }
            other => return Err(GraphError::nonexisting_field(other, "Page")),
        };
    }
    Ok((object, psid))
}

/// The user behind a linking token: unused or used, but not expired (protocol row 1.4.5).
fn recipient(hub: &Hub, call: &Call) -> Result<String, GraphError> {
    let text = call
        .params
        .text("account_linking_token")
        .filter(|text| !text.is_empty());
    let text = text.ok_or_else(|| GraphError::missing("account_linking_token"))?;
    let token = hub
        .sealer
        .open(&text)
        .map_err(|_| GraphError::linking_token_invalid())?;
    if !hub.sealer.owns(&token) {
        return Err(
            GraphError::linking_token_invalid().hint("the token belongs to another app or page")
        );
    }
    let now_ms = hub.clock.now_ms();
    if now_ms >= token.expires_ms() {
        let ago = now_ms - token.expires_ms();
        return Err(GraphError::linking_token_expired().hint(format!("it expired {ago} ms ago")));
    }
    Ok(token.psid)
}

/// Whose token a call carries, for the journal, whether it is still valid or not.
pub(crate) fn bearer_of_token(hub: &Hub, call: &Call) -> Option<String> {
    let token: Token = hub
        .sealer
        .open(&call.params.text("account_linking_token")?)
        .ok()?;
    Some(token.psid)
}

/// `GET /{psid}` (protocol section 4.3, user profile).
pub(crate) fn profile(hub: &Hub, psid: &str, call: &Call) -> Result<Object, GraphError> {
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
