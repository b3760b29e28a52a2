//! The chat oracle: a user asks, the bot answers through the Send API, and the answer is read.

use std::time::{Duration, Instant};

use linklab_simulator::Simulator;
use linklab_simulator::journal::{Cursor, Entry, What};
use serde_json::Value;

use super::reading::Reading;
use crate::transcript::LinkState;

/// After the first message, a bot that says nothing for this long has finished its answer.
const QUIET: Duration = Duration::from_millis(60);

/// Asks as this user and reads the first message that decides, waiting up to `within`.
pub(crate) async fn ask(
    simulator: &Simulator,
    psid: &str,
    question: &str,
    reading: &Reading,
    within: Duration,
) -> LinkState {
    let journal = simulator.journal();
    let mut cursor = journal.end();
    if let Err(error) = simulator.say(psid, question).await {
        return LinkState::Unknown {
            why: error.to_string(),
        };
    }
    let begun = Instant::now();
    let mut heard = false;
    loop {
        let left = within.saturating_sub(begun.elapsed());
        let Some(entry) = journal
            .wait_for(cursor, left, |entry| said_to(entry, psid).is_some())
            .await
        else {
            let why = if heard {
                format!("the answer to \"{question}\" tells neither linked nor unlinked")
            } else {
                format!(
                    "the bot gave no answer to \"{question}\" within {} ms",
                    within.as_millis()
                )
            };
            return LinkState::Unknown { why };
        };
        heard = true;
        cursor = Cursor(entry.seq);
        match said_to(&entry, psid).and_then(|message| reading.of(message)) {
            Some(true) => return LinkState::Linked { account: None },
            Some(false) => return LinkState::Unlinked,
            None => {}
        }
    }
}

/// Whether the bot answers this user's question at all within the time.
pub(crate) async fn answers(
    simulator: &Simulator,
    psid: &str,
    question: &str,
    within: Duration,
) -> bool {
    let journal = simulator.journal();
    let cursor = journal.end();
    simulator.say(psid, question).await.is_ok()
        && journal
            .wait_for(cursor, within, |entry| said_to(entry, psid).is_some())
            .await
            .is_some()
}

/// All messages to this user after `cursor`: the first is awaited up to `within`, the rest until it is quiet.
pub(crate) async fn listen(
    simulator: &Simulator,
    psid: &str,
    cursor: Cursor,
    within: Duration,
) -> Vec<Value> {
    let journal = simulator.journal();
    let mut messages = Vec::new();
    let mut cursor = cursor;
    let mut patience = within;
    while let Some(entry) = journal
        .wait_for(cursor, patience, |entry| said_to(entry, psid).is_some())
        .await
    {
        cursor = Cursor(entry.seq);
        messages.extend(said_to(&entry, psid).cloned());
        patience = QUIET;
    }
    messages
}

fn said_to<'a>(entry: &'a Entry, wanted: &str) -> Option<&'a Value> {
    match &entry.what {
        What::BotSaid { psid, message } if psid == wanted => Some(message),
        _ => None,
    }
}
