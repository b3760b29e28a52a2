//! Scenario `timing`: the event comes before the browser has left, or long after.

use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::pending::{Pending, after, deliver_and_observe, end, is_linked, log_in, log_in_unbound};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Expect, Recording, Stage};
use crate::transcript::Transcript;

/// The moment of the event. Tags: `event`; where it had no effect, `twin` posts the event again, dated anew.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timing;

/// When the event is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// As soon as the answer with the redirect has been read, before anyone goes there.
    Early,
    /// After the browser is gone, a whole other linking has been made and the state was looked at.
    Late,
}

impl Scenario for Timing {
    type Value = Moment;

    fn name(&self) -> &'static str {
        "timing"
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

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        Just(if number.is_multiple_of(2) {
            Moment::Early
        } else {
            Moment::Late
        })
        .boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, value: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let account = case.number as usize;
        let played = match value {
            Moment::Early => early(stage, &mut recording, account).await,
            Moment::Late => late(stage, &mut recording, account).await,
        };
        end(recording, played)
    }
}

async fn early(stage: &Stage, recording: &mut Recording<'_>, account: usize) -> Result<(), Cut> {
    recording.label("moment:early");
    // The redirect was intercepted, so no browser has gone anywhere when the event is posted.
    match log_in(recording, account).await? {
        Some(pending) => tell(stage, recording, &pending).await,
        None => Ok(()),
    }
}

async fn late(stage: &Stage, recording: &mut Recording<'_>, account: usize) -> Result<(), Cut> {
    recording.label("moment:late");
    let Some(pending) = log_in_unbound(recording, account).await? else {
        return Ok(());
    };
    recording.tag("meanwhile");
    let other = recording.plain_flow(account + 1)?;
    recording.link(other).await?;
    tell(stage, recording, &pending).await
}

async fn tell(stage: &Stage, recording: &mut Recording<'_>, pending: &Pending) -> Result<(), Cut> {
    let event = pending.event(stage, recording);
    let seen = deliver_and_observe(
        recording,
        "event",
        pending.flow,
        event.clone(),
        Expect::Linked,
    )
    .await?;
    if !is_linked(&seen) {
        let anew = after(pending.event(stage, recording), &event);
        deliver_and_observe(recording, "twin", pending.flow, anew, Expect::Linked).await?;
    }
    Ok(())
}
