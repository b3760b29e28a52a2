//! Configuration: what this backend has to be told, and where it reads it from.

mod environment;
mod settings;

pub use environment::{ConfigProblem, ConfigProblems};
pub use settings::{Config, Page};
