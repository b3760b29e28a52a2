//! A run: description in, report out. Calibration, scheduling, confirmation, shrinking, outcomes, verdict.
//!
//! Nothing here knows a check by what it looks for, except the control checks, which judge the run itself.

mod assemble;
mod backend;
mod calibrate;
mod capability;
mod clock;
mod conduct;
mod confirm;
mod error;
mod exception;
mod figures;
mod floor;
mod judging;
mod options;
mod outcome;
mod play;
mod progress;
mod reach;
mod selection;
mod shrink;
mod tail;
mod verdict;

pub use clock::today;
pub use conduct::run;
pub use error::RunError;
pub use options::Options;
pub use outcome::Outcome;
pub use progress::{Phase, Progress, Silent};
pub use verdict::Verdict;
