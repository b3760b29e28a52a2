//! The one clock of the platform: expiry, timestamps and the Date header all read it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A virtual clock that runs with real time plus an offset, or stands still when frozen.
///
/// Clones share one time. The wall clock is read once, when the platform starts; from then on a monotonic
/// clock drives it, so that an adjusted system time cannot make tokens expire early or live on.
///
/// ```
/// use std::time::Duration;
///
/// let clock = linklab_simulator::Clock::starting_at(1_000);
/// clock.freeze();
/// let before = clock.now_ms();
/// clock.advance(Duration::from_secs(301));
/// assert_eq!(clock.now_ms(), before + 301_000);
/// ```
#[derive(Debug, Clone)]
pub struct Clock {
    inner: Arc<Mutex<Face>>,
}

#[derive(Debug)]
struct Face {
    /// Platform time in milliseconds at the moment `since`.
    base_ms: u64,
    /// `None` while the clock stands still.
    since: Option<Instant>,
}

impl Face {
    fn now_ms(&self) -> u64 {
        let run = self.since.map_or(0, |since| millis(since.elapsed()));
        self.base_ms.saturating_add(run)
    }
}

impl Clock {
    /// A clock that shows the present time and runs.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where real time enters the platform"
    )]
    pub(crate) fn system() -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self::starting_at(millis(now))
    }

    /// A clock that shows `base_ms` milliseconds since the Unix epoch now, and runs.
    pub fn starting_at(base_ms: u64) -> Self {
        let face = Face {
            base_ms,
            since: Some(Instant::now()),
        };
        Self {
            inner: Arc::new(Mutex::new(face)),
        }
    }

    /// Milliseconds since the Unix epoch, as the platform sees them now.
    pub fn now_ms(&self) -> u64 {
        self.face().now_ms()
    }

    /// Moves the clock forward; due work is done by whoever waits on it.
    pub fn advance(&self, by: Duration) {
        let mut face = self.face();
        face.base_ms = face.base_ms.saturating_add(millis(by));
    }

    /// Stops the clock where it stands.
    pub fn freeze(&self) {
        let mut face = self.face();
        face.base_ms = face.now_ms();
        face.since = None;
    }

    /// Lets a frozen clock run on from where it stands; a running one is left alone.
    pub fn resume(&self) {
        let mut face = self.face();
        if face.since.is_none() {
            face.since = Some(Instant::now());
        }
    }

    /// A time that is never torn: every change of the face is a single assignment or made under the lock.
    fn face(&self) -> std::sync::MutexGuard<'_, Face> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The `Date` header for a platform time in milliseconds.
pub(crate) fn http_date(at_ms: u64) -> String {
    // The format ends with the year 9999; a clock advanced beyond it stays there.
    const LAST_SECOND: u64 = 253_402_300_799;
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs((at_ms / 1000).min(LAST_SECOND)))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_advanced() {
        let clock = Clock::starting_at(5_000);
        clock.freeze();
        let stood = clock.now_ms();
        let spin = Instant::now();
        while spin.elapsed() < Duration::from_millis(3) {
            std::hint::spin_loop();
        }
        assert_eq!(clock.now_ms(), stood);
        clock.clone().advance(Duration::from_millis(7));
        assert_eq!(clock.now_ms(), stood + 7);
    }

    #[test]
    fn a_resumed_clock_runs_on_without_a_jump() {
        let clock = Clock::starting_at(5_000);
        clock.freeze();
        clock.advance(Duration::from_mins(1));
        clock.resume();
        let now = clock.now_ms();
        assert!((65_000..70_000).contains(&now), "{now}");
    }

    #[test]
    fn the_date_header_survives_any_advance() {
        assert_eq!(http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(u64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
