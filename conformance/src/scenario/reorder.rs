//! Scenario `reorder`: `linked` and `unlinked` arrive in another order than they happened.

use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::pending::{
    after, deliver_and_observe, end, event, is_linked, link, log_in, log_in_again,
};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::generate::EventKind;
use crate::stage::{Cut, Expect, Recording, Stage};
use crate::transcript::Transcript;

/// Late events (protocol row 3.3.8). Tags: `linked` (the link that a late `linked` would bring back), `newer`
/// (arrives first), `negative` (the late one), `twin` (one that is newer than all and must work).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reorder;

/// Which event is late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Late {
    /// `linked`, older than the `unlinked` that came before it.
    Linked,
    /// `unlinked`, older than the `linked` that came before it.
    Unlinked,
}

/// How much older the late event is, in milliseconds of platform time.
const AGE_MS: u64 = 2_000;

impl Scenario for Reorder {
    type Value = Late;

    fn name(&self) -> &'static str {
        "reorder"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::Webhook, Need::Observation]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 0,
            Profile::Default => 4,
            Profile::Deep => 40,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        Just(if number.is_multiple_of(2) {
            Late::Linked
        } else {
            Late::Unlinked
        })
        .boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, value: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = swap(stage, &mut recording, case.number as usize, value).await;
        end(recording, played)
    }
}

async fn swap(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
    late: Late,
) -> Result<(), Cut> {
    match late {
        Late::Linked => late_linked(stage, recording, account).await,
        Late::Unlinked => late_unlinked(stage, recording, account).await,
    }
}

async fn late_linked(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
) -> Result<(), Cut> {
    recording.label("late:linked");
    let Some((first, _)) = link(stage, recording, "linked", account).await? else {
        return Ok(());
    };
    recording.tag("again");
    let Some(again) = log_in_again(stage, recording, first.flow, account).await? else {
        return Ok(());
    };
    let older = again.event(stage, recording);
    let newer = after(
        event(stage, recording, first.flow, EventKind::Unlinked),
        &older,
    );
    let gone = Expect::Unlinked;
    let seen = deliver_and_observe(recording, "newer", first.flow, newer.clone(), gone).await?;
    if is_linked(&seen) {
        return Ok(());
    }
    deliver_and_observe(
        recording,
        "negative",
        again.flow,
        older,
        Expect::StillUnlinked,
    )
    .await?;
    recording.tag("twin");
    // The late event may rightly have used its code up.
    if let Some(last) = log_in_again(stage, recording, first.flow, account).await? {
        let newest = after(last.event(stage, recording), &newer);
        deliver_and_observe(recording, "twin", last.flow, newest, Expect::Linked).await?;
    }
    Ok(())
}

async fn late_unlinked(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
) -> Result<(), Cut> {
    recording.label("late:unlinked");
    let Some(pending) = log_in(recording, account).await? else {
        return Ok(());
    };
    let flow = pending.flow;
    let newer = pending.event(stage, recording);
    let mut older = event(stage, recording, flow, EventKind::Unlinked);
    older.timestamp = newer.timestamp.saturating_sub(AGE_MS);
    let seen = deliver_and_observe(recording, "newer", flow, newer.clone(), Expect::Linked).await?;
    if !is_linked(&seen) {
        return Ok(());
    }
    deliver_and_observe(recording, "negative", flow, older, Expect::StillLinked).await?;
    let newest = after(event(stage, recording, flow, EventKind::Unlinked), &newer);
    deliver_and_observe(recording, "twin", flow, newest, Expect::Unlinked).await?;
    Ok(())
}
