//! Scenario `control`: the plain happy path once more, for a fresh user, when everything else has been played.

use linklab_simulator::webview::Landing;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Expect, Recording, Stage};
use crate::transcript::Transcript;

/// The happy path, with the tags of the `flow` scenario. The run plays it last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Control;

impl Scenario for Control {
    type Value = ();

    fn name(&self) -> &'static str {
        "control"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login]
    }

    fn examples(&self, _profile: Profile) -> u32 {
        1
    }

    fn exclusive(&self) -> bool {
        true
    }

    fn strategy(&self, _number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        Just(()).boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, (): Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = walk(stage, &mut recording).await;
        end(recording, played)
    }
}

async fn walk(stage: &Stage, recording: &mut Recording<'_>) -> Result<(), Cut> {
    let flow = recording.plain_flow(0)?;
    let Some(url) = recording.log_in(flow).await? else {
        return Ok(());
    };
    if stage.subject().webhook_url.is_some() {
        recording.tag("after-event");
        recording.land(flow, &url, Landing::Deliver).await?;
        recording.observe(flow, Expect::Linked).await?;
    }
    Ok(())
}
