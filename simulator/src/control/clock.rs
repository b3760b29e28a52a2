//! The clock over HTTP.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::caps;
use super::error::ControlError;
use super::operation::{Kind, Operation, needed, operation};
use super::request::Request;
use crate::Simulator;
use crate::time::Advanced;

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "GET",
        "/clock",
        "readClock",
        "The platform's time, and what falls due.",
        |platform, _| Box::pin(async move { Ok(read(&platform)) }),
    ),
    operation(
        "POST",
        "/clock/freeze",
        "freezeClock",
        "Stops the clock where it stands.",
        |platform, _| {
            Box::pin(async move {
                platform.clock().freeze();
                Ok(read(&platform))
            })
        },
    ),
    operation(
        "POST",
        "/clock/resume",
        "resumeClock",
        "Lets a frozen clock run on.",
        |platform, _| {
            Box::pin(async move {
                platform.clock().resume();
                Ok(read(&platform))
            })
        },
    ),
    operation(
        "POST",
        "/clock/set",
        "setClock",
        "Sets the time; forward, due work is done on the way.",
        |platform, request| Box::pin(set(platform, request)),
    )
    .taking(&[needed(
        "at_ms",
        Kind::Number,
        "Milliseconds since the Unix epoch.",
    )]),
    operation(
        "POST",
        "/clock/advance",
        "advanceClock",
        "Moves the time on, does what falls due, and waits for what follows.",
        |platform, request| {
            Box::pin(async move {
                let by = way(request.body::<Way>()?.ms)?;
                Ok(advanced(&platform.advance(by).await))
            })
        },
    )
    .taking(&[needed("ms", Kind::Number, "How far, in milliseconds.")]),
    operation(
        "POST",
        "/clock/run-until-idle",
        "runUntilIdle",
        "Jumps from due work to due work until none is left.",
        |platform, request| {
            Box::pin(async move {
                let most = way(request.body::<Way>()?.ms)?;
                Ok(advanced(&platform.run_until_idle(most).await))
            })
        },
    )
    .taking(&[needed(
        "ms",
        Kind::Number,
        "How far at most, in milliseconds.",
    )]),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Way {
    ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Time {
    at_ms: u64,
}

async fn set(platform: Simulator, request: Request) -> Result<Answer, ControlError> {
    let Time { at_ms } = request.body()?;
    way(at_ms.saturating_sub(platform.clock().now_ms()))?;
    Ok(advanced(&platform.set_time(at_ms).await))
}

fn way(ms: u64) -> Result<Duration, ControlError> {
    if ms > caps::ADVANCE_MS {
        let most = caps::ADVANCE_MS;
        return Err(ControlError::BadRequest(format!(
            "{ms} ms is too far; move the clock by at most {most} ms at once"
        )));
    }
    Ok(Duration::from_millis(ms))
}

fn read(platform: &Simulator) -> Answer {
    let clock = platform.clock();
    let due = clock.due();
    let first: Vec<Value> = due
        .iter()
        .take(caps::ITEMS)
        .map(|due| json!({ "at_ms": due.at_ms, "label": due.label }))
        .collect();
    Answer::Json(json!({
        "now_ms": clock.now_ms(),
        "frozen": clock.is_frozen(),
        "waiting": due.len(),
        "due": first,
    }))
}

fn advanced(advanced: &Advanced) -> Answer {
    let fired: Vec<Value> = advanced
        .fired
        .iter()
        .take(caps::ITEMS)
        .map(|due| json!({ "at_ms": due.at_ms, "label": due.label }))
        .collect();
    Answer::Json(json!({
        "now_ms": advanced.now_ms,
        "fired_count": advanced.fired.len(),
        "fired": fired,
        "waiting": advanced.waiting,
        "settled": advanced.settled,
    }))
}
