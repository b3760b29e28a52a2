//! The bounds of the control plane, each told when it is reached.

use std::time::Duration;

/// The largest request body, in bytes.
pub(super) const BODY: usize = 1024 * 1024;

/// How long a body may take to arrive.
pub(super) const BODY_DEADLINE: Duration = Duration::from_secs(10);

/// How many items one list holds at most, and how many without a `limit`.
pub(super) const ITEMS: usize = 1_000;

/// How many items a list holds when nobody says how many.
pub(super) const USUAL_ITEMS: usize = 100;

/// The longest wait that one call may ask for, in milliseconds.
pub(super) const WAIT_MS: u64 = 60_000;

/// The wait of a call that asks for none, in milliseconds.
pub(super) const USUAL_WAIT_MS: u64 = 10_000;

/// How many calls are served at once, waiting ones included.
pub(super) const CALLS: usize = 256;

/// How many event streams are open at once.
pub(crate) const STREAMS: usize = 32;

/// The longest way that the clock is moved at once: ten years, in milliseconds.
pub(super) const ADVANCE_MS: u64 = 10 * 366 * 24 * 3_600_000;
