//! The run itself, from the description to the report.

use super::{Options, Progress, RunError};
use crate::report::Report;
use crate::subject::Described;

/// Judges a backend. Starts the platform (and the backend, where the description says how), calibrates, plays the
/// scenarios of the selected checks, judges, confirms and shrinks failures, and stops what it started.
///
/// Ends within `options.limit` and a short grace. Dropping the future stops everything as well.
pub async fn run(described: Described, options: Options, progress: impl Progress) -> Result<Report, RunError> {
    let _ = (described, options, progress);
    unimplemented!()
}
