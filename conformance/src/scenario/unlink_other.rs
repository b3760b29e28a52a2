//! Scenario `unlink-other`: someone else links and unlinks while a neighbour stays linked.

use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::pending::{after, deliver_and_observe, end, event, is_linked, link, log_in};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::context::PsidsPerAccount;
use crate::generate::EventKind;
use crate::stage::{Cut, Expect, Recording, Stage};
use crate::transcript::Transcript;

/// A neighbour who must not notice anything. The neighbour is looked at under the tags `neighbour` (just
/// linked), `after-link` and `after-unlink`; the other under `other` and `other-gone`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnlinkOther;

/// Whether both users link the same account, where policy lets them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pairing {
    same_account: bool,
}

impl Scenario for UnlinkOther {
    type Value = Pairing;

    fn name(&self) -> &'static str {
        "unlink-other"
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

    fn strategy(&self, number: u32, stage: &Stage) -> BoxedStrategy<Self::Value> {
        let same_account =
            number % 2 == 1 && stage.context().policy.psids_per_account == PsidsPerAccount::Many;
        Just(Pairing { same_account }).boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, value: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = live_next_door(stage, &mut recording, case.number as usize, value).await;
        end(recording, played)
    }
}

async fn live_next_door(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
    value: Pairing,
) -> Result<(), Cut> {
    let one_account = value.same_account || stage.accounts() < 2;
    if one_account && stage.context().policy.psids_per_account == PsidsPerAccount::One {
        // With one account for one PSID the second linking would rightly undo the first.
        return Ok(());
    }
    recording.label(if one_account {
        "neighbour:same-account"
    } else {
        "neighbour:other-account"
    });
    let Some((neighbour, _)) = link(stage, recording, "neighbour", account).await? else {
        return Ok(());
    };

    recording.tag("");
    let account = if one_account { account } else { account + 1 };
    let Some(other) = log_in(recording, account).await? else {
        return Ok(());
    };
    let linked = other.event(stage, recording);
    deliver_and_observe(
        recording,
        "other",
        other.flow,
        linked.clone(),
        Expect::Linked,
    )
    .await?;
    recording.tag("after-link");
    if !is_linked(
        &recording
            .observe(neighbour.flow, Expect::StillLinked)
            .await?,
    ) {
        return Ok(());
    }
    let gone = after(
        event(stage, recording, other.flow, EventKind::Unlinked),
        &linked,
    );
    deliver_and_observe(recording, "other-gone", other.flow, gone, Expect::Unlinked).await?;
    recording.tag("after-unlink");
    recording
        .observe(neighbour.flow, Expect::StillLinked)
        .await?;
    Ok(())
}
