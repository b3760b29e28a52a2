//! Scenario `cancel`: the user changes their mind, at one of three moments, and later logs in after all.

use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::beside::{arrive, newcomer, see_nothing_linked, telling_redirect};
use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Ended, FlowId, Recording, Stage};
use crate::transcript::{Intent, Transcript};

/// When the user cancels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// On the page that the linking URL opens.
    FirstPage,
    /// On the page that tells of a wrong password.
    AfterWrongPassword,
    /// On the page behind the right password.
    AtConsent,
}

const MOMENTS: [Moment; 3] = [
    Moment::FirstPage,
    Moment::AfterWrongPassword,
    Moment::AtConsent,
];

impl Moment {
    fn label(self) -> &'static str {
        match self {
            Self::FirstPage => "moment:first-page",
            Self::AfterWrongPassword => "moment:after-wrong-password",
            Self::AtConsent => "moment:at-consent",
        }
    }
}

/// Flow 0: up to the moment without a tag; tag `cancel`; `after-failure`: a look at the state; `twin`: the page is
/// opened again and the user logs in; `after-event`: landing and look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cancel;

impl Scenario for Cancel {
    type Value = Moment;

    fn name(&self) -> &'static str {
        "cancel"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Cancel]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 1,
            Profile::Default => 6,
            Profile::Deep => 60,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        match MOMENTS.get(usize::try_from(number).unwrap_or(usize::MAX)) {
            Some(moment) => Just(*moment).boxed(),
            None => select(&MOMENTS[..]).boxed(),
        }
    }

    async fn play(&self, stage: &Stage, case: CaseId, moment: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        recording.label(moment.label());
        let played = decline(stage, &mut recording, moment, case.number as usize).await;
        end(recording, played)
    }
}

async fn decline(
    stage: &Stage,
    recording: &mut Recording<'_>,
    moment: Moment,
    account: usize,
) -> Result<(), Cut> {
    let flow = recording.flow(newcomer(account, telling_redirect(stage)))?;
    // A page that leaves before the moment has come leaves nothing to cancel.
    if !come_to(recording, flow, moment).await? {
        return Ok(());
    }
    recording.tag("cancel");
    recording.intent(flow, Intent::Cancel, "").await?;
    see_nothing_linked(stage, recording, flow).await?;
    recording.tag("twin");
    if let Some(url) = recording.log_in(flow).await? {
        arrive(stage, recording, flow, &url).await?;
    }
    Ok(())
}

async fn come_to(recording: &mut Recording<'_>, flow: FlowId, moment: Moment) -> Result<bool, Cut> {
    if recording.open(flow).await? != Ended::Stayed {
        return Ok(false);
    }
    let ended = match moment {
        Moment::FirstPage => Ended::Stayed,
        Moment::AfterWrongPassword => recording.intent(flow, Intent::BadPassword, "wrong").await?,
        Moment::AtConsent => {
            recording
                .intent(flow, Intent::Login, "until-consent")
                .await?
        }
    };
    Ok(ended == Ended::Stayed)
}
