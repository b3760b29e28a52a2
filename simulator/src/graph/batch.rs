//! Several calls in one (protocol section 4.3, batch): done in order, each with a line of its own in the journal.

use std::collections::HashMap;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use warp::http::Method;
use warp::http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};

use super::access::authorise;
use super::answer::headers;
use super::call::{Call, Received};
use super::endpoint::Nodes;
use super::error::GraphError;
use super::faulty;
use super::object::{Json, Object};
use super::place::{Part, Place};
use super::reference;
use super::run::{Done, concerned, wait_and_finish};
use super::shape::flag;
use crate::hub::Hub;

/// How many calls one batch may hold.
const MOST: usize = 50;

const METHODS: [&str; 4] = ["GET", "POST", "PUT", "DELETE"];

/// One call as the batch describes it.
#[derive(Debug)]
struct Item {
    method: Method,
    relative_url: String,
    body: String,
    name: Option<String>,
    depends_on: Option<String>,
    silent_success: bool,
}

/// Does all calls and packs their answers. The size of a batch and its form are checked before anything is done.
pub(crate) async fn run(hub: &Arc<Hub>, call: &Call) -> Result<Json, GraphError> {
    let items = items(call)?;
    let with_headers = call
        .params
        .text("include_headers")
        .is_none_or(|text| flag(&Value::String(text.into_owned())) != Some(false));
    let cause = hub.note(None, format!("a batch of {} calls", items.len()));
    let mut answers = Vec::with_capacity(items.len());
    let mut known: HashMap<String, Option<Value>> = HashMap::new();
    for item in items {
        let fails = |name: &String| known.get(name).is_none_or(Option::is_none);
        if item.depends_on.as_ref().is_some_and(fails) {
            // What a call depends on has failed, so it is not made (Graph's own habit).
            answers.push(Json::Null);
            continue;
        }
        let done = perform(hub, call, &item, &known, cause).await;
        let succeeded = done.error.is_none();
        if let Some(name) = &item.name {
            known.insert(name.clone(), succeeded.then(|| done.value()));
        }
        answers.push(if succeeded && item.silent_success {
            Json::Null
        } else {
            pack(hub, &done, with_headers).into()
        });
    }
    Ok(Json::List(answers))
}

async fn perform(
    hub: &Arc<Hub>,
    batch: &Call,
    item: &Item,
    known: &HashMap<String, Option<Value>>,
    cause: u64,
) -> Done {
    let results = |name: &str| known.get(name).and_then(Option::as_ref);
    let filled = |text: &str| reference::fill(text, &results);
    let (url, body, broken) = match (filled(&item.relative_url), filled(&item.body)) {
        (Ok(url), Ok(body)) => (url, body, None),
        (Err(why), _) | (_, Err(why)) => {
            let error = GraphError::parameter("Incorrect reference to a result of the batch");
            (
                item.relative_url.clone(),
                item.body.clone(),
                Some(error.hint(why)),
            )
        }
    };
    let url = url.trim_start_matches('/');
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut headers = HeaderMap::new();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-www-form-urlencoded"),
    );
    let mut received = Received {
        method: item.method.clone(),
        path: format!("/{path}"),
        query: query.to_owned(),
        headers,
        body: Bytes::from(body),
        parts: None,
    };
    let nodes = Nodes::of(&hub.config);
    let mut call = Call::read(&mut received, &nodes);
    call.version = call.version.or_else(|| batch.version.clone());
    let own_token = call.token().is_some();
    if let (false, Some(token)) = (own_token, batch.token()) {
        call.params.inherit("access_token", &token);
        if let Some(proof) = batch.params.text("appsecret_proof") {
            call.params.inherit("appsecret_proof", &proof);
        }
    }
    let allowed = match broken {
        Some(error) => Err(error),
        None => authorise(&call, &hub.config, hub.knobs().appsecret_proof_needed),
    };
    let allowed = match call.endpoint {
        super::endpoint::Endpoint::Batch => {
            Err(GraphError::parameter("A batch cannot hold another batch"))
        }
        _ => allowed,
    };
    // Answers of a batch share one connection, so only refusals can befall its single calls.
    let allowed = if hub.faults.any() {
        let psid = concerned(hub, &call);
        faulty::single(hub.faults.graph(psid.as_deref(), &received.path), allowed)
    } else {
        allowed
    };
    // Calls of a batch are of the same kind as the batch itself, so the type of this future must be cut.
    Box::pin(wait_and_finish(hub, received, call, allowed, Some(cause))).await
}

/// `{"code":200,"headers":[..],"body":"{..}"}`: the body is JSON as a text.
fn pack(hub: &Hub, done: &Done, with_headers: bool) -> Object {
    let object = Object::default().with("code", u64::from(done.status));
    let object = if with_headers {
        let lines = headers(
            done.version.as_deref(),
            hub.clock.now_ms(),
            done.error.as_ref(),
            &done.hints,
        );
        let lines: Vec<Json> = lines
            .iter()
            .filter_map(|(name, value)| {
                let line = Object::default()
                    .with("name", capitalised(name.as_str()))
                    .with("value", value.to_str().ok()?);
                Some(line.into())
            })
            .collect();
        object.with("headers", lines)
    } else {
        object
    };
    object.with("body", done.text())
}

/// `content-type` as `Content-Type`, the way batch answers were seen to spell it.
fn capitalised(name: &str) -> String {
    let mut upper = true;
    name.chars()
        .map(|character| {
            let shown = if upper {
                character.to_ascii_uppercase()
            } else {
                character
            };
            upper = character == '-';
            shown
        })
        .collect()
}

fn items(call: &Call) -> Result<Vec<Item>, GraphError> {
    let batch = call
        .params
        .json("batch")
        .ok_or_else(|| GraphError::missing("batch"))?;
    let place = Place::of("batch");
    let list = batch
        .as_array()
        .ok_or_else(|| GraphError::wrong_kind(place.name(), "an array"))?;
    if list.is_empty() {
        return Err(GraphError::empty(place.name()));
    }
    if list.len() > MOST {
        return Err(GraphError::parameter(format_args!(
            "Too many requests in batch message. Maximum batch size is {MOST}"
        )));
    }
    list.iter()
        .enumerate()
        .map(|(index, item)| read(&Part::of(item, place.under(index))?))
        .collect()
}

fn read(part: &Part<'_>) -> Result<Item, GraphError> {
    const LONG: usize = usize::MAX;
    let method = part.choice("method", &METHODS)?.to_ascii_uppercase();
    let body = match part.get("body") {
        None => String::new(),
        Some(Value::String(text)) => text.clone(),
        // Some clients leave the body an object; Graph's own form of it is form-encoded text.
        Some(Value::Object(map)) => url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(map.iter().map(|(name, value)| {
                let text = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                (name, text)
            }))
            .finish(),
        Some(_) => {
            let place = part.place.under("body");
            return Err(GraphError::wrong_kind(place.name(), "a string"));
        }
    };
    Ok(Item {
        method: Method::from_bytes(method.as_bytes()).unwrap_or(Method::GET),
        relative_url: part.text("relative_url", LONG)?.to_owned(),
        body,
        name: part.optional_text("name", LONG)?.map(str::to_owned),
        depends_on: part.optional_text("depends_on", LONG)?.map(str::to_owned),
        silent_success: part
            .get("omit_response_on_success")
            .map_or(part.get("name").is_some(), |value| {
                flag(value) == Some(true)
            }),
    })
}
