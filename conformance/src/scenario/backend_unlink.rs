//! Scenario `backend-unlink`: the backend lets go of a linked user and tells the platform.

use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::pending::{deliver_and_observe, end, is_linked, log_in};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Expect, Recording, Stage};
use crate::transcript::Transcript;

/// Unlinking by the backend. Tags: `linked`, `unlink`. The label says what set it off: `unlink:action` must
/// lead to a call, after `unlink:chat` the user may as well be offered a Log Out button.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BackendUnlink;

impl Scenario for BackendUnlink {
    type Value = ();

    fn name(&self) -> &'static str {
        "backend-unlink"
    }

    fn needs(&self) -> &'static [Need] {
        &[
            Need::Login,
            Need::Webhook,
            Need::Graph,
            Need::Observation,
            Need::BackendUnlink,
        ]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 1,
            Profile::Default => 3,
            Profile::Deep => 20,
        }
    }

    fn strategy(&self, _number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        Just(()).boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, (): Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = let_go(stage, &mut recording, case.number as usize).await;
        end(recording, played)
    }
}

async fn let_go(stage: &Stage, recording: &mut Recording<'_>, account: usize) -> Result<(), Cut> {
    let by_action = stage.subject().unlink.is_some();
    recording.label(if by_action {
        "unlink:action"
    } else {
        "unlink:chat"
    });
    let Some(pending) = log_in(recording, account).await? else {
        return Ok(());
    };
    let linked = pending.event(stage, recording);
    let seen =
        deliver_and_observe(recording, "linked", pending.flow, linked, Expect::Linked).await?;
    if !is_linked(&seen) {
        return Ok(());
    }
    recording.tag("unlink");
    if recording.backend_unlink(pending.flow).await?.is_some() && by_action {
        recording
            .await_call(pending.flow, "unlink_accounts")
            .await?;
    }
    Ok(())
}
