//! Applying a verified delivery: every item of every entry, once, in the order of its own timestamps.

use serde_json::Value;

use crate::chat;
use crate::fault::Fault;
use crate::state::{App, Delivery, State};

/// Kinds of items that a bot of today knows; all but three of them are only read over.
const KNOWN: [&str; 9] = [
    "account_linking",
    "message",
    "postback",
    "delivery",
    "read",
    "optin",
    "referral",
    "reaction",
    "message_edit",
];

/// What a delivery leads to.
#[derive(Debug, Default)]
pub(crate) struct Applied {
    /// Messages to send: PSID and message.
    pub(crate) replies: Vec<(String, Value)>,
    /// An item that a faulty specimen answers with this status.
    pub(crate) refused: Option<u16>,
}

/// Applies all of `body`.
pub(crate) fn apply(app: &App, body: &Value) -> Applied {
    let mut applied = Applied::default();
    let foreign = app.has(Fault::ForeignPageAccepted);
    if !foreign && body["object"] != "page" {
        return applied;
    }
    for entry in list(&body["entry"]) {
        if !foreign && entry["id"] != app.config.page_id.as_str() {
            continue;
        }
        // `standby` and `changes` come without `messaging` and are none of our business.
        let items = list(&entry["messaging"]);
        if items.is_empty() && app.has(Fault::UnknownEventBreaksBatch) {
            return applied;
        }
        for item in items {
            let known = KNOWN.iter().any(|kind| item.get(kind).is_some());
            if !known && app.has(Fault::UnknownEventBreaksBatch) {
                return applied;
            }
            apply_item(app, item, &mut applied);
            if app.has(Fault::FirstMessagingOnly) {
                return applied;
            }
        }
        if app.has(Fault::FirstMessagingOnly) {
            return applied;
        }
    }
    applied
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn apply_item(app: &App, item: &Value, applied: &mut Applied) {
    let party = if app.has(Fault::PsidFromRecipient) {
        "recipient"
    } else {
        "sender"
    };
    // Ids are text: they exceed what a double can hold (protocol 3.5).
    let Some(psid) = item[party]["id"].as_str().filter(|id| !id.is_empty()) else {
        return;
    };
    let psid = if app.has(Fault::PsidAsNumber) {
        psid.parse::<f64>()
            .map_or_else(|_| psid.to_owned(), |number| format!("{number:.0}"))
    } else {
        psid.to_owned()
    };
    if let Some(linking) = item.get("account_linking") {
        let at = item["timestamp"].as_i64();
        match linking["status"].as_str() {
            Some("linked") => {
                if let Some(code) = linking["authorization_code"].as_str() {
                    let delivery = Delivery {
                        psid,
                        at,
                        code: code.to_owned(),
                    };
                    linked(app, delivery, applied);
                }
            }
            Some("unlinked") => unlinked(app, &psid, at, applied),
            _ => {}
        }
    } else if let Some(message) = item.get("message") {
        if message["is_echo"] == true {
            return;
        }
        if let Some(mid) = message["mid"].as_str() {
            let mut state = app.state();
            if state.answered.get(mid).is_some() {
                return;
            }
            state.answered.insert(mid.to_owned(), ());
        }
        let said = message["text"].as_str().unwrap_or_default();
        let answer = chat::answer(app, &psid, said);
        applied.replies.push((psid, answer));
    } else if item.get("postback").is_some() {
        let answer = chat::answer(app, &psid, "");
        applied.replies.push((psid, answer));
    }
}

fn linked(app: &App, delivery: Delivery, applied: &mut Applied) {
    let mut state = app.state();
    if let Some(name) = state.applied.get(&delivery).cloned() {
        if app.has(Fault::ReplayRelinksAfterUnlink) {
            state.link(&delivery.psid, name.clone());
        }
        if app.has(Fault::DuplicateGreeting) {
            applied
                .replies
                .push((delivery.psid, chat::thanks(app, &name)));
        }
        return;
    }
    let Some(username) = redeem(app, &mut state, &delivery.code) else {
        if app.has(Fault::UnknownCode400) {
            applied.refused = Some(400);
        } else if app.has(Fault::UnknownCodeLinks) {
            state.link(&delivery.psid, "null".to_owned());
        }
        return;
    };
    if state.is_outdated(&delivery.psid, delivery.at) && !app.has(Fault::ArrivalOrderWins) {
        return;
    }
    if app.has(Fault::EventOnlyLogged) {
        return;
    }
    let username = match &state.last_login {
        Some(last) if app.has(Fault::LastLoginWins) => last.clone(),
        _ => username,
    };
    let name = state.name_of(&username);
    state.saw(&delivery.psid, delivery.at);
    state.link(&delivery.psid, name.clone());
    if app.has(Fault::LinkTouchesNeighbours) {
        for neighbour in state.links.values_mut() {
            neighbour.clone_from(&name);
        }
    }
    state.applied.insert(delivery.clone(), name.clone());
    drop(state);
    if !app.has(Fault::SilentAfterLinking) {
        applied
            .replies
            .push((delivery.psid, chat::thanks(app, &name)));
    }
}

/// Whose code this is; a code is good once.
fn redeem(app: &App, state: &mut State, code: &str) -> Option<String> {
    let key = if app.has(Fault::CodeCaseFolded) {
        state
            .codes
            .keys()
            .find(|known| known.eq_ignore_ascii_case(code))?
            .clone()
    } else {
        code.to_owned()
    };
    let issued = if app.has(Fault::CodeNeverConsumed) {
        state.codes.get(&key)?.clone()
    } else {
        state.codes.remove(&key)?
    };
    issued.is_alive().then_some(issued.username)
}

fn unlinked(app: &App, psid: &str, at: Option<i64>, applied: &mut Applied) {
    let mut state = app.state();
    if app.has(Fault::UnlinkEventIgnored)
        || (state.is_outdated(psid, at) && !app.has(Fault::ArrivalOrderWins))
    {
        return;
    }
    state.saw(psid, at);
    if state.links.get(psid).is_none() && app.has(Fault::UnlinkedUnknownCrashes) {
        applied.refused = Some(500);
        return;
    }
    let was_linked = state.links.remove(psid).is_some();
    if app.has(Fault::UnlinkDropsEveryone) {
        state.links.clear();
    }
    drop(state);
    if was_linked {
        applied.replies.push((psid.to_owned(), chat::goodbye()));
    }
}
