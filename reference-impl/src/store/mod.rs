//! The store: everything that must survive a restart, behind methods that say what is meant.
//!
//! SQL stands only in this room, and each statement once: it runs on `SQLite` and on `PostgreSQL`.
//! Callers see no rows, no transactions and no driver. Several instances may share one database.

mod accounts;
mod codes;
mod database;
mod guesses;
mod links;
mod messages;
mod outbox;
mod query;
mod sessions;

pub(crate) use accounts::Account;
pub(crate) use codes::{Consumption, NewCode};
pub(crate) use database::Store;
pub use database::StoreError;
pub(crate) use outbox::{Backlog, Letter, LetterKind, Taken};

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
