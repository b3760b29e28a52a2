//! Scenario `own-query`: the Log In button's url has parameters of its own (protocol row 1.2.4).

use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::beside::{control, newcomer};
use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, FlowSetup, Recording, Stage};
use crate::transcript::Transcript;

/// Queries that bots put there, none with a name that a login page is likely to use itself.
const QUERIES: [(&str, &str); 4] = [
    ("own-query:one", "rid=1037"),
    (
        "own-query:encoded",
        "rid=1037&ref=%2Fmenu%3Fitem%3D4%26size%3Dxl",
    ),
    ("own-query:valueless", "from_bot&rid="),
    ("own-query:space", "campaign=spring+sale&note=caf%C3%A9"),
];

/// Flow 0 with the query, flow 1 a plain login (tag `control`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwnQuery;

impl Scenario for OwnQuery {
    type Value = (&'static str, &'static str);

    fn name(&self) -> &'static str {
        "own-query"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 0,
            Profile::Default => 4,
            Profile::Deep => 20,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        match QUERIES.get(usize::try_from(number).unwrap_or(usize::MAX)) {
            Some(query) => Just(*query).boxed(),
            None => select(&QUERIES[..]).boxed(),
        }
    }

    async fn play(&self, stage: &Stage, case: CaseId, (label, query): Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        recording.label(label);
        let played = with_query(stage, &mut recording, query, case.number as usize).await;
        end(recording, played)
    }
}

async fn with_query(
    stage: &Stage,
    recording: &mut Recording<'_>,
    query: &str,
    account: usize,
) -> Result<(), Cut> {
    let configured = stage.subject().linking_url.as_str();
    let joint = if configured.contains('?') { '&' } else { '?' };
    let flow = recording.flow(FlowSetup {
        button_url: Some(format!("{configured}{joint}{query}")),
        ..newcomer(account, stage.plain_redirect())
    })?;
    recording.log_in(flow).await?;
    control(recording, account, stage.plain_redirect()).await
}
