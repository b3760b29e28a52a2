//! The pure heart of the platform: state, rules and tokens, without I/O and without a clock of its own.
//!
//! [`World::handle`] answers a [`Command`] with an [`Event`] or a [`Refusal`] and changes nothing;
//! [`World::apply`] makes the event true. What linking does is decided by one table, [`linking`].

mod command;
mod ids;
pub mod linking;
mod reason;
mod spent;
mod state;
mod token;
#[cfg(test)]
mod walk;

pub use command::{Command, Event, Refusal};
pub(crate) use ids::Ids;
pub use reason::AbortReason;
pub use state::{MAX_USERS, World};
pub use token::{AttemptId, Garbled, Sealer, TOKEN_LIFE_MS, Token};
