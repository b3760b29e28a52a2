//! The one place of the suite that reads the time of day: which run this is, and whether an expectation has expired.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use uuid::Uuid;

use crate::date::Date;
use crate::seed::Seed;

/// Today in UTC.
pub fn today() -> Date {
    Date::from_days(since_epoch().as_secs() / 86_400)
}

/// An id for a run that begins now: a UUID of version 7, so that ids sort by time; what is not time follows from the seed.
pub fn new_id(seed: u64) -> Uuid {
    let millis = u64::try_from(since_epoch().as_millis()).unwrap_or(u64::MAX);
    let chosen = Seed::of(seed, "run id", 0).bytes();
    let mut rest = [0; 10];
    rest.copy_from_slice(&chosen[..10]);
    uuid::Builder::from_unix_timestamp_millis(millis, &rest).into_uuid()
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock that is handed to everything else"
)]
fn since_epoch() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}
