//! The one clock of the platform: expiry, timestamps and the Date header all read it.

use std::time::Duration;

/// A virtual clock that runs with real time plus an offset, or stands still when frozen.
#[derive(Debug, Clone)]
pub struct Clock {}

impl Clock {
    /// Milliseconds since the Unix epoch, as the platform sees them now.
    pub fn now_ms(&self) -> u64 {
        unimplemented!()
    }
    /// Moves the clock forward; due work is done by whoever waits on it.
    pub fn advance(&self, _by: Duration) {
        unimplemented!()
    }
    /// Stops the clock where it stands.
    pub fn freeze(&self) {
        unimplemented!()
    }
}
