//! Scenario `slow-send`: the Send API hangs while a `linked` event is delivered.

use std::time::Duration;

use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::pending::{deliver, end, log_in};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Recording, Stage};
use crate::transcript::Transcript;

/// A slow Send API. Tags: `free` (sends are answered at once), `held` (sends hang).
#[derive(Debug, Clone, Copy)]
pub(crate) struct SlowSend;

/// Held sends outlast the deadline by this much, should the guard not be dropped before.
const BEYOND_DEADLINE: Duration = Duration::from_secs(10);

impl Scenario for SlowSend {
    type Value = ();

    fn name(&self) -> &'static str {
        "slow-send"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::Webhook, Need::Graph]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke | Profile::Default => 1,
            Profile::Deep => 5,
        }
    }

    fn exclusive(&self) -> bool {
        true
    }

    fn strategy(&self, _number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        Just(()).boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, (): Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = hold(stage, &mut recording, case.number as usize).await;
        end(recording, played)
    }
}

async fn hold(stage: &Stage, recording: &mut Recording<'_>, account: usize) -> Result<(), Cut> {
    let Some(free) = log_in(recording, account).await? else {
        return Ok(());
    };
    let event = free.event(stage, recording);
    deliver(recording, "free", free.flow, event).await?;
    // Whether it sends anything at all is known once its first message has come, or the window is over.
    recording.await_call(free.flow, "messages").await?;

    recording.tag("");
    let Some(held) = log_in(recording, account + 1).await? else {
        return Ok(());
    };
    let limit = Duration::from_secs(stage.context().policy.ack_seconds) + BEYOND_DEADLINE;
    let event = held.event(stage, recording);
    let guard = stage
        .simulator()
        .hold_sends_to(recording.psid(held.flow), limit);
    let delivered = deliver(recording, "held", held.flow, event).await;
    drop(guard);
    delivered
}
