//! Scenario `interleaved`: several people link at the same time, each in a browser of their own.

use linklab_simulator::webview::Landing;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Ended, Expect, Recording, Stage};
use crate::transcript::{Intent, Transcript};

/// Linkings side by side, each with its own account, user and browser. Events and looks carry the tag `after-event`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Interleaved;

/// The order of steps: each number is a linking, and each time it comes up that linking does its next step
/// (open the page, log in, go back to the platform).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Schedule {
    linkings: usize,
    order: Vec<usize>,
}

const STEPS: usize = 3;

impl Scenario for Interleaved {
    type Value = Schedule;

    fn name(&self) -> &'static str {
        "interleaved"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::TwoAccounts]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 1,
            Profile::Default => 6,
            Profile::Deep => 100,
        }
    }

    fn strategy(&self, number: u32, stage: &Stage) -> BoxedStrategy<Self::Value> {
        let most = stage.accounts().clamp(2, 4);
        if number == 0 {
            // All open before any logs in, and the first to open is the last to finish: what one variable
            // for everybody survives least.
            return Just(Schedule {
                linkings: 2,
                order: vec![0, 1, 1, 1, 0, 0],
            })
            .boxed();
        }
        (2..=most)
            .prop_flat_map(|linkings| {
                let steps: Vec<usize> =
                    (0..linkings).flat_map(|linking| [linking; STEPS]).collect();
                Just(steps)
                    .prop_shuffle()
                    .prop_map(move |order| Schedule { linkings, order })
            })
            .boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, value: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = interleave(stage, &mut recording, case.number as usize, &value).await;
        end(recording, played)
    }
}

async fn interleave(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
    value: &Schedule,
) -> Result<(), Cut> {
    recording.label(format!("linkings:{}", value.linkings));
    let mut flows = Vec::with_capacity(value.linkings);
    for linking in 0..value.linkings {
        flows.push(recording.plain_flow(account + linking)?);
    }
    let mut landed = Vec::with_capacity(value.linkings);
    let mut done = vec![0_usize; value.linkings];
    let mut away: Vec<Option<String>> = vec![None; value.linkings];
    for &linking in &value.order {
        let flow = flows[linking];
        recording.tag("");
        match done[linking] {
            0 => away[linking] = url(recording.open(flow).await?),
            1 if away[linking].is_none() => {
                away[linking] = url(recording.intent(flow, Intent::Login, "").await?);
            }
            2 if stage.subject().webhook_url.is_some() => {
                if let Some(url) = &away[linking] {
                    recording.tag("after-event");
                    recording.land(flow, url, Landing::Deliver).await?;
                    landed.push(flow);
                }
            }
            _ => {}
        }
        done[linking] += 1;
    }
    recording.tag("after-event");
    for flow in landed {
        recording.observe(flow, Expect::Linked).await?;
    }
    Ok(())
}

fn url(ended: Ended) -> Option<String> {
    match ended {
        Ended::Navigated(url) => Some(url),
        Ended::Stayed | Ended::Stuck(_) => None,
    }
}
