//! The journal over HTTP: questions, waiting, the event stream and exports.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::Answer;
use super::caps;
use super::error::ControlError;
use super::operation::{Field, JSON, Kind, Operation, needed, operation, optional};
use super::request::{Request, wait};
use super::stream;
use crate::Simulator;
use crate::journal::{Cursor, Entry, Found, Matcher, Redaction};

const KIND: Field = optional(
    "kind",
    Kind::Text,
    "graph_call, bot_said, delivered or note.",
);
const ENDPOINT: Field = optional("endpoint", Kind::Text, "The endpoint of a Graph call.");
const PSID: Field = optional("psid", Kind::Text, "A user whom the entry concerns.");
const METHOD: Field = optional("method", Kind::Text, "The method of a Graph call.");
const PATH: Field = optional("path", Kind::Text, "A part of the path of a Graph call.");
const STATUS: Field = optional("status", Kind::Number, "The HTTP status that was answered.");
const TEXT: Field = optional("text", Kind::Text, "A part of a note, a message or a body.");
const SINCE: Field = optional("since", Kind::Number, "Only entries with a greater seq.");

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "GET",
        "/journal",
        "findEntries",
        "Entries that match, the oldest first.",
        |platform, request| Box::pin(async move { find(&platform, &request) }),
    )
    .asking(&[
        KIND,
        ENDPOINT,
        PSID,
        METHOD,
        PATH,
        STATUS,
        TEXT,
        SINCE,
        optional(
            "limit",
            Kind::Number,
            "How many at most; 100 unless told otherwise, 1000 at most.",
        ),
    ]),
    operation(
        "GET",
        "/journal/count",
        "countEntries",
        "How many entries match.",
        |platform, request| {
            Box::pin(async move {
                let found = platform.journal().find(&matcher(&request)?);
                Ok(Answer::Json(
                    json!({ "count": found.entries.len(), "dropped": found.dropped }),
                ))
            })
        },
    )
    .asking(&[KIND, ENDPOINT, PSID, METHOD, PATH, STATUS, TEXT, SINCE]),
    operation(
        "GET",
        "/journal/wait",
        "waitForEntry",
        "The first entry that matches, as soon as there is one; null when the time runs out.",
        |platform, request| {
            Box::pin(async move {
                let within = wait(request.number("within_ms")?)?;
                let entry = platform
                    .journal()
                    .wait_until(&matcher(&request)?, within)
                    .await;
                let entry = entry.as_ref().map(|entry| clean(&platform, entry));
                Ok(Answer::Json(
                    json!({ "entry": entry, "end": platform.journal().end().0 }),
                ))
            })
        },
    )
    .asking(&[
        KIND,
        ENDPOINT,
        PSID,
        METHOD,
        PATH,
        STATUS,
        TEXT,
        SINCE,
        optional(
            "within_ms",
            Kind::Number,
            "How long to wait; 10000 unless told otherwise, 60000 at most.",
        ),
    ]),
    operation(
        "POST",
        "/journal/sequence",
        "findSequence",
        "Whether entries match the steps one after another.",
        |platform, request| Box::pin(async move { sequence(&platform, &request) }),
    )
    .taking(&[needed(
        "steps",
        Kind::List,
        "Objects with the same conditions as the parameters of a search.",
    )]),
    operation(
        "POST",
        "/journal/settle",
        "settle",
        "Waits until no delivery is under way and no call is being served.",
        |platform, request| {
            Box::pin(async move {
                let within = wait(request.body::<Settle>()?.within_ms)?;
                let settled = platform.settled(within).await;
                Ok(Answer::Json(
                    json!({ "settled": settled, "end": platform.journal().end().0 }),
                ))
            })
        },
    )
    .taking(&[optional(
        "within_ms",
        Kind::Number,
        "How long to wait; 10000 unless told otherwise, 60000 at most.",
    )]),
    operation(
        "GET",
        "/journal/export",
        "exportJournal",
        "Everything that is kept, as JSON Lines or as an HTTP Archive.",
        |platform, request| Box::pin(async move { export(&platform, &request) }),
    )
    .asking(&[
        optional(
            "format",
            Kind::Text,
            "jsonl or har; jsonl unless told otherwise.",
        ),
        SINCE,
    ])
    .answering(&["application/x-ndjson", JSON]),
    operation(
        "GET",
        "/journal/{seq}/chain",
        "readChain",
        "What led to an entry, the first cause first.",
        |platform, request| {
            Box::pin(async move {
                let seq = request.number_part("seq")?;
                let chain = platform.journal().chain(seq);
                if chain.is_empty() {
                    return Err(ControlError::NotFound(format!(
                        "there is no entry {seq}, or the bound of the journal has dropped it"
                    )));
                }
                Ok(Answer::Json(
                    json!({ "chain": cleaned(&platform, &chain, caps::ITEMS) }),
                ))
            })
        },
    ),
    operation(
        "GET",
        "/events",
        "streamEvents",
        "Every entry as it is written, as server-sent events.",
        |platform, request| {
            Box::pin(async move {
                let cursor = match request.last_event {
                    Some(seq) => Cursor(seq),
                    None => request
                        .number("since")?
                        .map_or_else(|| platform.journal().end(), Cursor),
                };
                let slots = Arc::clone(&platform.hub().streams);
                let slot = slots
                    .try_acquire_owned()
                    .map_err(|_| ControlError::Busy(format!("{} event streams", caps::STREAMS)))?;
                Ok(stream::open(&platform, cursor, slot))
            })
        },
    )
    .asking(&[SINCE])
    .answering(&["text/event-stream"]),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Steps {
    steps: Vec<Matcher>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settle {
    within_ms: Option<u64>,
}

fn matcher(request: &Request) -> Result<Matcher, ControlError> {
    let text = |name| request.text(name).map(str::to_owned);
    Ok(Matcher {
        kind: text("kind"),
        endpoint: text("endpoint"),
        psid: text("psid"),
        method: text("method"),
        path: text("path"),
        status: request.number("status")?,
        text: text("text"),
        since: request.number("since")?,
    })
}

fn clean(platform: &Simulator, entry: &Entry) -> Value {
    let mut value = entry.to_value();
    Redaction::of(platform.config()).value(&mut value);
    value
}

fn cleaned(platform: &Simulator, entries: &[Entry], limit: usize) -> Vec<Value> {
    let shown = entries.iter().take(limit);
    shown.map(|entry| clean(platform, entry)).collect()
}

fn find(platform: &Simulator, request: &Request) -> Result<Answer, ControlError> {
    let limit = request.limit()?;
    let Found { entries, dropped } = platform.journal().find(&matcher(request)?);
    Ok(Answer::Json(json!({
        "entries": cleaned(platform, &entries, limit),
        "total": entries.len(),
        "dropped": dropped,
        "end": platform.journal().end().0,
    })))
}

fn sequence(platform: &Simulator, request: &Request) -> Result<Answer, ControlError> {
    let Steps { steps } = request.body()?;
    if !(1..=caps::ITEMS).contains(&steps.len()) {
        let (count, most) = (steps.len(), caps::ITEMS);
        return Err(ControlError::BadRequest(format!(
            "{count} steps; give 1 to {most}"
        )));
    }
    Ok(Answer::Json(match platform.journal().sequence(&steps) {
        Ok(entries) => {
            json!({ "found": true, "entries": cleaned(platform, &entries, caps::ITEMS) })
        }
        Err(step) => json!({ "found": false, "missing_step": step }),
    }))
}

fn export(platform: &Simulator, request: &Request) -> Result<Answer, ControlError> {
    let since = request.number("since")?;
    let found = platform.journal().find(&Matcher {
        since,
        ..Matcher::default()
    });
    let redaction = Redaction::of(platform.config());
    match request.text("format").unwrap_or("jsonl") {
        "jsonl" => Ok(Answer::Text(
            found.to_json_lines(&redaction),
            "application/x-ndjson",
        )),
        "har" => {
            let webhook = platform.hub().callback_url().unwrap_or_default();
            let archive = found.to_har(&redaction, &platform.graph_url(), &webhook);
            Ok(Answer::Text(archive.to_string(), JSON))
        }
        other => Err(ControlError::BadRequest(format!(
            "the format cannot be \"{other}\"; use jsonl or har"
        ))),
    }
}
