//! Reports: pure projections of one [`Report`]. None of them knows a check by name or decides anything.

mod block;
mod column;
mod document;
mod figures;
mod json;
mod junit;
mod progress;
mod redaction;
mod terminal;
mod write;

pub use document::{Basis, CheckReport, FindingReport, Minimal, Report, Stale, Target};
pub use figures::Figures;
pub use json::{SCHEMA_VERSION, json};
pub use junit::junit;
pub use progress::{Bar, Lines};
pub use redaction::Redaction;
pub use terminal::terminal;
pub use write::{WriteError, write};

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
