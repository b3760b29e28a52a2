//! The backend under test as its owner describes it: linking.toml, or a bare URL.
//!
//! Reading a description sends nothing. Every problem of a file is told at once, with its line.

mod backend;
mod described;
mod file;
mod platform;
mod problem;
mod reader;
mod rule;
mod section;
mod start;

pub use backend::{Account, ChatWords, LoginHints, Probe, Subject, UnlinkAction};
pub use described::{Described, Exception};
pub use file::{load, parse};
pub use platform::{Platform, PlatformFacts};
pub use problem::{Problem, SubjectError};
pub use start::{InProcess, Start, StartCommand};

#[cfg(test)]
mod tests;
