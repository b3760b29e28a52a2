//! Scenario `already-linked`: a linking where a link of the user, of the account or of both exists already.

use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::beside::newcomer;
use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, FlowSetup, Recording, Stage};
use crate::transcript::Transcript;

/// What is linked already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Linked {
    /// This user to this account.
    Both,
    /// The account, to another user.
    Account,
    /// The user, to another account.
    User,
}

const ALL: [Linked; 3] = [Linked::Both, Linked::Account, Linked::User];

impl Linked {
    fn label(self) -> &'static str {
        match self {
            Self::Both => "linked:both",
            Self::Account => "linked:account",
            Self::User => "linked:user",
        }
    }
}

/// Flow 0 is the first link (tag `first`), flow 1 the second linking, in a fresh browser.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AlreadyLinked;

impl Scenario for AlreadyLinked {
    type Value = Linked;

    fn name(&self) -> &'static str {
        "already-linked"
    }

    fn needs(&self) -> &'static [Need] {
        &[
            Need::Login,
            Need::Webhook,
            Need::Observation,
            Need::TwoAccounts,
        ]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 0,
            Profile::Default => 3,
            Profile::Deep => 15,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        match ALL.get(usize::try_from(number).unwrap_or(usize::MAX)) {
            Some(linked) => Just(*linked).boxed(),
            None => select(&ALL[..]).boxed(),
        }
    }

    async fn play(&self, stage: &Stage, case: CaseId, linked: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        recording.label(linked.label());
        let played = link_again(stage, &mut recording, linked, case.number as usize).await;
        end(recording, played)
    }
}

async fn link_again(
    stage: &Stage,
    recording: &mut Recording<'_>,
    linked: Linked,
    account: usize,
) -> Result<(), Cut> {
    recording.tag("first");
    let first = recording.plain_flow(account)?;
    if !recording.link(first).await? {
        return Ok(());
    }
    recording.tag("");
    let second = recording.flow(FlowSetup {
        user_of: (linked != Linked::Account).then_some(first),
        ..newcomer(
            account + usize::from(linked == Linked::User),
            stage.plain_redirect(),
        )
    })?;
    recording.log_in(second).await?;
    Ok(())
}
