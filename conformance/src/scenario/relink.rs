//! Scenario `relink`: a linked user links again, with another account.

use linklab_simulator::webview::Landing;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::pending::{end, link};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::generate::PsidShape;
use crate::stage::{Cut, Expect, FlowSetup, Recording, Stage};
use crate::transcript::Transcript;

/// Linking over a link. Flow 0 is the first linking (tag `first`), flow 1 the second of the same user (tag `second`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Relinking;

impl Scenario for Relinking {
    type Value = ();

    fn name(&self) -> &'static str {
        "relink"
    }

    fn needs(&self) -> &'static [Need] {
        &[
            Need::Login,
            Need::Webhook,
            Need::Observation,
            Need::Identity,
            Need::TwoAccounts,
        ]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 0,
            Profile::Default => 2,
            Profile::Deep => 20,
        }
    }

    /// What the user ends up with is told by account, so nobody else may link the same accounts meanwhile.
    fn exclusive(&self) -> bool {
        true
    }

    fn strategy(&self, _number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        Just(()).boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, (): Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = change_account(stage, &mut recording, case.number as usize).await;
        end(recording, played)
    }
}

async fn change_account(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
) -> Result<(), Cut> {
    let Some((first, _)) = link(stage, recording, "first", account).await? else {
        return Ok(());
    };
    recording.tag("second");
    let second = recording.flow(FlowSetup {
        account: account + 1,
        redirect: stage.plain_redirect(),
        psid: PsidShape::Live,
        user_of: Some(first.flow),
        browser_of: None,
        button_url: None,
    })?;
    if let Some(url) = recording.log_in(second).await? {
        recording.land(second, &url, Landing::Deliver).await?;
    }
    // Linked before and after, whoever wins: the look waits for a sentinel, not for a change.
    recording.observe(second, Expect::StillLinked).await?;
    Ok(())
}
