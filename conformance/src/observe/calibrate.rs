//! Calibration: one plain linking from never linked to unlinked, looked at by every means that is configured.

use std::time::{Duration, Instant};

use linklab_simulator::webview::Landing;
use serde_json::Value;

use super::reading::Reading;
use super::sight::Sight;
use super::{listen, probe};
use crate::context::ObservationLevel;
use crate::generate::{Event, Parcel};
use crate::scenario::CaseId;
use crate::stage::{Cut, FlowId, Recording, Stage};
use crate::transcript::{LinkState, Observed, Transcript, What};

/// The name under which the calibration's transcript is filed.
const SCENARIO: &str = "calibration";
/// How long the first positive effect may take; everything later is measured against it.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same where the event was not acknowledged, so that nothing need come of it.
const SHORT_PATIENCE: Duration = Duration::from_secs(1);
/// Between two looks while the first effect is awaited.
const PAUSE: Duration = Duration::from_millis(10);

/// What calibration found.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    /// The happy path with looks under the tags `never`, `before-event`, `after-event`, `linked` and `unlinked`,
    /// one for each means, the best first.
    pub transcript: Transcript,
    /// The best means that told the three states apart.
    pub level: ObservationLevel,
    /// From the acknowledgement to the visible link.
    pub latency: Duration,
    /// Means that were not reached, and why.
    pub missed: Vec<Missed>,
}

/// A means of observation that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// Which.
    pub level: ObservationLevel,
    /// Why, as a sentence.
    pub why: String,
}

/// Plays the calibration and makes the stage use the best means that works.
pub async fn calibrate(stage: &mut Stage, case: CaseId) -> Calibrated {
    let mut looks = Looks::default();
    let mut recording = stage.record(SCENARIO, case);
    let played = play(stage, &mut recording, &mut looks).await;
    let names: Vec<String> = stage
        .subject()
        .accounts
        .iter()
        .flat_map(|account| [account.name.clone(), account.username.clone()])
        .collect();
    let reading = looks.reading(&names);
    looks.file(&mut recording, reading.as_ref());
    let transcript = match played {
        Ok(()) => recording.finish(),
        Err(cut) => recording.cut(cut),
    };
    let missed = looks.missed(stage, reading.is_some(), &transcript);
    let usable = |level: ObservationLevel| !missed.iter().any(|missed| missed.level == level);
    let level = [ObservationLevel::Probe, ObservationLevel::Chat]
        .into_iter()
        .find(|level| usable(*level))
        .unwrap_or(ObservationLevel::Wire);
    let chat = reading.is_some();
    stage.see_by(
        Sight {
            level,
            reading: reading.unwrap_or(Reading::Buttons),
            sentinel: chat,
        },
        looks.latency,
    );
    Calibrated {
        transcript,
        level,
        latency: looks.latency,
        missed,
    }
}

async fn play(stage: &Stage, recording: &mut Recording<'_>, looks: &mut Looks) -> Result<(), Cut> {
    let flow = recording.plain_flow(0)?;
    let psid = recording.psid(flow).to_owned();
    looks.look(stage, flow, &psid, "never").await;
    recording.tag("");
    let Some(back) = recording.log_in(flow).await? else {
        return Ok(());
    };
    looks.look(stage, flow, &psid, "before-event").await;
    recording.tag("after-event");
    recording.land(flow, &back, Landing::Deliver).await?;
    let linked = stage.simulator().link_of(&psid).is_some();
    let patience = if linked { PATIENCE } else { SHORT_PATIENCE };
    looks.await_change(stage, flow, &psid, patience).await;
    looks.look(stage, flow, &psid, "linked").await;
    recording.tag("unlink");
    let unlinked = Event::unlinked(&psid, &stage.context().page_id, recording.now_ms());
    recording.deliver(flow, &Parcel::one(unlinked)).await?;
    looks.settle(stage, &psid).await;
    looks.look(stage, flow, &psid, "unlinked").await;
    Ok(())
}

/// Raw looks; how the chat's answers are to be read is known only at the end.
#[derive(Debug, Default)]
struct Looks {
    probed: Vec<Look<LinkState>>,
    asked: Vec<Look<Vec<Value>>>,
    latency: Duration,
}

#[derive(Debug)]
struct Look<T> {
    tag: &'static str,
    flow: FlowId,
    psid: String,
    begun: Instant,
    ended: Instant,
    seen: T,
}

impl Looks {
    async fn look(&mut self, stage: &Stage, flow: FlowId, psid: &str, tag: &'static str) {
        let begun = Instant::now();
        if let Some(probe) = &stage.subject().probe {
            let seen = probe::look(stage.http(), probe, psid).await;
            self.probed.push(Look {
                tag,
                flow,
                psid: psid.to_owned(),
                begun,
                ended: Instant::now(),
                seen,
            });
        }
        let begun = Instant::now();
        if let Some(seen) = answer(stage, psid).await {
            self.asked.push(Look {
                tag,
                flow,
                psid: psid.to_owned(),
                begun,
                ended: Instant::now(),
                seen,
            });
        }
    }

    /// Looks again and again after the acknowledgement until something differs from the never-linked state.
    async fn await_change(&mut self, stage: &Stage, flow: FlowId, psid: &str, patience: Duration) {
        let begun = Instant::now();
        let never_probed = self.probed.first().map(|look| look.seen.clone());
        let never_asked = self.asked.first().map(|look| look.seen.clone());
        let (mut probed, mut asked) = (never_probed.clone(), never_asked.clone());
        while begun.elapsed() < patience {
            if let Some(probe) = &stage.subject().probe {
                probed = Some(probe::look(stage.http(), probe, psid).await);
            }
            if probed == never_probed {
                asked = answer(stage, psid).await;
            }
            if probed != never_probed
                || asked != never_asked
                || (probed.is_none() && asked.is_none())
            {
                break;
            }
            tokio::time::sleep(PAUSE).await;
        }
        self.latency = begun.elapsed();
        let ended = Instant::now();
        if let Some(seen) = probed {
            self.probed.push(Look {
                tag: "after-event",
                flow,
                psid: psid.to_owned(),
                begun,
                ended,
                seen,
            });
        } else if let Some(seen) = asked {
            self.asked.push(Look {
                tag: "after-event",
                flow,
                psid: psid.to_owned(),
                begun,
                ended,
                seen,
            });
        }
    }

    /// Waits until the unlinking shows by a means that showed the linking, at most three times as long as that took.
    async fn settle(&self, stage: &Stage, psid: &str) {
        let probe = stage.subject().probe.as_ref().filter(|_| {
            let seen = |tag: &str| {
                self.probed
                    .iter()
                    .find(|look| look.tag == tag)
                    .map(|look| &look.seen)
            };
            seen("never") != seen("linked")
        });
        if probe.is_none() && self.answers("never") == self.answers("linked") {
            return;
        }
        let begun = Instant::now();
        while begun.elapsed() < stage.window().max(self.latency * 3) {
            let unlinked = match probe {
                Some(probe) => probe::look(stage.http(), probe, psid).await == LinkState::Unlinked,
                None => answer(stage, psid)
                    .await
                    .is_some_and(|seen| seen != self.answers("linked")),
            };
            if unlinked {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn answers(&self, tag: &str) -> &[Value] {
        self.asked
            .iter()
            .find(|look| look.tag == tag)
            .map_or(&[], |look| look.seen.as_slice())
    }

    fn reading(&self, names: &[String]) -> Option<Reading> {
        Reading::separating(
            self.answers("never"),
            self.answers("linked"),
            self.answers("unlinked"),
            names,
        )
    }

    /// Writes the looks into the recording, the chat's only where they can be read.
    fn file(&self, recording: &mut Recording<'_>, reading: Option<&Reading>) {
        for look in &self.probed {
            file(recording, look, look.seen.clone(), ObservationLevel::Probe);
        }
        for look in &self.asked {
            let Some(reading) = reading else { continue };
            let said = look.seen.iter().find_map(|message| reading.of(message));
            let state = match said {
                Some(true) => LinkState::Linked { account: None },
                Some(false) => LinkState::Unlinked,
                None => LinkState::Unknown {
                    why: "the answer tells neither linked nor unlinked".to_owned(),
                },
            };
            file(recording, look, state, ObservationLevel::Chat);
        }
    }

    fn missed(&self, stage: &Stage, chat: bool, transcript: &Transcript) -> Vec<Missed> {
        let mut missed = Vec::new();
        let subject = stage.subject();
        let login = transcript.navigation(0).is_some();
        let probed = |tag: &str| {
            self.probed
                .iter()
                .find(|look| look.tag == tag)
                .map(|look| &look.seen)
        };
        let probe = match (
            &subject.probe,
            probed("never"),
            probed("linked"),
            probed("unlinked"),
        ) {
            (None, ..) => Some("no [observe] probe is configured".to_owned()),
            (Some(_), Some(LinkState::Unknown { why }), ..) => Some(why.clone()),
            _ if !login => {
                Some("the login did not get through, so nothing could be linked".to_owned())
            }
            (
                _,
                Some(LinkState::Unlinked),
                Some(LinkState::Linked { .. }),
                Some(LinkState::Unlinked),
            ) => None,
            (_, never, linked, unlinked) => Some(format!(
                "the probe said {} before linking, {} after it and {} after unlinking",
                told(never),
                told(linked),
                told(unlinked)
            )),
        };
        missed.extend(probe.map(|why| Missed {
            level: ObservationLevel::Probe,
            why,
        }));
        if !chat {
            let why = if subject.chat.question.is_none() {
                "no [chat] question is configured".to_owned()
            } else if !subject.graph || subject.webhook_url.is_none() {
                "the chat oracle needs webhook_url and Graph calls that reach the platform"
                    .to_owned()
            } else if !login {
                "the login did not get through, so nothing could be linked".to_owned()
            } else if self.asked.iter().all(|look| look.seen.is_empty()) {
                "the bot never answered the [chat] question".to_owned()
            } else {
                "the bot's answers to the [chat] question do not differ between linked and unlinked"
                    .to_owned()
            };
            missed.push(Missed {
                level: ObservationLevel::Chat,
                why,
            });
        }
        missed
    }
}

fn file<T>(
    recording: &mut Recording<'_>,
    look: &Look<T>,
    state: LinkState,
    level: ObservationLevel,
) {
    let waited_ms = u64::try_from((look.ended - look.begun).as_millis()).unwrap_or(u64::MAX);
    let observed = Observed {
        psid: look.psid.clone(),
        state,
        level,
        waited_ms,
    };
    recording.file(look.ended, look.flow, look.tag, What::Observed(observed));
}

/// The bot's answer to the question, where there is one to ask.
async fn answer(stage: &Stage, psid: &str) -> Option<Vec<Value>> {
    let subject = stage.subject();
    let question = subject
        .chat
        .question
        .as_deref()
        .filter(|_| subject.graph && subject.webhook_url.is_some())?;
    let cursor = stage.simulator().journal().end();
    stage.simulator().say(psid, question).await.ok()?;
    Some(listen(stage.simulator(), psid, cursor, stage.window()).await)
}

fn told(state: Option<&LinkState>) -> &'static str {
    match state {
        None => "nothing",
        Some(LinkState::Unlinked) => "unlinked",
        Some(LinkState::Linked { .. }) => "linked",
        Some(LinkState::Unknown { .. }) => "nothing clear",
    }
}
