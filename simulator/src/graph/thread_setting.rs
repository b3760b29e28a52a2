//! `thread_settings`, the older way to set the Messenger profile (protocol row 4.2.5): same state, older words.

use serde_json::{Value, json};
use warp::http::Method;

use super::call::Call;
use super::error::GraphError;
use super::messenger_profile::{put, put_unbound};
use super::object::Object;
use super::param::Params;
use crate::hub::Hub;
use crate::world::Property;

const SETTINGS: [&str; 5] = [
    "GREETING",
    "CALL_TO_ACTIONS",
    "ACCOUNT_LINKING",
    "DOMAIN_WHITELISTING",
    "PAYMENT",
];

const STATES: [&str; 2] = ["NEW_THREAD", "EXISTING_THREAD"];

/// `POST` and `DELETE /{page}/thread_settings`.
pub(crate) fn change(hub: &Hub, call: &Call) -> Result<Object, GraphError> {
    let params = &call.params;
    let setting = choice(params, "setting_type", &SETTINGS)?;
    let deleting = call.method == Method::DELETE;
    let (property, value, added, deleted) = match setting.as_str() {
        "greeting" => (
            Property::Greeting,
            (!deleting).then(|| greeting(params)).transpose()?,
            "Successfully updated greeting",
            "Successfully deleted greeting",
        ),
        "account_linking" => (
            Property::AccountLinkingUrl,
            (!deleting)
                .then(|| text(params, "account_linking_url"))
                .transpose()?,
            "Account linking url added",
            "Account linking url deleted",
        ),
        "domain_whitelisting" => (
            Property::WhitelistedDomains,
            (!deleting)
                .then(|| json_of(params, "whitelisted_domains"))
                .transpose()?,
            "Successfully updated whitelisted domains",
            "Successfully deleted whitelisted domains",
        ),
        "payment" => (
            Property::PaymentSettings,
            (!deleting).then(|| payment(params)).transpose()?,
            "Successfully updated payment settings",
            "Successfully deleted payment settings",
        ),
        _ => return call_to_actions(hub, params, deleting),
    };
    put(hub, vec![(property, value)])?;
    Ok(Object::result(if deleting { deleted } else { added }))
}

/// The Get Started button of a new thread, or the menu of an existing one.
fn call_to_actions(hub: &Hub, params: &Params, deleting: bool) -> Result<Object, GraphError> {
    let new = choice(params, "thread_state", &STATES)? == "new_thread";
    let property = if new {
        Property::GetStarted
    } else {
        Property::PersistentMenu
    };
    let value = if deleting {
        None
    } else if new {
        Some(get_started(&json_of(params, "call_to_actions")?)?)
    } else {
        let items = json_of(params, "call_to_actions")?;
        Some(json!([{ "locale": "default", "call_to_actions": items }]))
    };
    // The older form knew no dependency between the two, so a menu of its own is kept without the button.
    put_unbound(hub, vec![(property, value)])?;
    Ok(Object::result(match (new, deleting) {
        (true, false) => "Successfully added new_thread's CTAs",
        (true, true) => "Successfully deleted all new_thread's CTAs",
        (false, false) => "Successfully added structured menu CTAs",
        (false, true) => "Successfully deleted structured menu CTAs",
    }))
}

/// `[{"payload":".."}]` of old becomes `{"payload":".."}` of today.
fn get_started(actions: &Value) -> Result<Value, GraphError> {
    let name = "call_to_actions";
    let first = actions
        .as_array()
        .ok_or_else(|| GraphError::wrong_kind(name, "an array"))?
        .first()
        .ok_or_else(|| GraphError::empty(name))?;
    let payload = first
        .get("payload")
        .and_then(Value::as_str)
        .ok_or_else(|| GraphError::missing("call_to_actions[0][payload]"))?;
    Ok(json!({ "payload": payload }))
}

fn greeting(params: &Params) -> Result<Value, GraphError> {
    let greeting = json_of(params, "greeting")?;
    let text = greeting
        .get("text")
        .and_then(Value::as_str)
        .ok_or_else(|| GraphError::missing("greeting[text]"))?;
    Ok(json!([{ "locale": "default", "text": text }]))
}

fn payment(params: &Params) -> Result<Value, GraphError> {
    let names = [
        "payment_privacy_url",
        "payment_public_key",
        "payment_dev_mode_action",
    ];
    let given: serde_json::Map<_, _> = names
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), json!(params.text(name)?))))
        .collect();
    if given.is_empty() {
        return Err(GraphError::one_required(&names));
    }
    Ok(Value::Object(given))
}

fn text(params: &Params, name: &str) -> Result<Value, GraphError> {
    params
        .text(name)
        .map(|text| Value::String(text.into_owned()))
        .ok_or_else(|| GraphError::missing(name))
}

fn json_of(params: &Params, name: &str) -> Result<Value, GraphError> {
    params
        .json(name)
        .map(std::borrow::Cow::into_owned)
        .ok_or_else(|| GraphError::missing(name))
}

fn choice(params: &Params, name: &str, allowed: &[&str]) -> Result<String, GraphError> {
    let given = params.text(name).ok_or_else(|| GraphError::missing(name))?;
    let given = given.to_ascii_lowercase();
    if allowed
        .iter()
        .any(|known| known.eq_ignore_ascii_case(&given))
    {
        Ok(given)
    } else {
        Err(GraphError::not_one_of(name, allowed))
    }
}
