//! How long a positive effect is waited for: patience that wears out with a backend that never shows one.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// So many fruitless waits of full length are enough to know that waiting longer does not help.
const ENOUGH: u32 = 3;
/// Tired patience still waits at least this long.
const SHORTEST: Duration = Duration::from_millis(500);
/// Tired patience waits this many times as long as the slowest effect that did show.
const MARGIN: u32 = 10;

/// What a run has learned about waiting; shared by its recordings.
#[derive(Debug, Default)]
pub(super) struct Patience {
    fruitless: AtomicU32,
    slowest_ms: AtomicU64,
}

impl Patience {
    /// The time to wait for an effect, at most `full`.
    pub(super) fn allowance(&self, full: Duration) -> Duration {
        if self.fruitless.load(Ordering::Relaxed) < ENOUGH {
            return full;
        }
        let slowest = Duration::from_millis(self.slowest_ms.load(Ordering::Relaxed));
        (slowest * MARGIN).max(SHORTEST).min(full)
    }

    /// An effect showed after this time.
    pub(super) fn rewarded(&self, after: Duration) {
        let millis = u64::try_from(after.as_millis()).unwrap_or(u64::MAX);
        self.slowest_ms.fetch_max(millis, Ordering::Relaxed);
    }

    /// No effect showed within the allowance.
    pub(super) fn disappointed(&self) {
        self.fruitless.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: Duration = Duration::from_secs(2);

    #[test]
    fn patience_lasts_until_it_was_disappointed_often_enough() {
        let patience = Patience::default();
        for _ in 0..ENOUGH {
            assert_eq!(patience.allowance(FULL), FULL);
            patience.disappointed();
        }
        assert_eq!(patience.allowance(FULL), SHORTEST);
    }

    #[test]
    fn slow_effects_keep_patience_up() {
        let patience = Patience::default();
        patience.rewarded(Duration::from_millis(90));
        patience.rewarded(Duration::from_millis(20));
        (0..ENOUGH).for_each(|_| patience.disappointed());
        assert_eq!(patience.allowance(FULL), Duration::from_millis(900));
        patience.rewarded(Duration::from_secs(1));
        assert_eq!(patience.allowance(FULL), FULL);
    }
}
