//! The documented rate of the Messenger Profile API, held by a knob (protocol section 4.1, rates).

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use super::call::Call;
use super::endpoint::Endpoint;
use super::error::GraphError;
use crate::hub::Hub;

/// How many calls one page may make in [`SPAN_MS`].
const CALLS: usize = 10;

/// Ten minutes, in milliseconds.
const SPAN_MS: u64 = 600_000;

/// When the last calls of the profile were made; never more of them than the rate allows.
#[derive(Debug, Default)]
pub(crate) struct Rates(Mutex<VecDeque<u64>>);

impl Rates {
    /// Counts a call, unless it is one too many; then tells for how long, in milliseconds.
    fn count(&self, now_ms: u64) -> Result<(), u64> {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while calls
            .front()
            .is_some_and(|at_ms| now_ms.saturating_sub(*at_ms) >= SPAN_MS)
        {
            calls.pop_front();
        }
        match calls.front() {
            Some(first_ms) if calls.len() >= CALLS => {
                Err((first_ms + SPAN_MS).saturating_sub(now_ms))
            }
            _ => {
                calls.push_back(now_ms);
                Ok(())
            }
        }
    }
}

/// Refuses what comes too fast, if the knob asks for it.
pub(crate) fn check(hub: &Hub, call: &Call) -> Result<(), GraphError> {
    let limited = matches!(
        call.endpoint,
        Endpoint::MessengerProfile | Endpoint::ThreadSettings
    );
    if !limited || !hub.knobs().profile_rate_enforced {
        return Ok(());
    }
    hub.rates.count(hub.clock.now_ms()).map_err(|wait_ms| {
        let hint = format!(
            "a page may call its profile {CALLS} times in 10 minutes; wait {} s",
            wait_ms.div_ceil(1_000)
        );
        GraphError::too_fast().hint(hint)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_call_within_ten_minutes_is_one_too_many() {
        let rates = Rates::default();
        for at_ms in 0..10 {
            assert_eq!(rates.count(at_ms * 1_000), Ok(()));
        }
        assert_eq!(rates.count(10_000), Err(590_000));
        assert_eq!(rates.count(600_000), Ok(()));
        assert_eq!(rates.count(600_001), Err(999));
    }
}
