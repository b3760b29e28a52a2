//! How well each app's webhook does: since when it fails, whether somebody was told, whether it is cut off.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::timer::TimerId;

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
pub(crate) struct Register(BTreeMap<String, Record>);

#[derive(Debug, Default)]
struct Record {
    health: Health,
    /// The alarms that are set.
    timers: Vec<TimerId>,
    /// What the page was subscribed to before the app was cut off.
    fields: Vec<String>,
}

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
        self.0
            .get(app_id)
            .map(|record| record.health)
            .unwrap_or_default()
    }

    /// Notes a success: all is well again. Returns the alarms that have become needless.
    pub(crate) fn succeeded(&mut self, app_id: &str) -> Vec<TimerId> {
        match self.0.get_mut(app_id) {
            Some(record)
                if record.health != Health::default() && record.health.disabled_ms.is_none() =>
            {
                std::mem::take(record).timers
            }
            _ => Vec::new(),
        }
    }

    /// Notes a failure; true when it is the first since the last success.
    pub(crate) fn failed(&mut self, app_id: &str, now_ms: u64) -> bool {
        let health = &mut self.0.entry(app_id.to_owned()).or_default().health;
        let first = health.failing_since_ms.is_none();
        health.failing_since_ms.get_or_insert(now_ms);
        first
    }

    /// Keeps an alarm that was set for an app.
    pub(crate) fn remember(&mut self, app_id: &str, timer: TimerId) {
        self.0
            .entry(app_id.to_owned())
            .or_default()
            .timers
            .push(timer);
    }

    /// Keeps what the page was subscribed to.
    pub(crate) fn keep_fields(&mut self, app_id: &str, fields: Vec<String>) {
        self.0.entry(app_id.to_owned()).or_default().fields = fields;
    }

    /// Raises an alarm over the failing that began at `since_ms`; false when that is over or the alarm raised.
    pub(crate) fn raise(&mut self, app_id: &str, since_ms: u64, alarm: Alarm, now_ms: u64) -> bool {
        let Some(Record { health, .. }) = self.0.get_mut(app_id) else {
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

    /// Begins anew; returns needless alarms and, when the app was cut off, what the page was subscribed to.
    pub(crate) fn enable(&mut self, app_id: &str) -> (Vec<TimerId>, Option<Vec<String>>) {
        let Some(record) = self.0.remove(app_id) else {
            return (Vec::new(), None);
        };
        let cut_off = record.health.disabled_ms.is_some();
        (record.timers, cut_off.then_some(record.fields))
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
    fn an_app_that_is_cut_off_gets_its_fields_back_once() {
        let mut register = Register::default();
        register.failed("1", 10);
        register.raise("1", 10, Alarm::Disable, 20);
        register.keep_fields("1", vec!["messages".to_owned()]);
        assert_eq!(register.of("1").disabled_ms, Some(20));
        assert_eq!(register.enable("1").1, Some(vec!["messages".to_owned()]));
        assert_eq!(register.enable("1").1, None);
        assert_eq!(register.of("1"), Health::default());
    }
}
