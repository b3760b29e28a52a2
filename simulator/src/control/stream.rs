//! The event stream: every journal entry as it is written, without secrets.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _, stream};
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use warp::Reply as _;
use warp::sse::Event;

use super::answer::Answer;
use crate::Simulator;
use crate::hub::Hub;
use crate::journal::{Cursor, Entry, Journal, Redaction};

/// How long one look at the journal waits; a stream looks again until its reader goes away.
const LOOK: Duration = Duration::from_secs(30);

/// Entries after `cursor`: `event: entry`, `id:` its number. When the reader is slower than the bound of the journal
/// allows, an `event: dropped` tells how many it has missed.
pub(super) fn open(platform: &Simulator, cursor: Cursor, slot: OwnedSemaphorePermit) -> Answer {
    let hub: &Hub = platform.hub();
    let redaction = Redaction::of(&hub.config);
    let events = events(platform.journal(), cursor)
        .map(move |told| Ok::<_, Infallible>(told.event(&redaction)))
        .take_until(hub.stop.clone().cancelled_owned())
        .map(move |event| {
            // The slot is free again when the stream ends, however it ends.
            let _ = &slot;
            event
        });
    let kept = warp::sse::keep_alive().interval(Duration::from_secs(15));
    Answer::Stream(warp::sse::reply(kept.stream(events)).into_response())
}

enum Told {
    Entry(Box<Entry>),
    Dropped(u64),
}

impl Told {
    fn event(self, redaction: &Redaction) -> Event {
        match self {
            Self::Dropped(count) => Event::default()
                .event("dropped")
                .data(json!({ "dropped": count }).to_string()),
            Self::Entry(entry) => {
                let mut value = entry.to_value();
                redaction.value(&mut value);
                Event::default()
                    .event("entry")
                    .id(entry.seq.to_string())
                    .data(value.to_string())
            }
        }
    }
}

fn events(journal: Journal, cursor: Cursor) -> impl Stream<Item = Told> {
    let start = (journal, cursor, VecDeque::new());
    stream::unfold(start, |(journal, mut cursor, mut ready)| async move {
        loop {
            if let Some(told) = ready.pop_front() {
                return Some((told, (journal, cursor, ready)));
            }
            journal.wait_for(cursor, LOOK, |_| true).await;
            let (entries, dropped) = journal.since(cursor);
            if dropped > 0 {
                ready.push_back(Told::Dropped(dropped));
            }
            if let Some(last) = entries.last() {
                cursor = Cursor(last.seq);
            }
            let entries = entries.into_iter().map(Box::new).map(Told::Entry);
            ready.extend(entries);
        }
    })
}
