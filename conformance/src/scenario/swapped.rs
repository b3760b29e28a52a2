//! Scenario `swapped`: a signed event in which page and user stand in each other's place.

use proptest::strategy::{BoxedStrategy, Just, Strategy};
use serde_json::json;

use super::pending::{Pending, deliver_and_observe, end, log_in_again, log_in_unbound};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Expect, Recording, Stage};
use crate::transcript::Transcript;

/// Sender is the page, recipient is the user: whoever reads the PSID where it belongs sees nobody to link.
/// Tags: `before`, `negative`, `twin` (a new linking of the same user, told the right way round).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Swapped;

impl Scenario for Swapped {
    type Value = ();

    fn name(&self) -> &'static str {
        "swapped"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::Webhook, Need::Observation]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 1,
            Profile::Default => 2,
            Profile::Deep => 20,
        }
    }

    fn strategy(&self, _number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        Just(()).boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, (): Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = swap(stage, &mut recording, case.number as usize).await;
        end(recording, played)
    }
}

async fn swap(stage: &Stage, recording: &mut Recording<'_>, account: usize) -> Result<(), Cut> {
    let Some(pending) = log_in_unbound(recording, account).await? else {
        return Ok(());
    };
    let body = swapped(stage, recording, &pending);
    recording.tag("negative");
    recording.deliver_raw(pending.flow, "swapped", body).await?;
    recording
        .observe(pending.flow, Expect::StillUnlinked)
        .await?;
    recording.tag("twin");
    // A backend may rightly have used the first code up for the sender that it was given.
    if let Some(again) = log_in_again(stage, recording, pending.flow, account).await? {
        let right = again.event(stage, recording);
        deliver_and_observe(recording, "twin", again.flow, right, Expect::Linked).await?;
    }
    Ok(())
}

fn swapped(stage: &Stage, recording: &Recording<'_>, pending: &Pending) -> Vec<u8> {
    let page_id = &stage.context().page_id;
    let now_ms = recording.now_ms();
    json!({
        "object": "page",
        "entry": [{
            "id": page_id,
            "time": now_ms,
            "messaging": [{
                "sender": {"id": page_id},
                "recipient": {"id": recording.psid(pending.flow)},
                "timestamp": now_ms,
                "account_linking": {"authorization_code": pending.code, "status": "linked"}
            }]
        }]
    })
    .to_string()
    .into_bytes()
}
