//! Scenario `unlink`: link, `unlinked` event, the old code once more, link again with a new code.

use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::pending::{after, deliver_and_observe, end, link_and_unlink, log_in_again};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Expect, Recording, Stage};
use crate::transcript::Transcript;

/// Unlinking by the user. Tags: `linked`, `unlinked`, `stale` (the old code in a new event), `again`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unlink;

impl Scenario for Unlink {
    type Value = ();

    fn name(&self) -> &'static str {
        "unlink"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::Webhook, Need::Observation]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 1,
            Profile::Default => 4,
            Profile::Deep => 40,
        }
    }

    fn strategy(&self, _number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        Just(()).boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, (): Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = come_and_go(stage, &mut recording, case.number as usize).await;
        end(recording, played)
    }
}

async fn come_and_go(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
) -> Result<(), Cut> {
    let Some((first, _, gone)) = link_and_unlink(stage, recording, account).await? else {
        return Ok(());
    };
    let flow = first.flow;
    let dead = after(first.event(stage, recording), &gone);
    deliver_and_observe(
        recording,
        "stale",
        flow,
        dead.clone(),
        Expect::StillUnlinked,
    )
    .await?;

    recording.tag("again");
    if let Some(again) = log_in_again(stage, recording, flow, account).await? {
        let fresh = after(again.event(stage, recording), &dead);
        deliver_and_observe(recording, "again", again.flow, fresh, Expect::Linked).await?;
    }
    Ok(())
}
