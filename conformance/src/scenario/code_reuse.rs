//! Scenario `code-reuse`: a code that has linked one user comes again for another.

use proptest::strategy::{BoxedStrategy, Just, Strategy};
use serde_json::Value;

use super::pending::{Pending, deliver_and_observe, end, event, link};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::generate::EventKind;
use crate::stage::{Cut, Expect, Recording, Stage};
use crate::transcript::Transcript;

/// A used code. The first user links under the tag `first`; the second is looked at under `negative` and `twin`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CodeReuse;

impl Scenario for CodeReuse {
    type Value = ();

    fn name(&self) -> &'static str {
        "code-reuse"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::Webhook, Need::Observation]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 0,
            Profile::Default => 3,
            Profile::Deep => 30,
        }
    }

    fn strategy(&self, _number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        Just(()).boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, (): Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = use_twice(stage, &mut recording, case.number as usize).await;
        end(recording, played)
    }
}

async fn use_twice(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
) -> Result<(), Cut> {
    let Some((first, _)) = link(stage, recording, "first", account).await? else {
        return Ok(());
    };

    // The second user has not opened the page yet, so nothing but the used code could link.
    let second = recording.plain_flow(account + 1)?;
    let used = EventKind::Linked(Value::String(first.code));
    let reused = event(stage, recording, second, used);
    deliver_and_observe(recording, "negative", second, reused, Expect::StillUnlinked).await?;

    recording.tag("twin");
    if let Some(code) = recording.code(second).await? {
        let own = Pending { flow: second, code }.event(stage, recording);
        deliver_and_observe(recording, "twin", second, own, Expect::Linked).await?;
    }
    Ok(())
}
