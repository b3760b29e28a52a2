//! Looking at the link state from the stage: how long, how often, and what proves that nothing will change.

use std::time::{Duration, Instant};

use super::recording::Recording;
use crate::context::ObservationLevel;
use crate::generate::PsidShape;
use crate::observe::{answers, ask, probe_look};
use crate::stage::{Cut, FlowId};
use crate::transcript::{LinkState, Observed, What};

/// Pauses between looks: short at first, because most backends are done at once.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(50);

/// What an observation waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Poll until linked, or the window ends.
    Linked,
    /// Poll until unlinked, or the window ends (after an action that must unlink).
    Unlinked,
    /// Nothing must have changed: wait for a sentinel effect on the same webhook, then look for three calibrated
    /// latencies more; without a sentinel, look for the negative window.
    StillUnlinked,
    /// The same for a user who must stay linked.
    StillLinked,
}

impl Expect {
    /// Whether a state ends the waiting: the awaited change, or a change that must not be.
    fn is_over(self, state: &LinkState) -> bool {
        match (self, state) {
            (_, LinkState::Unknown { .. }) => false,
            (Self::Linked | Self::StillUnlinked, state) => {
                matches!(state, LinkState::Linked { .. })
            }
            (Self::Unlinked | Self::StillLinked, state) => *state == LinkState::Unlinked,
        }
    }
}

impl Recording<'_> {
    /// Looks at the link state of the flow's user, recorded under the present tag.
    ///
    /// A change is waited for up to [`Stage::window`](crate::stage::Stage::window); less, once several waits of a run were in vain.
    pub async fn observe(&mut self, flow: FlowId, expect: Expect) -> Result<LinkState, Cut> {
        let begun = Instant::now();
        let awaited = matches!(expect, Expect::Linked | Expect::Unlinked);
        let window = match expect {
            Expect::Linked | Expect::Unlinked => {
                self.stage.patience().allowance(self.stage.window())
            }
            Expect::StillUnlinked | Expect::StillLinked if self.sentinel_answers().await => {
                // Backends that answer first and work later may serve the sentinel before its forerunner.
                self.stage.latency() * 3
            }
            Expect::StillUnlinked | Expect::StillLinked => self.stage.negative_window(),
        };
        let psid = self.psid(flow).to_owned();
        let watching = Instant::now();
        let mut pause = FIRST_PAUSE;
        let state = loop {
            let state = self.see(&psid).await;
            let seeing = self.stage.sight().level != ObservationLevel::Wire;
            if !seeing || expect.is_over(&state) || watching.elapsed() >= window {
                break state;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        };
        if awaited && expect.is_over(&state) {
            self.stage.patience().rewarded(begun.elapsed());
        } else if awaited && watching.elapsed() >= window {
            self.stage.patience().disappointed();
        }
        Ok(self.seen(flow, psid, state, begun))
    }

    /// Looks once, without waiting for anything.
    pub async fn look(&mut self, flow: FlowId) -> Result<LinkState, Cut> {
        let begun = Instant::now();
        let psid = self.psid(flow).to_owned();
        let state = self.see(&psid).await;
        Ok(self.seen(flow, psid, state, begun))
    }

    fn seen(&mut self, flow: FlowId, psid: String, state: LinkState, begun: Instant) -> LinkState {
        let observed = Observed {
            psid,
            state: state.clone(),
            level: self.stage.sight().level,
            waited_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        };
        self.note(flow, What::Observed(observed));
        state
    }

    async fn see(&self, psid: &str) -> LinkState {
        let subject = self.stage.subject();
        let sight = self.stage.sight();
        match (sight.level, &subject.probe, &subject.chat.question) {
            (ObservationLevel::Probe, Some(probe), _) => probe_look(self.stage.http(), probe, psid).await,
            (ObservationLevel::Chat, _, Some(question)) => {
                ask(self.stage.simulator(), psid, question, &sight.reading, self.stage.window()).await
            }
            _ => LinkState::Unknown {
                why: "nothing is configured that shows the link state ([observe] probe or [chat] question)".to_owned(),
            },
        }
    }

    /// Whether another user's question was answered, which shows that the webhook has caught up.
    async fn sentinel_answers(&mut self) -> bool {
        let stage = self.stage;
        let Some(question) = stage
            .subject()
            .chat
            .question
            .as_deref()
            .filter(|_| stage.sight().sentinel)
        else {
            return false;
        };
        let sentinel = if let Some(sentinel) = &self.sentinel {
            sentinel.clone()
        } else {
            let Ok(fresh) = stage.new_user(PsidShape::Live) else {
                return false;
            };
            self.sentinel.insert(fresh).clone()
        };
        answers(stage.simulator(), &sentinel, question, stage.window()).await
    }
}
