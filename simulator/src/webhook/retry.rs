//! What follows a failed delivery: the ladder of retries, and how long failing is put up with.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// How often and how fast a failed delivery is repeated. All times are platform time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Retries {
    /// A few at once, then ever more seldom for about 36 hours (protocol rows 3.3.4, 3.3.6).
    #[default]
    Production,
    /// The same idea within 16 seconds, for people who wait in front of a running clock.
    Fast,
    /// None: one attempt is all.
    Off,
}

const SECOND: u64 = 1_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// The official text names no numbers but the end; these are chosen.
const PRODUCTION: [u64; 13] = [
    SECOND,
    5 * SECOND,
    15 * SECOND,
    MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    20 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    4 * HOUR,
    8 * HOUR,
    20 * HOUR,
];

const FAST: [u64; 7] = [100, 200, 500, SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND];

impl Retries {
    /// The wait before each retry, in milliseconds of platform time.
    pub fn ladder(self) -> &'static [u64] {
        match self {
            Self::Production => &PRODUCTION,
            Self::Fast => &FAST,
            Self::Off => &[],
        }
    }

    /// How long to wait after `failed` attempts, in milliseconds; nothing when the delivery is given up.
    pub(crate) fn wait_ms(self, failed: usize) -> Option<u64> {
        self.ladder().get(failed.checked_sub(1)?).copied()
    }
}

impl fmt::Display for Retries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Production => "production",
            Self::Fast => "fast",
            Self::Off => "off",
        })
    }
}

impl FromStr for Retries {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "production" => Ok(Self::Production),
            "fast" => Ok(Self::Fast),
            "off" => Ok(Self::Off),
            _ => Err("use production, fast or off".to_owned()),
        }
    }
}

/// Which edition of the platform's patience is in force (protocol rows 3.3.3, 3.3.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Patience {
    /// The configured time-out, five seconds by default; disabled after one hour.
    #[default]
    Current,
    /// The years 2016 to 2018: twenty seconds; disabled after eight hours.
    Legacy,
}

impl Patience {
    /// How long an answer may take, where `configured` is today's value.
    pub fn ack_timeout(self, configured: Duration) -> Duration {
        match self {
            Self::Current => configured,
            Self::Legacy => Duration::from_secs(20),
        }
    }

    /// After how much platform time of failing the developer is told.
    pub fn alert_after(self) -> Duration {
        Duration::from_mins(15)
    }

    /// After how much platform time of failing the app receives nothing any more.
    pub fn disable_after(self) -> Duration {
        match self {
            Self::Current => Duration::from_hours(1),
            Self::Legacy => Duration::from_hours(8),
        }
    }
}

impl fmt::Display for Patience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Current => "current",
            Self::Legacy => "legacy",
        })
    }
}

impl FromStr for Patience {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "current" => Ok(Self::Current),
            "legacy" => Ok(Self::Legacy),
            _ => Err("use current or legacy".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_grow_and_end_after_about_36_hours() {
        for retries in [Retries::Production, Retries::Fast] {
            assert!(retries.ladder().is_sorted());
            assert_eq!(retries.wait_ms(retries.ladder().len() + 1), None);
            assert_eq!(retries.wait_ms(1), retries.ladder().first().copied());
        }
        let whole: u64 = Retries::Production.ladder().iter().sum();
        assert!((35 * HOUR..37 * HOUR).contains(&whole), "{whole}");
        assert_eq!(Retries::Off.wait_ms(1), None);
        assert_eq!(Retries::Production.wait_ms(0), None);
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for retries in [Retries::Production, Retries::Fast, Retries::Off] {
            assert_eq!(retries.to_string().parse(), Ok(retries));
        }
        for patience in [Patience::Current, Patience::Legacy] {
            assert_eq!(patience.to_string().parse(), Ok(patience));
        }
        assert!("never".parse::<Retries>().unwrap_err().contains("off"));
    }
}
