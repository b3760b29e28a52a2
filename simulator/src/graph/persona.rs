//! Personas: made, read, listed, deleted (protocol section 4.3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use warp::http::Method;

use super::call::Call;
use super::error::GraphError;
use super::object::{Json, Object};
use crate::hub::Hub;
use crate::world::{Change, Persona};

/// How many personas one page of a list has unless `limit` asks otherwise, and at most.
const PAGE: usize = 25;
const MOST: usize = 100;

/// `GET` and `POST /{page}/personas`.
pub(crate) fn of_page(hub: &Hub, call: &Call) -> Result<Object, GraphError> {
    if call.method == Method::GET {
        list(hub, call)
    } else {
        make(hub, call)
    }
}

fn make(hub: &Hub, call: &Call) -> Result<Object, GraphError> {
    let text = |name: &str| {
        let text = call
            .params
            .text(name)
            .ok_or_else(|| GraphError::missing(name))?;
        if text.is_empty() {
            Err(GraphError::empty(name))
        } else {
            Ok(text.into_owned())
        }
    };
    let name = text("name")?;
    let profile_picture_url = text("profile_picture_url")?;
    let readable = url::Url::parse(&profile_picture_url)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if !readable {
        return Err(GraphError::not_a_url("profile_picture_url"));
    }
    let id = hub.ids.node();
    let persona = Persona {
        id: id.clone(),
        name,
        profile_picture_url,
    };
    hub.change(&Change::PersonaAdded(persona))
        .map_err(|refusal| GraphError::full(refusal.to_string()))?;
    Ok(Object::default().with("id", id))
}

fn show(persona: &Persona) -> Object {
    Object::default()
        .with("name", &persona.name)
        .with("profile_picture_url", &persona.profile_picture_url)
        .with("id", &persona.id)
}

/// The newest first, in pages with cursors.
fn list(hub: &Hub, call: &Call) -> Result<Object, GraphError> {
    let limit = match call.params.text("limit") {
        None => PAGE,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|limit| *limit > 0)
            .ok_or_else(|| GraphError::wrong_kind("limit", "a positive integer"))?
            .min(MOST),
    };
    let world = hub.world();
    let all: Vec<_> = world.page().personas.all().iter().rev().collect();
    let from = match call.params.text("after") {
        None => 0,
        Some(after) => {
            let after = id_in(&after);
            let at = all
                .iter()
                .position(|persona| Some(&persona.id) == after.as_ref());
            at.ok_or_else(|| GraphError::parameter("Invalid cursors values"))? + 1
        }
    };
    let shown: Vec<_> = all.iter().skip(from).take(limit).collect();
    let data = shown.iter().map(|persona| show(persona)).collect();
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else {
        return Ok(Object::data(data));
    };
    let cursors = Object::default()
        .with("before", cursor(&first.id))
        .with("after", cursor(&last.id));
    let mut paging = Object::default().with("cursors", cursors);
    if from + shown.len() < all.len() {
        let version = call.version.as_deref().unwrap_or("v26.0");
        let (origin, page) = (hub.origin(), &hub.config.page_id);
        let after = cursor(&last.id);
        paging = paging.with(
            "next",
            format!("{origin}/{version}/{page}/personas?limit={limit}&after={after}"),
        );
    }
    Ok(Object::data(data).with("paging", Json::Object(paging)))
}

/// Opaque to callers, as cursors are.
fn cursor(id: &str) -> String {
    URL_SAFE_NO_PAD.encode(id)
}

fn id_in(cursor: &str) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    String::from_utf8(bytes).ok()
}

/// `GET /{persona-id}`, when the id is one.
pub(crate) fn read(hub: &Hub, id: &str) -> Option<Object> {
    hub.world().page().personas.get(id).map(show)
}

/// `DELETE /{persona-id}`.
pub(crate) fn delete(hub: &Hub, id: &str) -> Result<Object, GraphError> {
    if hub.world().page().personas.get(id).is_none() {
        return Err(GraphError::unsupported("delete", id));
    }
    hub.change(&Change::PersonaRemoved { id: id.to_owned() })
        .map_err(|refusal| GraphError::full(refusal.to_string()))?;
    Ok(Object::success())
}
