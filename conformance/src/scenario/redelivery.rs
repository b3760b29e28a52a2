//! Scenario `redelivery`: the same bytes several times, spaced or at once, beside a linking that is told once.

use proptest::strategy::{BoxedStrategy, Strategy};

use super::pending::{Pending, end, is_linked, log_in};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::generate::{Parcel, PsidShape};
use crate::stage::{Cut, Expect, FlowId, FlowSetup, Recording, Stage};
use crate::transcript::Transcript;

/// Redelivery (protocol rows 3.3.4 and 3.3.9). Tags: `once` and `repeated`; between a delivery and the tag
/// `settled` (a look at a bystander) the users in question are not spoken to, so that greetings can be counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Redelivery;

/// How often, and whether all at the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Repetition {
    times: usize,
    at_once: bool,
}

impl Scenario for Redelivery {
    type Value = Repetition;

    fn name(&self) -> &'static str {
        "redelivery"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::Webhook, Need::Observation]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 1,
            Profile::Default => 6,
            Profile::Deep => 60,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        let at_once = number % 2 == 1;
        (2..=5_usize)
            .prop_map(move |times| Repetition { times, at_once })
            .boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, value: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = redeliver(stage, &mut recording, case.number as usize, value).await;
        end(recording, played)
    }
}

async fn redeliver(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
    value: Repetition,
) -> Result<(), Cut> {
    recording.label(if value.at_once {
        "redelivery:at-once"
    } else {
        "redelivery:spaced"
    });
    let bystander = recording.flow(FlowSetup {
        account,
        redirect: stage.plain_redirect(),
        psid: PsidShape::Live,
        user_of: None,
        browser_of: None,
        button_url: None,
    })?;
    let Some(once) = log_in(recording, account).await? else {
        return Ok(());
    };
    recording.tag("once");
    let parcel = Parcel::one(once.event(stage, recording));
    recording.deliver(once.flow, &parcel).await?;
    if !settle(recording, &once, bystander).await? {
        return Ok(());
    }

    recording.tag("");
    let Some(repeated) = log_in(recording, account + 1).await? else {
        return Ok(());
    };
    recording.tag("repeated");
    let parcel = Parcel::one(repeated.event(stage, recording));
    if value.at_once {
        recording
            .deliver_at_once(repeated.flow, &parcel, value.times)
            .await?;
    } else {
        for _ in 0..value.times {
            recording.deliver(repeated.flow, &parcel).await?;
        }
    }
    settle(recording, &repeated, bystander).await?;
    Ok(())
}

/// Lets the backend finish what the deliveries caused (its first message, then a sentinel that went the same
/// way), then looks; whether the user is linked.
async fn settle(
    recording: &mut Recording<'_>,
    pending: &Pending,
    bystander: FlowId,
) -> Result<bool, Cut> {
    recording.await_call(pending.flow, "messages").await?;
    recording.tag("settled");
    recording.observe(bystander, Expect::StillUnlinked).await?;
    recording.tag("state");
    Ok(is_linked(
        &recording.observe(pending.flow, Expect::Linked).await?,
    ))
}
