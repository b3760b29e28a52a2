//! How well each app's webhook does: since when it fails, whether somebody was told, whether it is cut off.

use std::collections::BTreeMap;

use serde::Serialize;

/// The state of one app's webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Health {
    /// Platform time of the first failure since the last success, in milliseconds.
    pub failing_since_ms: Option<u64>,
    /// When the developer was told that it fails.
    pub alerted_ms: Option<u64>,
    /// When the app was cut off; it stays so until somebody enables it again.
    pub disabled_ms: Option<u64>,
}

/// The health of every app that has been delivered to. Bounded by the apps that the platform is configured with.
#[derive(Debug, Default)]
pub(crate) struct Register(BTreeMap<String, Health>);

/// What time has made of a failing webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Alarm {
    /// The developer is told.
    Alert,
    /// The app is cut off.
    Disable,
}

impl Register {
    pub(crate) fn of(&self, app_id: &str) -> Health {
        self.0.get(app_id).copied().unwrap_or_default()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, Health)> {
        self.0.iter().map(|(app_id, health)| (app_id.as_str(), *health))
    }

    /// Notes a success: all is well again, unless the app is cut off.
    pub(crate) fn succeeded(&mut self, app_id: &str) {
        let health = self.0.entry(app_id.to_owned()).or_default();
        if health.disabled_ms.is_none() {
            *health = Health::default();
        }
    }

    /// Notes a failure; true when it is the first since the last success.
    pub(crate) fn failed(&mut self, app_id: &str, now_ms: u64) -> bool {
        let health = self.0.entry(app_id.to_owned()).or_default();
        let first = health.failing_since_ms.is_none() && health.disabled_ms.is_none();
        if first {
            health.failing_since_ms = Some(now_ms);
        }
        first
    }

    /// Raises an alarm over the failing that began at `since_ms`; false when that is over or the alarm raised.
    pub(crate) fn raise(&mut self, app_id: &str, since_ms: u64, alarm: Alarm, now_ms: u64) -> bool {
        let Some(health) = self.0.get_mut(app_id) else {
            return false;
        };
        if health.failing_since_ms != Some(since_ms) {
            return false;
        }
        let slot = match alarm {
            Alarm::Alert => &mut health.alerted_ms,
            Alarm::Disable => &mut health.disabled_ms,
        };
        let fresh = slot.is_none();
        slot.get_or_insert(now_ms);
        fresh
    }

    /// Begins anew; true when the app was cut off.
    pub(crate) fn enable(&mut self, app_id: &str) -> bool {
        self.0
            .remove(app_id)
            .is_some_and(|health| health.disabled_ms.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_success_in_between_takes_the_alarm_back() {
        let mut register = Register::default();
        assert!(register.failed("1", 10));
        assert!(!register.failed("1", 20));
        register.succeeded("1");
        assert!(!register.raise("1", 10, Alarm::Alert, 30));
        assert!(register.failed("1", 40));
        assert!(register.raise("1", 40, Alarm::Alert, 50));
        assert!(!register.raise("1", 40, Alarm::Alert, 60));
        assert!(register.raise("1", 40, Alarm::Disable, 70));
        assert!(!register.raise("2", 40, Alarm::Disable, 70));
    }

    #[test]
    fn an_app_that_is_cut_off_stays_so_until_enabled() {
        let mut register = Register::default();
        register.failed("1", 10);
        register.raise("1", 10, Alarm::Disable, 20);
        register.succeeded("1");
        assert_eq!(register.of("1").disabled_ms, Some(20));
        assert!(register.enable("1"));
        assert!(!register.enable("1"));
        assert_eq!(register.of("1"), Health::default());
    }
}
