//! Scenario `batch`: one POST with several linkings in it, alone or among events that no backend knows.

use proptest::collection::vec;
use proptest::prelude::any;
use proptest::strategy::{BoxedStrategy, Strategy};
use serde_json::{Map, Value, json};

use super::pending::{Pending, deliver_and_observe, end, event, is_linked, log_in_unbound};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::context::PsidsPerAccount;
use crate::generate::{Encoding, Event, EventKind, Parcel, Signature};
use crate::stage::{Cut, Expect, Recording, Stage};
use crate::transcript::Transcript;

/// Batches. Tags: `before`, `batch`, and `twin` where a linking of the batch had no effect and is posted alone.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Batch;

/// What stands beside the linking events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mix {
    /// Nothing.
    Plain,
    /// A text message in front.
    Message,
    /// An item whose kind no backend knows, in front of each linking event.
    UnknownKind,
    /// Unknown keys and big numbers beside the known ones.
    UnknownFields,
    /// A leading entry with `standby` and no `messaging` (protocol row 3.3.10).
    Standby,
    /// A leading entry with `changes` and no `messaging` (protocol row 3.3.10).
    Changes,
}

const COVERAGE: [Mix; 7] = [
    Mix::Plain,
    Mix::UnknownKind,
    Mix::Message,
    Mix::UnknownFields,
    Mix::Standby,
    Mix::Changes,
    Mix::Plain,
];

impl Mix {
    fn label(self) -> &'static str {
        match self {
            Self::Plain => "mix:plain",
            Self::Message => "mix:message",
            Self::UnknownKind => "mix:unknown-kind",
            Self::UnknownFields => "mix:unknown-fields",
            Self::Standby => "mix:standby",
            Self::Changes => "mix:changes",
        }
    }
}

/// Linkings of a batch: a flag each says whether it begins a new entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Load {
    mix: Mix,
    begins: Vec<bool>,
}

impl Scenario for Batch {
    type Value = Load;

    fn name(&self) -> &'static str {
        "batch"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::Webhook, Need::Observation]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 2,
            Profile::Default => 8,
            Profile::Deep => 140,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        let mix = COVERAGE[number as usize % COVERAGE.len()];
        // What HOK-06 asks shows with one linking; HOK-05 is about several.
        let lengths = if matches!(mix, Mix::Plain | Mix::Message) {
            2..=6
        } else {
            1..=3
        };
        vec(any::<bool>(), lengths)
            .prop_map(move |begins| Load { mix, begins })
            .boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, value: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = load(stage, &mut recording, case.number as usize, &value).await;
        end(recording, played)
    }
}

async fn load(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
    value: &Load,
) -> Result<(), Cut> {
    recording.label(value.mix.label());
    let mut begins = value.begins.as_slice();
    if stage.context().policy.psids_per_account == PsidsPerAccount::One {
        // A second linking of one account would rightly undo the first.
        begins = &begins[..begins.len().min(stage.accounts().max(1))];
    }
    let mut pending = Vec::with_capacity(begins.len());
    for index in 0..begins.len() {
        recording.tag("");
        match log_in_unbound(recording, account + index).await? {
            Some(one) => pending.push(one),
            None => return Ok(()),
        }
    }
    let acknowledged = post(stage, recording, value.mix, begins, &pending).await?;
    // What was not acknowledged is not waited for at length: the effect is there or it is not.
    let expect = if acknowledged {
        Expect::Linked
    } else {
        Expect::StillUnlinked
    };
    let mut idle = Vec::new();
    for one in &pending {
        if !is_linked(&recording.observe(one.flow, expect).await?) {
            idle.push(one);
        }
    }
    for one in idle {
        let alone = one.event(stage, recording);
        deliver_and_observe(recording, "twin", one.flow, alone, Expect::Linked).await?;
    }
    Ok(())
}

/// Posts the batch; whether it was acknowledged.
async fn post(
    stage: &Stage,
    recording: &mut Recording<'_>,
    mix: Mix,
    begins: &[bool],
    pending: &[Pending],
) -> Result<bool, Cut> {
    let Some(first) = pending.first() else {
        return Ok(false);
    };
    let mut entries: Vec<Vec<Event>> = Vec::new();
    for (one, begin) in pending.iter().zip(begins) {
        let mut items = Vec::new();
        if mix == Mix::UnknownKind {
            items.push(event(stage, recording, one.flow, EventKind::Unknown));
        }
        items.push(one.event(stage, recording));
        match entries.last_mut() {
            Some(entry) if !begin => entry.extend(items),
            _ => entries.push(items),
        }
    }
    recording.tag("batch");
    if let Some(leading) = bare_entry(mix, &stage.context().page_id, recording.now_ms()) {
        let body = beside(&leading, &entries);
        let attempt = recording.deliver_raw(first.flow, mix.label(), body).await?;
        return Ok(attempt.acknowledged());
    }
    if mix == Mix::Message {
        let message = event(
            stage,
            recording,
            first.flow,
            EventKind::Message("hello".to_owned()),
        );
        if let Some(entry) = entries.first_mut() {
            entry.insert(0, message);
        }
    }
    let parcel = Parcel {
        object: "page".to_owned(),
        entries,
        encoding: if mix == Mix::UnknownFields {
            Encoding::Extended
        } else {
            Encoding::Platform
        },
        signature: Signature::Both,
    };
    let attempt = recording.deliver(first.flow, &parcel).await?;
    Ok(attempt.acknowledged())
}

/// An entry without `messaging`, as other subscriptions of the same page cause it.
fn bare_entry(mix: Mix, page_id: &str, now_ms: u64) -> Option<Value> {
    match mix {
        Mix::Standby => Some(json!({
            "id": page_id,
            "time": now_ms,
            "standby": [{
                "sender": {"id": "5000000000000001"},
                "recipient": {"id": page_id},
                "timestamp": now_ms,
                "message": {"mid": "m_standby", "text": "for another app"}
            }]
        })),
        Mix::Changes => Some(json!({
            "id": page_id,
            "time": now_ms,
            "changes": [{"field": "feed", "value": {"item": "status", "verb": "add"}}]
        })),
        Mix::Plain | Mix::Message | Mix::UnknownKind | Mix::UnknownFields => None,
    }
}

/// The body with this entry in front of entries of events.
fn beside(leading: &Value, entries: &[Vec<Event>]) -> Vec<u8> {
    let mut all = vec![leading.clone()];
    all.extend(entries.iter().map(|items| entry(items)));
    json!({"object": "page", "entry": all})
        .to_string()
        .into_bytes()
}

fn entry(items: &[Event]) -> Value {
    let first = items.first();
    json!({
        "id": first.map_or("", |event| event.page_id.as_str()),
        "time": first.map_or(0, |event| event.timestamp),
        "messaging": items.iter().map(item).collect::<Vec<_>>()
    })
}

fn item(event: &Event) -> Value {
    let mut item = Map::new();
    item.insert("sender".to_owned(), json!({"id": event.psid}));
    item.insert("recipient".to_owned(), json!({"id": event.page_id}));
    item.insert("timestamp".to_owned(), json!(event.timestamp));
    if let EventKind::Linked(code) = &event.kind {
        let linking = json!({"authorization_code": code, "status": "linked"});
        item.insert("account_linking".to_owned(), linking);
    }
    Value::Object(item)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Mix, bare_entry, beside};
    use crate::generate::{Event, EventKind};

    #[test]
    fn entries_without_messaging_stand_in_front_of_the_linking() {
        for (mix, key) in [(Mix::Standby, "standby"), (Mix::Changes, "changes")] {
            let leading = bare_entry(mix, "77", 5).unwrap();
            let linked = Event {
                psid: "12".to_owned(),
                page_id: "77".to_owned(),
                timestamp: 6,
                kind: EventKind::Linked(json!("c")),
            };
            let body: Value = serde_json::from_slice(&beside(&leading, &[vec![linked]])).unwrap();
            assert!(body["entry"][0][key].is_array(), "{body}");
            assert_eq!(body["entry"][0]["messaging"], Value::Null);
            assert_eq!(
                body["entry"][1]["messaging"][0],
                json!({
                    "sender": {"id": "12"}, "recipient": {"id": "77"}, "timestamp": 6,
                    "account_linking": {"authorization_code": "c", "status": "linked"}
                })
            );
        }
    }

    #[test]
    fn other_mixes_need_no_bare_entry() {
        for mix in [
            Mix::Plain,
            Mix::Message,
            Mix::UnknownKind,
            Mix::UnknownFields,
        ] {
            assert_eq!(bare_entry(mix, "77", 5), None);
        }
    }
}
