//! Counts and times of a run: the last line of the terminal report.

use serde::{Deserialize, Serialize};

/// What a run cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Figures {
    /// Linkings that were begun.
    pub flows: usize,
    /// Examples that were played.
    pub examples: usize,
    /// HTTP requests in both directions that transcripts hold.
    pub requests: usize,
    /// Time of the whole run, in milliseconds.
    pub elapsed_ms: u64,
    /// The platform's own share of it, in milliseconds.
    pub platform_ms: u64,
    /// Peak resident memory of this process in KiB, where the system tells.
    pub peak_kib: Option<u64>,
}
