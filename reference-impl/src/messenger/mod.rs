//! The Messenger side: Graph calls, Send API messages, and what the bot says.

mod conversation;
mod error;
mod graph;
mod message;
mod outbox;
mod phrases;
mod task;

pub(crate) use conversation::{Answer, Conversation};
pub use error::GraphError;
pub(crate) use graph::Graph;
pub(crate) use outbox::{Outbox, Worker};
pub(crate) use task::Task;
