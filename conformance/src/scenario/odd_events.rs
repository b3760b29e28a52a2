//! Scenario `odd-events`: `unlinked` for someone who never linked, and events whose status is unknown or missing.

use proptest::strategy::{BoxedStrategy, Just, Strategy};
use serde_json::{Value, json};

use super::pending::{Pending, deliver_and_observe, end, event, log_in_unbound};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::generate::EventKind;
use crate::stage::{Cut, Expect, Recording, Stage};
use crate::transcript::Transcript;

/// Events that must change nothing. Tags: `negative`, then `twin` with a plain linking of the same user.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OddEvents;

/// What is odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// `unlinked` for a PSID that the backend never heard of.
    UnlinkedStranger,
    /// A status that no page names, with a code that would link.
    UnknownStatus,
    /// No status, with a code that would link.
    MissingStatus,
}

const COVERAGE: [Oddity; 3] = [
    Oddity::UnlinkedStranger,
    Oddity::UnknownStatus,
    Oddity::MissingStatus,
];

impl Oddity {
    fn label(self) -> &'static str {
        match self {
            Self::UnlinkedStranger => "event:unlinked-stranger",
            Self::UnknownStatus => "event:unknown-status",
            Self::MissingStatus => "event:missing-status",
        }
    }

    /// What stands under `account_linking`.
    fn linking(self, code: &str) -> Value {
        match self {
            Self::UnlinkedStranger => json!({"status": "unlinked"}),
            Self::UnknownStatus => json!({"authorization_code": code, "status": "suspended"}),
            Self::MissingStatus => json!({"authorization_code": code}),
        }
    }
}

impl Scenario for OddEvents {
    type Value = Oddity;

    fn name(&self) -> &'static str {
        "odd-events"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::Webhook, Need::Observation]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 1,
            Profile::Default => 3,
            Profile::Deep => 30,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        Just(COVERAGE[number as usize % COVERAGE.len()]).boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, value: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = surprise(stage, &mut recording, case.number as usize, value).await;
        end(recording, played)
    }
}

async fn surprise(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
    value: Oddity,
) -> Result<(), Cut> {
    recording.label(value.label());
    if value == Oddity::UnlinkedStranger {
        return unlink_stranger(stage, recording, account).await;
    }
    let Some(pending) = log_in_unbound(recording, account).await? else {
        return Ok(());
    };
    let kind = EventKind::RawLinking(value.linking(&pending.code));
    let odd = event(stage, recording, pending.flow, kind);
    deliver_and_observe(
        recording,
        "negative",
        pending.flow,
        odd,
        Expect::StillUnlinked,
    )
    .await?;
    let right = pending.event(stage, recording);
    deliver_and_observe(recording, "twin", pending.flow, right, Expect::Linked).await?;
    Ok(())
}

async fn unlink_stranger(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
) -> Result<(), Cut> {
    let flow = recording.plain_flow(account)?;
    let odd = event(stage, recording, flow, EventKind::Unlinked);
    deliver_and_observe(recording, "negative", flow, odd, Expect::StillUnlinked).await?;
    recording.tag("twin");
    if let Some(code) = recording.code(flow).await? {
        let pending = Pending { flow, code };
        let right = pending.event(stage, recording);
        deliver_and_observe(recording, "twin", flow, right, Expect::Linked).await?;
    }
    Ok(())
}
