//! The driver: a phone's browser over plain HTTP that carries out intents on pages it has never seen.
//!
//! It reports what happened and decides nothing: the truth about the redirect comes from interception. A
//! navigation that leaves the backend is kept byte for byte and never resolved nor fetched.

mod agent;
mod browser;
mod discover;
#[cfg(test)]
mod discovery_tests;
mod element;
mod form;
mod hint;
mod login;
mod page;
mod parse;
mod script;
mod site;
mod stanza;
mod submission;
mod tab;
#[cfg(test)]
mod tab_tests;
mod vocabulary;
mod words;

pub use hint::unreadable_hints;
pub use login::{BadPassword, Credentials, Ended};
pub use stanza::discovered;

pub(crate) use browser::{Browser, NoAnswer};
pub(crate) use site::Site;
pub(crate) use tab::{Logged, Tab};
