//! Scenario `odd-bytes`: rightly signed events whose JSON is spelled in every legal way.

use proptest::strategy::{BoxedStrategy, Strategy};

use super::pending::{
    deliver_and_observe, end, event, is_linked, log_in_unbound, post_and_observe,
};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::generate::{Encoding, EventKind, Parcel};
use crate::stage::{Cut, Expect, Recording, Stage};
use crate::transcript::Transcript;

/// Spellings. Tags: `odd` (must work); where it did not, `twin` with the bytes of the live platform.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OddBytes;

/// A spelling, and a text that travels in the same entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spelling {
    encoding: Encoding,
    text: String,
}

const COVERAGE: [(Encoding, &str); 5] = [
    (Encoding::Platform, "encoding:platform"),
    (Encoding::RawUtf8, "encoding:raw-utf8"),
    (Encoding::Spaced, "encoding:spaced"),
    (Encoding::Reordered, "encoding:reordered"),
    (Encoding::Extended, "encoding:extended"),
];

fn label(encoding: Encoding) -> &'static str {
    let known = COVERAGE
        .iter()
        .find(|(candidate, _)| *candidate == encoding);
    known.map_or("encoding:other", |(_, label)| label)
}

/// Texts with all that is escaped on the wire (protocol rows 3.2.5 and 3.2.7).
fn texts() -> BoxedStrategy<String> {
    (
        "[a-z]{1,6}",
        "[äöåéñ]{1,3}",
        "[/@%<]{1,3}",
        "[😀🎉🇩]{1,2}",
        "[中文绑定]{0,3}",
    )
        .prop_map(|(plain, accents, escaped, emoji, chinese)| {
            format!("{plain} {accents}{escaped}{emoji}{chinese}")
        })
        .boxed()
}

impl Scenario for OddBytes {
    type Value = Spelling;

    fn name(&self) -> &'static str {
        "odd-bytes"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::Webhook, Need::Observation]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 1,
            Profile::Default => 10,
            Profile::Deep => 100,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        let (encoding, _) = COVERAGE[number as usize % COVERAGE.len()];
        texts()
            .prop_map(move |text| Spelling { encoding, text })
            .boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, value: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = spell(stage, &mut recording, case.number as usize, value).await;
        end(recording, played)
    }
}

async fn spell(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
    value: Spelling,
) -> Result<(), Cut> {
    recording.label(label(value.encoding));
    let Some(pending) = log_in_unbound(recording, account).await? else {
        return Ok(());
    };
    // The message stands behind the linking event: a backend that reads the first item only is HOK-05's business.
    let linked = pending.event(stage, recording);
    let message = event(
        stage,
        recording,
        pending.flow,
        EventKind::Message(value.text),
    );
    let odd = Parcel {
        entries: vec![vec![linked.clone(), message]],
        encoding: value.encoding,
        ..Parcel::one(linked.clone())
    };
    let seen = post_and_observe(recording, "odd", pending.flow, &odd, Expect::Linked).await?;
    if !is_linked(&seen) {
        deliver_and_observe(recording, "twin", pending.flow, linked, Expect::Linked).await?;
    }
    Ok(())
}
