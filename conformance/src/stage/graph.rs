//! The backend's Graph calls, taken from the platform's journal.

use linklab_simulator::Simulator;
use linklab_simulator::journal::{self, Cursor};

use crate::transcript::{Given, GraphCall, Step, What};

/// What the journal holds about some users.
#[derive(Debug)]
pub(super) struct Collected {
    /// Calls in order of time, without tag.
    pub(super) steps: Vec<Step>,
    /// Lines that the journal's bound dropped meanwhile.
    pub(super) dropped: u64,
}

/// The calls about these linkings since `cursor`; `began_ms` is the platform's time at the beginning.
///
/// A call that the platform could not tie to a user belongs to the linking whose token it carries: a PSID request in
/// the wrong form is what TOK-01 has to see.
pub(super) fn calls(
    simulator: &Simulator,
    cursor: Cursor,
    flows: &[&Given],
    began_ms: u64,
) -> Collected {
    if flows.is_empty() {
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
            let flow = flows
                .iter()
                .position(|given| call.psid.as_deref() == Some(given.psid.as_str()))
                .or_else(|| {
                    flows
                        .iter()
                        .position(|given| carries(&call, &given.account_linking_token))
                })?;
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

/// Tokens are base64url, so they look the same encoded and plain (protocol row 1.4.4).
fn carries(call: &journal::GraphCall, token: &str) -> bool {
    !token.is_empty()
        && (call.query.contains(token)
            || call
                .body
                .windows(token.len())
                .any(|part| part == token.as_bytes()))
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
