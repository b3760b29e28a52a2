//! Scenario `signed-in`: somebody else's linking URL is opened in a browser that is signed in already.

use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::beside::{arrive, newcomer};
use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Ended, FlowSetup, Recording, Stage};
use crate::transcript::{Intent, Transcript};

/// Flow 0: a finished linking (tag `first`). Flow 1: another Messenger user's linking URL in the same browser, opened
/// and nothing else (tag `negative`), then taken up by the user (tag `twin`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct SignedIn;

impl Scenario for SignedIn {
    type Value = ();

    fn name(&self) -> &'static str {
        "signed-in"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 0,
            Profile::Default => 2,
            Profile::Deep => 10,
        }
    }

    fn strategy(&self, _number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        Just(()).boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, (): Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = open_for_another(stage, &mut recording, case.number as usize).await;
        end(recording, played)
    }
}

async fn open_for_another(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
) -> Result<(), Cut> {
    recording.tag("first");
    let victim = recording.plain_flow(account)?;
    let Some(url) = recording.log_in(victim).await? else {
        return Ok(());
    };
    arrive(stage, recording, victim, &url).await?;
    let attacker = recording.flow(FlowSetup {
        browser_of: Some(victim),
        ..newcomer(account, stage.plain_redirect())
    })?;
    recording.tag("negative");
    if recording.open(attacker).await? == Ended::Stayed {
        recording.tag("twin");
        recording.intent(attacker, Intent::Login, "").await?;
    }
    Ok(())
}
