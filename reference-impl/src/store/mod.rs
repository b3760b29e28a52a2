//! The store: everything that must survive a restart, behind methods that say what is meant.
//!
//! SQL stands only in this room. Callers see no rows, no transactions and no driver, so that a
//! second database is a matter of this room alone. Statements keep to what `SQLite`
//! and `PostgreSQL` both understand.

mod accounts;
mod codes;
mod database;
mod links;
mod messages;
mod sessions;

pub(crate) use accounts::Account;
pub(crate) use codes::{Consumption, NewCode};
pub(crate) use database::Store;
pub use database::StoreError;

#[cfg(test)]
mod tests;
