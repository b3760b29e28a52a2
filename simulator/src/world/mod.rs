//! The pure heart of the platform: state, rules and tokens, without I/O and without a clock of its own.
//!
//! [`World::handle`] answers a [`Command`] with an [`Event`] or a [`Refusal`] and changes nothing;
//! [`World::apply`] makes the event true. What linking does is decided by one table, [`linking`].

mod attachment;
mod command;
mod entry;
mod history;
mod ids;
pub mod linking;
mod login;
mod page;
mod persona;
mod profile;
mod reason;
mod spent;
mod state;
mod subscription;
mod thread;
mod token;
#[cfg(test)]
mod walk;

pub use attachment::{
    Attachment, Attachments, Content, File, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS,
};
pub use command::{Command, Event, Refusal};
pub use entry::{Client, Entry};
pub use history::{Linking, MAX_LINKINGS};
pub(crate) use ids::{Ids, mix};
pub use login::Arrival;
pub use page::{Change, Page};
pub use persona::{MAX_PERSONAS, Persona, Personas};
pub use profile::{Profile, Property};
pub use reason::AbortReason;
pub use state::{MAX_USERS, World};
pub use subscription::{Subscription, Subscriptions};
pub use thread::{Alias, MAX_ALIASES, MAX_PASSED, Threads};
pub use token::{AttemptId, Garbled, Sealer, TOKEN_LIFE_MS, Token};
