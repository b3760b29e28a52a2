//! Scenario `foreign-page`: signed events that are about another page, or about no page at all.

use proptest::strategy::{BoxedStrategy, Strategy};

use super::pending::{deliver_and_observe, end, log_in_unbound, post_and_observe};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::generate::Parcel;
use crate::stage::{Cut, Expect, Recording, Stage};
use crate::transcript::Transcript;

/// Events for others. Tags: `before`, `negative`, `twin` (the same event for this page).
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForeignPage;

/// Whose event it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Foreign {
    /// The page with this id.
    Page(String),
    /// Another kind of object.
    Object(&'static str),
}

const OBJECTS: [&str; 3] = ["instagram", "user", "permissions"];

impl Scenario for ForeignPage {
    type Value = Foreign;

    fn name(&self) -> &'static str {
        "foreign-page"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::Webhook, Need::Observation]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 0,
            Profile::Default => 4,
            Profile::Deep => 20,
        }
    }

    fn strategy(&self, number: u32, stage: &Stage) -> BoxedStrategy<Self::Value> {
        if number % 2 == 1 {
            return proptest::sample::select(OBJECTS.as_slice())
                .prop_map(Foreign::Object)
                .boxed();
        }
        let own = stage.context().page_id.clone();
        "[1-9][0-9]{14}"
            .prop_filter("the page itself is not foreign", move |id| *id != own)
            .prop_map(Foreign::Page)
            .boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, value: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = misaddress(stage, &mut recording, case.number as usize, &value).await;
        end(recording, played)
    }
}

async fn misaddress(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
    value: &Foreign,
) -> Result<(), Cut> {
    let Some(pending) = log_in_unbound(recording, account).await? else {
        return Ok(());
    };
    let right = pending.event(stage, recording);
    let mut foreign = Parcel::one(right.clone());
    match value {
        Foreign::Page(id) => {
            recording.label("foreign:page");
            for event in foreign.entries.iter_mut().flatten() {
                event.page_id.clone_from(id);
            }
        }
        Foreign::Object(object) => {
            recording.label("foreign:object");
            (*object).clone_into(&mut foreign.object);
        }
    }
    let still = Expect::StillUnlinked;
    post_and_observe(recording, "negative", pending.flow, &foreign, still).await?;
    deliver_and_observe(recording, "twin", pending.flow, right, Expect::Linked).await?;
    Ok(())
}
