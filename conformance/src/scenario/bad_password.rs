//! Scenario `bad-password`: some bad credentials, then the right ones in the same browser.

use proptest::collection::vec;
use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::beside::{arrive, control, newcomer, see_nothing_linked, telling_redirect};
use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Ended, Recording, Stage};
use crate::transcript::{Intent, Transcript};

/// Kinds of bad credentials that the driver knows.
const KINDS: [&str; 5] = ["wrong", "unknown-user", "empty", "over-long", "unicode"];

/// Flow 0: the page is opened; tag `negative`: bad credentials; `after-failure`: a look at the state; `twin`: the right
/// password on the page that came back, or on a new one where there was none; `after-event`: landing and look.
/// Flow 1: a plain login, tag `control`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BadPassword;

impl Scenario for BadPassword {
    type Value = Vec<&'static str>;

    fn name(&self) -> &'static str {
        "bad-password"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::BadPassword]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 2,
            Profile::Default => 8,
            Profile::Deep => 60,
        }
    }

    /// Each kind once, then two, three and four in a row, then at random; never more than five, since real
    /// backends lock accounts.
    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        match usize::try_from(number).unwrap_or(usize::MAX) {
            number @ 0..5 => Just(vec![KINDS[number]]).boxed(),
            5 => Just(vec!["wrong", "wrong"]).boxed(),
            6 => Just(vec!["wrong", "empty", "unknown-user"]).boxed(),
            7 => Just(vec!["wrong", "wrong", "wrong", "wrong"]).boxed(),
            _ => vec(select(&KINDS[..]), 1..=5).boxed(),
        }
    }

    async fn play(&self, stage: &Stage, case: CaseId, kinds: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        recording.label(format!("wrong-passwords:{}", kinds.len()));
        for kind in &kinds {
            recording.label(format!("credentials:{kind}"));
        }
        let played = mistype(stage, &mut recording, &kinds, case.number as usize).await;
        end(recording, played)
    }
}

async fn mistype(
    stage: &Stage,
    recording: &mut Recording<'_>,
    kinds: &[&'static str],
    account: usize,
) -> Result<(), Cut> {
    let flow = recording.flow(newcomer(account, telling_redirect(stage)))?;
    if recording.open(flow).await? == Ended::Stayed {
        recording.tag("negative");
        let mut shown = true;
        for kind in kinds {
            shown = recording.intent(flow, Intent::BadPassword, kind).await? == Ended::Stayed;
            if !shown {
                break;
            }
        }
        see_nothing_linked(stage, recording, flow).await?;
        recording.tag("twin");
        let back = if shown {
            match recording.intent(flow, Intent::Login, "").await? {
                Ended::Navigated(url) => Some(url),
                Ended::Stayed | Ended::Stuck(_) => None,
            }
        } else {
            recording.log_in(flow).await?
        };
        if let Some(url) = back {
            arrive(stage, recording, flow, &url).await?;
        }
    }
    control(recording, account, telling_redirect(stage)).await
}
