//! The backend's Graph calls, taken from the platform's journal.

use linklab_simulator::Simulator;
use linklab_simulator::journal::{self, Cursor};

use crate::transcript::{GraphCall, Step, What};

/// What the journal holds about some users.
#[derive(Debug)]
pub(super) struct Collected {
    /// Calls in order of time, without tag.
    pub(super) steps: Vec<Step>,
    /// Lines that the journal's bound dropped meanwhile.
    pub(super) dropped: u64,
}

/// The calls about these users since `cursor`; `began_ms` is the platform's time at the beginning.
pub(super) fn calls(
    simulator: &Simulator,
    cursor: Cursor,
    psids: &[&str],
    began_ms: u64,
) -> Collected {
    if psids.is_empty() {
        return Collected {
            steps: Vec::new(),
            dropped: 0,
        };
    }
    let (entries, dropped) = simulator.journal().since(cursor);
    let steps = entries
        .into_iter()
        .filter_map(|entry| {
            let journal::What::GraphCall(call) = entry.what else {
                return None;
            };
            let psid = call.psid.as_deref()?;
            let flow = psids.iter().position(|known| *known == psid)?;
            Some(Step {
                at_ms: entry.at_ms.saturating_sub(began_ms),
                flow,
                tag: String::new(),
                what: What::Graph(told(call)),
            })
        })
        .collect();
    Collected { steps, dropped }
}

fn told(call: journal::GraphCall) -> GraphCall {
    let header = |name: &str| {
        call.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    GraphCall {
        content_type: header("content-type"),
        authorization: header("authorization"),
        body: String::from_utf8_lossy(&call.body).into_owned(),
        method: call.method,
        path: call.path,
        query: call.query,
        endpoint: call.endpoint,
        status: call.status,
        answer: call.answer,
    }
}
