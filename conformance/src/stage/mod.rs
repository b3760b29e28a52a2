//! The stage: what a scenario can do to a backend, and the recording that turns it into a transcript.
//!
//! Scenarios write down, judges decide: nothing here has an opinion about what it sees.

mod account;
mod chat;
mod graph;
mod linking;
mod patience;
mod posting;
mod recording;
mod setup;
mod sight;
#[cfg(test)]
mod tests;

pub use crate::driver::Ended;
pub use linking::FlowSetup;
pub use recording::{Cut, FlowId, Recording};
pub use setup::Stage;
pub use sight::Expect;
