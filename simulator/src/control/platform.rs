//! The platform as a whole over HTTP: its state, its environment block, its knobs, and the way back to the beginning.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::error::ControlError;
use super::openapi;
use super::operation::{JSON, Kind, Operation, needed, operation, optional};
use crate::Simulator;
use crate::webhook::Stage;
use crate::world::linking;

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "GET",
        "/openapi.json",
        "readDocument",
        "This document.",
        |_, _| Box::pin(async { Ok(Answer::Json(openapi::document())) }),
    ),
    operation(
        "GET",
        "/status",
        "readStatus",
        "What runs and what waits.",
        |platform, _| Box::pin(async move { Ok(status(&platform)) }),
    ),
    operation(
        "GET",
        "/environment",
        "readEnvironment",
        "What a backend has to be told; holds the secrets.",
        |platform, request| {
            Box::pin(async move {
                let block = platform.environment();
                match request.text("format").unwrap_or("json") {
                    "json" => Ok(Answer::Json(block.to_json())),
                    "env" => Ok(Answer::Text(block.to_env(), "text/plain; charset=utf-8")),
                    other => Err(ControlError::BadRequest(format!(
                        "the format cannot be \"{other}\"; use json or env"
                    ))),
                }
            })
        },
    )
    .asking(&[optional(
        "format",
        Kind::Text,
        "json or env; json unless told otherwise.",
    )])
    .answering(&[JSON, "text/plain"]),
    operation(
        "GET",
        "/knobs",
        "listKnobs",
        "The value of every knob.",
        |platform, _| Box::pin(async move { Ok(knobs(&platform)) }),
    ),
    operation(
        "PUT",
        "/knobs/{name}",
        "setKnob",
        "Turns a knob while the platform runs.",
        |platform, request| {
            Box::pin(async move {
                let Turned { value } = request.body()?;
                let value = value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned);
                platform.set_knob(request.part("name"), &value)?;
                Ok(knobs(&platform))
            })
        },
    )
    .taking(&[needed("value", Kind::Any, "What it is turned to.")]),
    operation(
        "GET",
        "/linking",
        "readLinkingTable",
        "The table that decides every linking.",
        |_, request| {
            Box::pin(async move {
                let text = match request.text("format").unwrap_or("text") {
                    "text" => linking::table_text(),
                    "mermaid" => linking::table_mermaid(),
                    other => {
                        return Err(ControlError::BadRequest(format!(
                            "the format cannot be \"{other}\"; use text or mermaid"
                        )));
                    }
                };
                Ok(Answer::Text(text, "text/plain; charset=utf-8"))
            })
        },
    )
    .asking(&[optional(
        "format",
        Kind::Text,
        "text or mermaid; text unless told otherwise.",
    )])
    .answering(&["text/plain"]),
    operation(
        "POST",
        "/reset",
        "reset",
        "Forgets users, links, set-up, waiting deliveries and faults; journal and clock go on.",
        |platform, _| {
            Box::pin(async move {
                let settled = platform.reset().await;
                Ok(Answer::Json(json!({ "reset": true, "settled": settled })))
            })
        },
    ),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Turned {
    value: Value,
}

fn status(platform: &Simulator) -> Answer {
    let queue = platform.queue();
    let deliveries = queue.list();
    let count = |stage| deliveries.iter().filter(|view| view.stage == stage).count();
    let (users, tokens, ends) = {
        let world = platform.hub().world();
        (
            world.user_count(),
            world.forgotten_tokens(),
            world.forgotten_linkings(),
        )
    };
    Answer::Json(json!({
        "graph_url": platform.graph_url(),
        "app_id": platform.config().app_id,
        "page_id": platform.config().page_id,
        "webhook_url": platform.hub().callback_url(),
        "now_ms": platform.clock().now_ms(),
        "frozen": platform.clock().is_frozen(),
        "users": users,
        "queue": {
            "paused": queue.is_paused(),
            "waiting": count(Stage::Waiting),
            "under_way": count(Stage::UnderWay),
            "forgotten": queue.forgotten(),
        },
        "faults": platform.faults().armed().iter().filter(|armed| !armed.spent).count(),
        "journal_end": platform.journal().end().0,
        "forgotten_tokens": tokens,
        "forgotten_linkings": ends,
    }))
}

fn knobs(platform: &Simulator) -> Answer {
    let values = platform.knobs().values().into_iter();
    let map: Map<String, Value> = values
        .map(|(name, value)| (name.to_owned(), Value::from(value)))
        .collect();
    Answer::Json(json!({ "knobs": map }))
}
