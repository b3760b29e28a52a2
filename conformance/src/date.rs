//! A calendar date: the day on which an expectation or a waiver ends.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A day of the Gregorian calendar. Ordered by time; written `2027-01-31`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// A text that is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no date; write it as year-month-day, such as 2027-01-31")]
pub struct DateError(String);

impl Date {
    /// The day with these numbers, if the calendar has it.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Self> {
        ((1..=12).contains(&month) && (1..=days(year, month)).contains(&day)).then_some(Self {
            year,
            month,
            day,
        })
    }

    /// The day that lies this many days after 1970-01-01.
    pub(crate) fn from_days(days: u64) -> Self {
        let mut left = days;
        let mut year = 1970_u16;
        while left >= year_length(year) {
            left -= year_length(year);
            year += 1;
        }
        let mut month = 1_u8;
        while left >= u64::from(self::days(year, month)) {
            left -= u64::from(self::days(year, month));
            month += 1;
        }
        let day = u8::try_from(left + 1).expect("a month has at most 31 days");
        Self { year, month, day }
    }
}

fn leap(year: u16) -> bool {
    (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
}

fn year_length(year: u16) -> u64 {
    if leap(year) { 366 } else { 365 }
}

fn days(year: u16, month: u8) -> u8 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl FromStr for Date {
    type Err = DateError;

    fn from_str(text: &str) -> Result<Self, DateError> {
        let wrong = || DateError(text.to_owned());
        let parts: Vec<&str> = text.split('-').collect();
        let [year, month, day] = parts[..] else {
            return Err(wrong());
        };
        let digits = |part: &str, length: usize| {
            part.len() == length && part.bytes().all(|b| b.is_ascii_digit())
        };
        if !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
            return Err(wrong());
        }
        match (year.parse(), month.parse(), day.parse()) {
            (Ok(year), Ok(month), Ok(day)) => Self::new(year, month, day).ok_or_else(wrong),
            _ => Err(wrong()),
        }
    }
}

impl TryFrom<String> for Date {
    type Error = DateError;

    fn try_from(text: String) -> Result<Self, DateError> {
        text.parse()
    }
}

impl From<Date> for String {
    fn from(date: Date) -> Self {
        date.to_string()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn days_since_the_epoch_follow_the_calendar() {
        for (days, written) in [
            (0, "1970-01-01"),
            (58, "1970-02-28"),
            (59, "1970-03-01"),
            (11_016, "2000-02-29"),
            (20_483, "2026-01-30"),
        ] {
            assert_eq!(Date::from_days(days).to_string(), written);
        }
    }

    #[test]
    fn days_that_no_calendar_has_are_refused() {
        for text in [
            "2027-02-29",
            "2027-13-01",
            "2027-00-10",
            "2027-1-31",
            "31.01.2027",
            "",
            "2027-01-31T00:00",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_written_date_reads_back_and_order_is_kept(first in 0_u64..60_000, second in 0_u64..60_000) {
            let (a, b) = (Date::from_days(first), Date::from_days(second));
            prop_assert_eq!(a.to_string().parse::<Date>().ok(), Some(a));
            prop_assert_eq!(first.cmp(&second), a.cmp(&b));
        }
    }
}
