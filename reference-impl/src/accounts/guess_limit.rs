//! A brake on guessing passwords that slows a guesser and never locks the owner out.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use crate::secret::digest;

/// Wrong guesses that cost nothing: people mistype.
const FREE: u32 = 6;
/// The first delay; it doubles with each further wrong guess.
const STEP: Duration = Duration::from_millis(250);
/// The longest delay, which an owner under attack still bears.
const CEILING: Duration = Duration::from_secs(2);
/// A series of wrong guesses is forgotten after this long without one.
const FORGET: Duration = Duration::from_mins(15);
/// Series remembered at once, about 1 MiB. Beyond that the oldest is forgotten, with a line in the log.
const MOST: usize = 10_000;

/// Counts wrong guesses by account and address, in memory and in this process only.
#[derive(Debug, Default)]
pub(crate) struct GuessLimit {
    series: Mutex<HashMap<Key, Series>>,
}

/// The user name goes in as a digest, so that a long one costs no more memory than a short one.
type Key = ([u8; 32], Option<IpAddr>);

#[derive(Clone, Copy, Debug)]
struct Series {
    wrong: u32,
    last: Instant,
}

impl GuessLimit {
    /// How long the next guess has to wait before it is looked at.
    pub(crate) fn delay(&self, username: &str, address: Option<IpAddr>, now: Instant) -> Duration {
        let series = self.lock();
        match series.get(&(digest(username), address)) {
            Some(found) if now.duration_since(found.last) < FORGET => pause_after(found.wrong),
            _ => Duration::ZERO,
        }
    }

    /// Notes a wrong guess.
    pub(crate) fn wrong(&self, username: &str, address: Option<IpAddr>, now: Instant) {
        let mut series = self.lock();
        if MOST <= series.len() {
            make_room(&mut series, now);
        }
        let entry = series.entry((digest(username), address)).or_insert(Series {
            wrong: 0,
            last: now,
        });
        if FORGET <= now.duration_since(entry.last) {
            entry.wrong = 0;
        }
        entry.wrong = entry.wrong.saturating_add(1);
        entry.last = now;
    }

    /// Forgets the series: the owner is here.
    pub(crate) fn right(&self, username: &str, address: Option<IpAddr>) {
        self.lock().remove(&(digest(username), address));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Series>> {
        // Every change is a single step, so a panic elsewhere leaves nothing half done.
        self.series.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pause_after(wrong: u32) -> Duration {
    match wrong.checked_sub(FREE) {
        None => Duration::ZERO,
        Some(over) => STEP.saturating_mul(2_u32.saturating_pow(over)).min(CEILING),
    }
}

fn make_room(series: &mut HashMap<Key, Series>, now: Instant) {
    series.retain(|_, entry| now.duration_since(entry.last) < FORGET);
    if series.len() < MOST {
        return;
    }
    let oldest = series
        .iter()
        .min_by_key(|(_, entry)| entry.last)
        .map(|(key, _)| *key);
    if let Some(key) = oldest {
        tracing::warn!(
            limit = MOST,
            "wrong guesses on more accounts than can be remembered; forgetting the oldest"
        );
        series.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(wrong: u32) -> (GuessLimit, Instant) {
        let limit = GuessLimit::default();
        let now = Instant::now();
        for _ in 0..wrong {
            limit.wrong("ann", None, now);
        }
        (limit, now)
    }

    #[test]
    fn five_mistakes_cost_nothing() {
        let (limit, now) = after(5);
        assert_eq!(limit.delay("ann", None, now), Duration::ZERO);
    }

    #[test]
    fn further_guesses_slow_down_to_a_ceiling() {
        let delays: Vec<u128> = [6, 7, 8, 9, 50]
            .map(|wrong| {
                let (limit, now) = after(wrong);
                limit.delay("ann", None, now).as_millis()
            })
            .into();
        assert_eq!(delays, [250, 500, 1000, 2000, 2000]);
    }

    #[test]
    fn the_right_password_and_time_both_forgive() {
        let (limit, now) = after(9);
        assert_eq!(limit.delay("ann", None, now + FORGET), Duration::ZERO);
        limit.right("ann", None);
        assert_eq!(limit.delay("ann", None, now), Duration::ZERO);
    }

    #[test]
    fn other_accounts_and_addresses_are_not_slowed() {
        let (limit, now) = after(9);
        assert_eq!(limit.delay("bob", None, now), Duration::ZERO);
        assert_eq!(
            limit.delay("ann", Some([127, 0, 0, 1].into()), now),
            Duration::ZERO
        );
    }

    #[test]
    fn the_memory_is_bounded() {
        let limit = GuessLimit::default();
        let now = Instant::now();
        for user in 0..MOST + 10 {
            limit.wrong(&user.to_string(), None, now);
        }
        assert_eq!(limit.lock().len(), MOST);
    }
}
