//! The queue of deliveries over HTTP.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::caps;
use super::error::ControlError;
use super::operation::{Kind, Operation, needed, operation, optional};
use super::request::Request;
use super::user::attempted;
use crate::Simulator;
use crate::journal::{Redaction, of_attempt};
use crate::webhook::{BatchShape, DeliveryId, DeliveryView};

const BODY: &str = "The bytes to send, as text; they are signed anew.";

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "GET",
        "/queue",
        "listDeliveries",
        "Deliveries: finished ones, those under way, those that wait in their order.",
        |platform, request| Box::pin(async move { list(&platform, &request) }),
    )
    .asking(&[
        optional(
            "stage",
            Kind::Text,
            "waiting, under_way, acknowledged, given_up, dropped or merged.",
        ),
        optional("after", Kind::Number, "Only deliveries with a greater id."),
        optional(
            "limit",
            Kind::Number,
            "How many at most; 100 unless told otherwise, 1000 at most.",
        ),
    ]),
    operation(
        "POST",
        "/queue/pause",
        "pauseQueue",
        "Lets nothing go out by itself any more.",
        |platform, _| {
            Box::pin(async move {
                platform.queue().pause();
                Ok(Answer::Json(json!({ "paused": true })))
            })
        },
    ),
    operation(
        "POST",
        "/queue/resume",
        "resumeQueue",
        "Lets everything go out again.",
        |platform, _| {
            Box::pin(async move {
                platform.queue().resume();
                Ok(Answer::Json(json!({ "paused": false })))
            })
        },
    ),
    operation(
        "POST",
        "/queue/step",
        "stepQueue",
        "Sends the first delivery that may go now.",
        |platform, _| {
            Box::pin(async move {
                Ok(match platform.queue().step().await {
                    Some(attempt) => attempted(&platform, &attempt),
                    None => Answer::Json(json!({ "attempt": null })),
                })
            })
        },
    ),
    operation(
        "POST",
        "/queue/shuffle",
        "shuffleQueue",
        "Puts the waiting deliveries into an order drawn from a seed.",
        |platform, request| {
            Box::pin(async move {
                platform.queue().shuffle(request.body::<Seed>()?.seed);
                Ok(order(&platform))
            })
        },
    )
    .taking(&[needed(
        "seed",
        Kind::Number,
        "The same queue and seed give the same order.",
    )]),
    operation(
        "POST",
        "/queue/reorder",
        "reorderQueue",
        "Puts waiting deliveries into this order.",
        |platform, request| {
            Box::pin(async move {
                platform.queue().reorder(&request.body::<Ids>()?.ids)?;
                Ok(order(&platform))
            })
        },
    )
    .taking(&[needed(
        "ids",
        Kind::List,
        "Ids of waiting deliveries; the others keep their places.",
    )]),
    operation(
        "POST",
        "/queue/batch",
        "batchDeliveries",
        "Makes one POST of several waiting deliveries.",
        |platform, request| {
            Box::pin(async move {
                let Batch { ids, shape } = request.body()?;
                Ok(Answer::Json(
                    json!({ "id": platform.queue().batch(&ids, shape)? }),
                ))
            })
        },
    )
    .taking(&[
        needed("ids", Kind::List, "Ids of waiting deliveries to one app."),
        optional("shape", Kind::Text, "one_entry or many_entries."),
    ]),
    operation(
        "GET",
        "/queue/{id}",
        "readDelivery",
        "One delivery with every attempt at it.",
        |platform, request| {
            Box::pin(async move {
                let id = id_of(&request)?;
                let view = platform.queue().get(id);
                let view = view.ok_or(crate::webhook::QueueError::Unknown(id))?;
                Ok(Answer::Json(told(&platform, &view, true)))
            })
        },
    ),
    operation(
        "DELETE",
        "/queue/{id}",
        "dropDelivery",
        "Takes a waiting delivery out; a linking that waits for it is aborted.",
        |platform, request| {
            Box::pin(async move {
                let id = id_of(&request)?;
                platform.queue().remove(id)?;
                Ok(Answer::Json(json!({ "dropped": id })))
            })
        },
    ),
    operation(
        "POST",
        "/queue/{id}/duplicate",
        "duplicateDelivery",
        "Puts a copy with the same bytes behind the others.",
        |platform, request| {
            Box::pin(async move {
                Ok(Answer::Json(
                    json!({ "id": platform.queue().duplicate(id_of(&request)?)? }),
                ))
            })
        },
    ),
    operation(
        "POST",
        "/queue/{id}/redeliver",
        "redeliver",
        "Sends the same bytes again at once.",
        |platform, request| {
            Box::pin(async move {
                let attempt = platform.queue().redeliver(id_of(&request)?).await?;
                Ok(attempted(&platform, &attempt))
            })
        },
    ),
    operation(
        "POST",
        "/queue/{id}/delay",
        "delayDelivery",
        "Keeps a waiting delivery back for some platform time.",
        |platform, request| {
            Box::pin(async move {
                let Delay { ms } = request.body()?;
                platform
                    .queue()
                    .delay(id_of(&request)?, Duration::from_millis(ms))?;
                Ok(order(&platform))
            })
        },
    )
    .taking(&[needed(
        "ms",
        Kind::Number,
        "How long from now, in milliseconds.",
    )]),
    operation(
        "POST",
        "/queue/{id}/edit",
        "editDelivery",
        "Gives a waiting delivery other bytes.",
        |platform, request| {
            Box::pin(async move {
                let id = id_of(&request)?;
                platform
                    .queue()
                    .edit(id, request.body::<Edited>()?.body.into())?;
                Ok(Answer::Json(json!({ "edited": id })))
            })
        },
    )
    .taking(&[needed("body", Kind::Text, BODY)]),
    operation(
        "POST",
        "/queue/{id}/resend-edited",
        "resendEdited",
        "Puts other bytes for the same app behind the others.",
        |platform, request| {
            Box::pin(async move {
                let body = request.body::<Edited>()?.body.into();
                let id = platform.queue().resend_edited(id_of(&request)?, body)?;
                Ok(Answer::Json(json!({ "id": id })))
            })
        },
    )
    .taking(&[needed("body", Kind::Text, BODY)]),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seed {
    seed: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Ids {
    ids: Vec<DeliveryId>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Batch {
    ids: Vec<DeliveryId>,
    #[serde(default)]
    shape: BatchShape,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Delay {
    ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edited {
    body: String,
}

fn id_of(request: &Request) -> Result<DeliveryId, ControlError> {
    request.number_part("id").map(DeliveryId)
}

fn order(platform: &Simulator) -> Answer {
    let waiting = platform.queue().waiting();
    let ids: Vec<_> = waiting
        .iter()
        .take(caps::ITEMS)
        .map(|view| view.id)
        .collect();
    Answer::Json(json!({ "waiting": ids, "total": waiting.len() }))
}

fn list(platform: &Simulator, request: &Request) -> Result<Answer, ControlError> {
    let (limit, after) = (request.limit()?, request.number("after")?.unwrap_or(0));
    let queue = platform.queue();
    let mut views = queue.list();
    views.retain(|view| {
        view.id.0 > after
            && request
                .text("stage")
                .is_none_or(|stage| json!(view.stage) == stage)
    });
    let shown: Vec<Value> = views
        .iter()
        .take(limit)
        .map(|view| told(platform, view, false))
        .collect();
    Ok(Answer::Json(json!({
        "paused": queue.is_paused(),
        "forgotten": queue.forgotten(),
        "total": views.len(),
        "deliveries": shown,
    })))
}

fn told(platform: &Simulator, view: &DeliveryView, whole: bool) -> Value {
    let mut value = json!({
        "id": view.id,
        "app_id": view.app_id,
        "psids": view.psids,
        "stage": view.stage,
        "cause": view.cause,
        "queued_ms": view.queued_ms,
        "due_ms": view.due_ms,
        "attempts": view.tried.len(),
        "body": String::from_utf8_lossy(&view.body),
    });
    if whole {
        value["headers"] = json!(view.headers);
        let tried = view.tried.iter().map(|tried| {
            json!({ "at_ms": tried.at_ms, "seq": tried.seq, "attempt": of_attempt(&tried.attempt) })
        });
        value["tried"] = tried.collect();
    }
    Redaction::of(platform.config()).value(&mut value);
    value
}
