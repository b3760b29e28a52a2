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
pub(crate) fn read(hub: &Hub, call: &Call) -> Result<Object, GraphError> {
    let config = &hub.config;
    let link = format!("{}/games/?app_id={}", hub.origin(), config.app_id);
    let Some(fields) = fields(&call.params)? else {
        return Ok(Object::default()
            .with("link", link)
            .with("name", &config.app_name)
            .with("id", &config.app_id));
    };
    let mut object = Object::default();
    for field in &fields {
        object = match field.as_str() {
            "name" => object.with("name", &config.app_name),
            "link" => object.with("link", &link),
            // Fields without a value are left out, as Graph does; the id comes last and once.
            "id" | "category" | "namespace" | "icon_url" | "logo_url" | "description" => object,
            other => return Err(GraphError::nonexisting_field(other, "Application")),
        };
    }
    Ok(object.with("id", &config.app_id))
}

/// `GET /debug_token?input_token=`.
pub(crate) fn debug_token(hub: &Hub, call: &Call) -> Result<Object, GraphError> {
    let config = &hub.config;
    let given = call
        .params
        .text("input_token")
        .filter(|token| !token.is_empty())
        .ok_or_else(|| GraphError::missing("input_token"))?;
    let about = |kind: &str| {
        Object::default()
            .with("app_id", &config.app_id)
            .with("type", kind)
            .with("application", &config.app_name)
    };
    let scopes = |scopes: &[&str]| Json::List(scopes.iter().map(|scope| (*scope).into()).collect());
    let data = match bearer_of(&given, config) {
        Some(Bearer::Page) => about("PAGE")
            .with("expires_at", 0)
            .with("is_valid", true)
            .with("profile_id", &config.page_id)
            .with("scopes", scopes(&SCOPES)),
        Some(Bearer::App) => about("APP")
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
