//! Judges any account-linking backend at a URL: flows -> transcripts -> judges -> verdict.

pub mod check;
pub mod context;
pub mod generate;
pub mod judge;
pub mod scenario;
pub mod stage;
pub mod subject;
pub mod text;
pub mod transcript;
