//! What happened in one example, as plain data: the only thing a judge ever sees of the backend.

mod given;
mod step;

pub use given::{Canary, Given, GivenAccount};
pub use step::{
    Attempted, Case, Delivered, Exchange, GraphCall, Handshake, Intent, LinkState, Navigated,
    Observed, Step, Via, What,
};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// One recorded example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// Stable for a seed: scenario name, dash, case number (`flow-017`).
    pub id: String,
    /// Name of the scenario that played it.
    pub scenario: String,
    /// Class labels of what was generated (`query:percent-lower`); reports count them.
    pub labels: BTreeSet<String>,
    /// The linkings that took part; steps point at them by index.
    pub flows: Vec<Given>,
    /// Values that must never leak, or that identify an account.
    pub canaries: Vec<Canary>,
    /// What happened, in order of time.
    pub steps: Vec<Step>,
    /// Why the recording stopped early through no fault that a check judges (backend unreachable, driver broke down).
    pub cut: Option<String>,
}

impl Transcript {
    /// Steps of one flow, in order.
    pub fn of(&self, flow: usize) -> impl Iterator<Item = &Step> {
        self.steps.iter().filter(move |step| step.flow == flow)
    }

    /// Steps that carry this tag, in order.
    pub fn tagged<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = &'a Step> {
        self.steps.iter().filter(move |step| step.tag == tag)
    }

    /// The first navigation that left the backend in this flow, if any.
    pub fn navigation(&self, flow: usize) -> Option<&Navigated> {
        self.of(flow).find_map(|step| match &step.what {
            What::Navigated(navigated) => Some(navigated),
            _ => None,
        })
    }

    /// Pages and other answers that the browser got in this flow.
    pub fn exchanges(&self, flow: usize) -> impl Iterator<Item = &Exchange> {
        self.of(flow).filter_map(|step| match &step.what {
            What::Browser(exchange) => Some(exchange),
            _ => None,
        })
    }

    /// Observations of the link state in this flow under this tag.
    pub fn observed<'a>(&'a self, flow: usize, tag: &'a str) -> Option<&'a Observed> {
        self.of(flow)
            .filter(move |step| step.tag == tag)
            .find_map(|step| match &step.what {
                What::Observed(observed) => Some(observed),
                _ => None,
            })
    }
}
