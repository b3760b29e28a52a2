//! The app node, and what a token is good for (protocol section 4.3, app and page info).

use super::access::{Bearer, bearer_of, refusal};
use super::call::Call;
use super::error::GraphError;
use super::field::fields;
use super::object::{Json, Object};
use crate::hub::Hub;

/// What the app may do for its page.
const SCOPES: [&str; 3] = ["pages_messaging", "pages_manage_metadata", "public_profile"];

/// `GET /{app-id}`.
pub(crate) fn read(hub: &Hub, app_id: &str, call: &Call) -> Result<Object, GraphError> {
    let name = name_of(hub, app_id);
    let link = format!("{}/games/?app_id={app_id}", hub.origin());
    let Some(fields) = fields(&call.params)? else {
        return Ok(Object::default()
            .with("link", link)
            .with("name", name)
            .with("id", app_id));
    };
    let mut object = Object::default();
    for field in &fields {
        object = match field.as_str() {
            "name" => object.with("name", &name),
            "link" => object.with("link", &link),
            // Fields without a value are left out, as Graph does; the id comes last and once.
            "id" | "category" | "namespace" | "icon_url" | "logo_url" | "description" => object,
            other => return Err(GraphError::nonexisting_field(other, "Application")),
        };
    }
    Ok(object.with("id", app_id))
}

/// Only the first app has a name of its own; the others are called by their id.
fn name_of(hub: &Hub, app_id: &str) -> String {
    if app_id == hub.config.app_id {
        hub.config.app_name.clone()
    } else {
        format!("App {app_id}")
    }
}

/// `GET /debug_token?input_token=`.
pub(crate) fn debug_token(hub: &Hub, call: &Call) -> Result<Object, GraphError> {
    let config = &hub.config;
    let given = call
        .params
        .text("input_token")
        .filter(|token| !token.is_empty())
        .ok_or_else(|| GraphError::missing("input_token"))?;
    let about = |app_id: &str, kind: &str| {
        Object::default()
            .with("app_id", app_id)
            .with("type", kind)
            .with("application", name_of(hub, app_id))
    };
    let scopes = |scopes: &[&str]| Json::List(scopes.iter().map(|scope| (*scope).into()).collect());
    let data = match bearer_of(&given, config) {
        Some(Bearer::Page) => about(&config.app_id, "PAGE")
            .with("expires_at", 0)
            .with("is_valid", true)
            .with("profile_id", &config.page_id)
            .with("scopes", scopes(&SCOPES)),
        Some(Bearer::App(app_id)) => about(&app_id, "APP")
            .with("is_valid", true)
            .with("scopes", scopes(&[])),
        None => {
            let error = refusal(&given, config);
            let error = Object::default()
                .with("code", u64::from(error.code))
                .with("message", error.message);
            Object::default()
                .with("error", error)
                .with("is_valid", false)
                .with("scopes", scopes(&[]))
        }
    };
    Ok(Object::default().with("data", data))
}
