//! Scenario `encoding`: the linking URL in other spellings that mean the same.

use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::beside::{control, newcomer, telling_redirect};
use super::linking_url::Spelling;
use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Ended, Recording, Stage};
use crate::transcript::{Intent, Transcript};

/// Flow 0 in another spelling, flow 1 a plain login (tag `control`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Encoding;

impl Scenario for Encoding {
    type Value = Spelling;

    fn name(&self) -> &'static str {
        "encoding"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 0,
            Profile::Default => 7,
            Profile::Deep => 35,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        match Spelling::ALL.get(usize::try_from(number).unwrap_or(usize::MAX)) {
            Some(spelling) => Just(*spelling).boxed(),
            None => select(&Spelling::ALL[..]).boxed(),
        }
    }

    async fn play(&self, stage: &Stage, case: CaseId, spelling: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        recording.label(spelling.label());
        let played = respell(stage, &mut recording, spelling, case.number as usize).await;
        end(recording, played)
    }
}

async fn respell(
    stage: &Stage,
    recording: &mut Recording<'_>,
    spelling: Spelling,
    account: usize,
) -> Result<(), Cut> {
    // A wrong decoding shows in an address inside the address; the order of parameters is none of its business.
    let redirect = if spelling.label().starts_with("encoding:") {
        telling_redirect(stage)
    } else {
        stage.plain_redirect()
    };
    let flow = recording.flow(newcomer(account, redirect))?;
    let url = spelling.of(recording.linking_url(flow));
    if recording.open_url(flow, &url).await? == Ended::Stayed {
        recording.intent(flow, Intent::Login, "").await?;
    }
    control(recording, account, stage.plain_redirect()).await
}
