//! Scenario `tabs`: two linkings of one user in one browser, finished in either order.

use proptest::bool::ANY;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::beside::{control, newcomer};
use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::generate::{Pair, RedirectUri};
use crate::stage::{Cut, Ended, FlowSetup, Recording, Stage};
use crate::transcript::{Intent, Transcript};

/// Flows 0 and 1 are the tabs, both opened before either is finished; a tab whose page no longer works is opened
/// again (tag `reopened`). Flow 2 is a plain login (tag `control`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tabs;

impl Scenario for Tabs {
    /// Whether the tab that was opened last is finished first.
    type Value = bool;

    fn name(&self) -> &'static str {
        "tabs"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 0,
            Profile::Default => 4,
            Profile::Deep => 40,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        match number {
            0 => Just(false).boxed(),
            1 => Just(true).boxed(),
            _ => ANY.boxed(),
        }
    }

    async fn play(&self, stage: &Stage, case: CaseId, last_first: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        recording.label(if last_first {
            "order:last-first"
        } else {
            "order:first-first"
        });
        let played = interleave(stage, &mut recording, last_first, case.number as usize).await;
        end(recording, played)
    }
}

async fn interleave(
    stage: &Stage,
    recording: &mut Recording<'_>,
    last_first: bool,
    account: usize,
) -> Result<(), Cut> {
    let first = recording.flow(newcomer(account, numbered(stage, "1")))?;
    let second = recording.flow(FlowSetup {
        user_of: Some(first),
        browser_of: Some(first),
        ..newcomer(account, numbered(stage, "2"))
    })?;
    let mut shown = [false; 2];
    for tab in [first, second] {
        shown[tab] = recording.open(tab).await? == Ended::Stayed;
    }
    let order = if last_first {
        [second, first]
    } else {
        [first, second]
    };
    let mut back = [false; 2];
    for tab in order {
        recording.tag("");
        if shown[tab] {
            back[tab] = matches!(
                recording.intent(tab, Intent::Login, "").await?,
                Ended::Navigated(_)
            );
        }
        if shown[tab] && !back[tab] {
            recording.tag("reopened");
            recording.log_in(tab).await?;
        }
    }
    control(recording, account, stage.plain_redirect()).await
}

/// Tabs differ in their tokens; the number makes it visible to people.
fn numbered(stage: &Stage, tab: &str) -> RedirectUri {
    let mut redirect = stage.plain_redirect();
    redirect
        .query
        .get_or_insert_default()
        .push(Pair::new("tab", tab));
    redirect
}
