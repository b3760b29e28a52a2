//! Scenario `bare`: the linking page is opened without what it needs (protocol row 1.1.3).

use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::beside::control;
use super::linking_url::Lack;
use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Ended, Recording, Stage};
use crate::transcript::{Intent, Transcript};

/// Flow 0 with the defect (tag `negative`): the page is opened, and where it shows a login, somebody logs in.
/// Flow 1 is a plain login (tag `control`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bare;

impl Scenario for Bare {
    type Value = Lack;

    fn name(&self) -> &'static str {
        "bare"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 0,
            Profile::Default => 6,
            Profile::Deep => 24,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        match Lack::ALL.get(usize::try_from(number).unwrap_or(usize::MAX)) {
            Some(lack) => Just(*lack).boxed(),
            None => select(&Lack::ALL[..]).boxed(),
        }
    }

    async fn play(&self, stage: &Stage, case: CaseId, lack: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        recording.label(lack.label());
        let played = open_bare(stage, &mut recording, lack, case.number as usize).await;
        end(recording, played)
    }
}

async fn open_bare(
    stage: &Stage,
    recording: &mut Recording<'_>,
    lack: Lack,
    account: usize,
) -> Result<(), Cut> {
    let flow = recording.plain_flow(account)?;
    let url = lack.of(recording.linking_url(flow));
    recording.tag("negative");
    if recording.open_url(flow, &url).await? == Ended::Stayed {
        recording.intent(flow, Intent::Login, "").await?;
    }
    control(recording, account, stage.plain_redirect()).await
}
