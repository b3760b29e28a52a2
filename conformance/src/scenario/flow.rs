//! The mass scenario: plain linkings with every kind of `redirect_uri` and PSID, read by all passive judges.

use linklab_simulator::webview::Landing;
use proptest::prelude::{Just, Strategy};
use proptest::sample::select;
use proptest::strategy::BoxedStrategy;

use crate::check::Need;
use crate::generate::{PsidShape, RedirectUri, redirects};
use crate::scenario::{CaseId, Profile, Scenario};
use crate::stage::{Cut, Expect, FlowSetup, Recording, Stage};
use crate::transcript::Transcript;

/// The mass scenario.
pub(crate) struct Flow;

/// What is generated for one linking.
#[derive(Debug, Clone)]
pub(crate) struct FlowValue {
    redirect: RedirectUri,
    psid: PsidShape,
    account: usize,
}

impl Scenario for Flow {
    type Value = FlowValue;

    fn name(&self) -> &'static str {
        "flow"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 3,
            Profile::Default => 120,
            Profile::Deep => 1_000,
        }
    }

    fn strategy(&self, number: u32, stage: &Stage) -> BoxedStrategy<FlowValue> {
        let freedom = stage.freedom();
        let account = usize::try_from(number).unwrap_or_default() % stage.accounts().max(1);
        // Every shape early on, so that a short run meets them too; the first example is plain in all respects.
        let shape = match PsidShape::ALL.get(usize::try_from(number).unwrap_or(usize::MAX)) {
            Some(shape) => Just(*shape).boxed(),
            None => select(&PsidShape::ALL[..]).boxed(),
        };
        (redirects(number, &freedom), shape)
            .prop_map(move |(redirect, psid)| FlowValue {
                redirect,
                psid,
                account,
            })
            .boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, value: FlowValue) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        match play(&mut recording, value).await {
            Ok(()) => recording.finish(),
            Err(cut) => recording.cut(cut),
        }
    }
}

async fn play(recording: &mut Recording<'_>, value: FlowValue) -> Result<(), Cut> {
    let flow = recording.flow(FlowSetup {
        account: value.account,
        redirect: value.redirect,
        psid: value.psid,
        user_of: None,
        browser_of: None,
        button_url: None,
    })?;
    let Some(back) = recording.log_in(flow).await? else {
        return Ok(());
    };
    recording.tag("before-event");
    recording.look(flow).await?;
    recording.tag("after-event");
    if recording
        .land(flow, &back, Landing::Deliver)
        .await?
        .is_some()
    {
        recording.observe(flow, Expect::Linked).await?;
    }
    Ok(())
}
