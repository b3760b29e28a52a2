//! A recording: steps with their moments, and the transcript that they become.

use std::collections::BTreeSet;
use std::time::Instant;

use linklab_simulator::journal::Cursor;
use linklab_simulator::webview::Opening;

use super::account::Actor;
use super::graph;
use crate::driver::{Browser, Logged, NoAnswer, Tab};
use crate::scenario::CaseId;
use crate::stage::Stage;
use crate::transcript::{Canary, Given, Step, Transcript, What};

/// Number of a linking within a recording.
pub type FlowId = usize;

/// One example on its way to a transcript.
///
/// Moments are milliseconds since the recording began: a request, a delivery or a handshake stands at the moment
/// when it was sent, everything else at the moment when it was seen.
#[derive(Debug)]
pub struct Recording<'a> {
    pub(super) stage: &'a Stage,
    pub(super) scenario: &'static str,
    pub(super) case: CaseId,
    pub(super) flows: Vec<Flow>,
    pub(super) browsers: Vec<Browser>,
    pub(super) sentinel: Option<String>,
    pub(super) cursor: Cursor,
    labels: BTreeSet<String>,
    tag: String,
    begun: Instant,
    platform_began_ms: u64,
    steps: Vec<Step>,
}

/// One linking of a recording.
#[derive(Debug)]
pub(super) struct Flow {
    pub(super) given: Given,
    pub(super) opening: Opening,
    pub(super) actor: Option<Actor>,
    pub(super) tab: Tab,
}

/// The recording cannot go on for a reason that no check judges; `?` in a scenario's body leads to a cut transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut(pub String);

impl From<NoAnswer> for Cut {
    fn from(no_answer: NoAnswer) -> Self {
        Self(no_answer.0)
    }
}

impl<'a> Recording<'a> {
    pub(super) fn new(stage: &'a Stage, scenario: &'static str, case: CaseId) -> Self {
        Self {
            stage,
            scenario,
            case,
            flows: Vec::new(),
            browsers: Vec::new(),
            sentinel: None,
            cursor: stage.simulator().journal().end(),
            labels: BTreeSet::new(),
            tag: String::new(),
            begun: Instant::now(),
            platform_began_ms: stage.simulator().clock().now_ms(),
            steps: Vec::new(),
        }
    }

    /// Adds a class label.
    pub fn label(&mut self, label: impl Into<String>) {
        self.labels.insert(label.into());
    }

    /// Steps from here on carry this tag.
    pub fn tag(&mut self, tag: &str) {
        tag.clone_into(&mut self.tag);
    }

    /// Platform time, for events made by hand.
    pub fn now_ms(&self) -> u64 {
        self.stage.simulator().clock().now_ms()
    }

    /// Writes down something that the scenario itself saw, under the present tag.
    pub fn note(&mut self, flow: FlowId, what: What) {
        self.note_at(Instant::now(), flow, what);
    }

    /// Ends the recording: collects the Graph calls of its users and sorts the steps by time.
    pub fn finish(self) -> Transcript {
        self.end(None)
    }

    /// Ends the recording early.
    pub fn cut(self, why: Cut) -> Transcript {
        self.end(Some(why.0))
    }

    pub(super) fn note_at(&mut self, at: Instant, flow: FlowId, what: What) {
        let tag = self.tag.clone();
        self.file(at, flow, &tag, what);
    }

    pub(crate) fn file(&mut self, at: Instant, flow: FlowId, tag: &str, what: What) {
        let elapsed = at.saturating_duration_since(self.begun);
        self.steps.push(Step {
            at_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
            flow,
            tag: tag.to_owned(),
            what,
        });
    }

    /// Takes over what a tab wrote down.
    pub(super) fn take_over(&mut self, flow: FlowId) {
        let logged = self.flows[flow].tab.take_log();
        for Logged { at, what } in logged {
            self.note_at(at, flow, what);
        }
    }

    fn end(mut self, mut cut: Option<String>) -> Transcript {
        let given: Vec<&Given> = self.flows.iter().map(|flow| &flow.given).collect();
        let collected = graph::calls(
            self.stage.simulator(),
            self.cursor,
            &given,
            self.platform_began_ms,
        );
        if collected.dropped > 0 && cut.is_none() {
            cut = Some(format!(
                "the platform's journal dropped {} lines while this was recorded, so Graph calls may be missing",
                collected.dropped
            ));
        }
        self.steps.extend(collected.steps);
        self.steps.sort_by_key(|step| step.at_ms);
        let mut canaries = self.stage.canaries();
        let users: BTreeSet<&str> = self
            .flows
            .iter()
            .map(|flow| flow.given.psid.as_str())
            .collect();
        canaries.extend(users.into_iter().map(|psid| Canary {
            name: format!("PSID {psid}"),
            value: psid.to_owned(),
            secret: false,
        }));
        Transcript {
            id: format!("{}-{:03}", self.scenario, self.case.number),
            scenario: self.scenario.to_owned(),
            labels: self.labels,
            flows: self.flows.into_iter().map(|flow| flow.given).collect(),
            canaries,
            steps: self.steps,
            cut,
        }
    }
}
