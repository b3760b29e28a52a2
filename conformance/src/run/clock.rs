//! The one place of the suite that reads the calendar: whether an expectation has expired.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::date::Date;

/// Today in UTC.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock that is handed to everything else"
)]
pub fn today() -> Date {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Date::from_days(since.as_secs() / 86_400)
}
