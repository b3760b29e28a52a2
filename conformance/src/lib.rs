//! Judges any account-linking backend at a URL: flows -> transcripts -> judges -> verdict.

pub mod catalogue;
pub mod check;
pub mod context;
pub mod date;
pub mod driver;
pub mod generate;
pub mod judge;
pub mod observe;
pub mod report;
pub mod run;
pub mod scenario;
mod seed;
pub mod stage;
pub mod subject;
pub mod text;
pub mod transcript;
