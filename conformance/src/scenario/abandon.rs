//! Scenario `abandon`: a login page is left alone, and the same user taps Log In again.

use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::beside::{control, newcomer};
use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::generate::Pair;
use crate::stage::{Cut, Ended, FlowSetup, Recording, Stage};
use crate::transcript::{Intent, Transcript};

/// How far the first attempt comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// The page was looked at.
    Opened,
    /// A wrong password was sent.
    Mistyped,
    /// The right password was sent, nothing was agreed to.
    LoggedIn,
}

const ALL: [Progress; 3] = [Progress::Opened, Progress::Mistyped, Progress::LoggedIn];

impl Progress {
    fn label(self) -> &'static str {
        match self {
            Self::Opened => "abandoned:opened",
            Self::Mistyped => "abandoned:mistyped",
            Self::LoggedIn => "abandoned:logged-in",
        }
    }
}

/// Flow 0 is abandoned (tag `abandoned`), flow 1 is the same user's next linking in the same browser, flow 2 a plain
/// login (tag `control`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Abandon;

impl Scenario for Abandon {
    type Value = Progress;

    fn name(&self) -> &'static str {
        "abandon"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 0,
            Profile::Default => 3,
            Profile::Deep => 30,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        match ALL.get(usize::try_from(number).unwrap_or(usize::MAX)) {
            Some(progress) => Just(*progress).boxed(),
            None => select(&ALL[..]).boxed(),
        }
    }

    async fn play(&self, stage: &Stage, case: CaseId, progress: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        recording.label(progress.label());
        let played = leave_and_return(stage, &mut recording, progress, case.number as usize).await;
        end(recording, played)
    }
}

async fn leave_and_return(
    stage: &Stage,
    recording: &mut Recording<'_>,
    progress: Progress,
    account: usize,
) -> Result<(), Cut> {
    let mut redirect = stage.plain_redirect();
    redirect
        .query
        .get_or_insert_default()
        .push(Pair::new("attempt", "1"));
    let first = recording.flow(newcomer(account, redirect.clone()))?;
    recording.tag("abandoned");
    if recording.open(first).await? == Ended::Stayed {
        match progress {
            Progress::Opened => {}
            Progress::Mistyped => {
                recording
                    .intent(first, Intent::BadPassword, "wrong")
                    .await?;
            }
            Progress::LoggedIn => {
                recording
                    .intent(first, Intent::Login, "until-consent")
                    .await?;
            }
        }
    }
    recording.tag("");
    if let Some(attempt) = redirect.query.as_mut().and_then(|pairs| pairs.last_mut()) {
        *attempt = Pair::new("attempt", "2");
    }
    let second = recording.flow(FlowSetup {
        user_of: Some(first),
        browser_of: Some(first),
        ..newcomer(account, redirect)
    })?;
    recording.log_in(second).await?;
    control(recording, account, stage.plain_redirect()).await
}
