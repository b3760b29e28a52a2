//! Raw looks of a calibration, and what they say once it is known how to read them.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::calibrate::Missed;
use super::reading::Reading;
use super::{listen, probe};
use crate::context::ObservationLevel;
use crate::stage::{FlowId, Recording, Stage};
use crate::transcript::{LinkState, Observed, Transcript, What};

/// Between two looks while an effect is awaited.
const PAUSE: Duration = Duration::from_millis(10);

/// Raw looks; how the chat's answers are to be read is known only at the end.
#[derive(Debug, Default)]
pub(super) struct Looks {
    probed: Vec<Look<LinkState>>,
    asked: Vec<Look<Vec<Value>>>,
    /// How long the first effect took.
    pub(super) latency: Duration,
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
    /// Looks by every means.
    pub(super) async fn look(
        &mut self,
        stage: &Stage,
        flow: FlowId,
        psid: &str,
        tag: &'static str,
    ) {
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
    pub(super) async fn await_change(
        &mut self,
        stage: &Stage,
        flow: FlowId,
        psid: &str,
        patience: Duration,
    ) {
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
    pub(super) async fn settle(&self, stage: &Stage, psid: &str) {
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

    /// How the answers tell the states apart, if they do.
    pub(super) fn reading(&self, names: &[String]) -> Option<Reading> {
        Reading::separating(
            self.answers("never"),
            self.answers("linked"),
            self.answers("unlinked"),
            names,
        )
    }

    /// Writes the looks into the recording, the chat's only where they can be read.
    pub(super) fn file(&self, recording: &mut Recording<'_>, reading: Option<&Reading>) {
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

    /// Means that cannot be used, and why.
    pub(super) fn missed(&self, stage: &Stage, chat: bool, transcript: &Transcript) -> Vec<Missed> {
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
