//! Scenario `replay`: the signed bytes of an old `linked` event come again after the user has unlinked.

use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::pending::{after, deliver_and_observe, end, link_and_unlink, log_in_again};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Expect, Recording, Stage};
use crate::transcript::Transcript;

/// A replay. Tags: `linked`, `unlinked`, `negative` (the old bytes), `twin` (a new linking of the same user).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Replay;

impl Scenario for Replay {
    type Value = ();

    fn name(&self) -> &'static str {
        "replay"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::Webhook, Need::Observation]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 0,
            Profile::Default => 2,
            Profile::Deep => 20,
        }
    }

    fn strategy(&self, _number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        Just(()).boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, (): Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = play_back(stage, &mut recording, case.number as usize).await;
        end(recording, played)
    }
}

async fn play_back(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
) -> Result<(), Cut> {
    let Some((pending, linked, gone)) = link_and_unlink(stage, recording, account).await? else {
        return Ok(());
    };
    let flow = pending.flow;
    deliver_and_observe(recording, "negative", flow, linked, Expect::StillUnlinked).await?;
    recording.tag("twin");
    if let Some(again) = log_in_again(stage, recording, flow, account).await? {
        let fresh = after(again.event(stage, recording), &gone);
        deliver_and_observe(recording, "twin", again.flow, fresh, Expect::Linked).await?;
    }
    Ok(())
}
