//! What long failing leads to: the alert, the cut, and the way back (protocol row 3.3.5).

use super::health::Alarm;
use super::queue::Stage;
use crate::hub::Hub;

impl Hub {
    /// Has the developer told, and the app cut off, if it still fails by then (protocol row 3.3.5).
    pub(super) fn set_alarms(&self, app_id: &str, since_ms: u64) {
        let patience = self.knobs().webhook_patience;
        for (alarm, after, label) in [
            (Alarm::Alert, patience.alert_after(), "alert"),
            (Alarm::Disable, patience.disable_after(), "disabling"),
        ] {
            let (hub, app) = (self.me(), app_id.to_owned());
            let ring = move || async move {
                if let Some(hub) = hub.upgrade() {
                    hub.ring(&app, since_ms, alarm);
                }
            };
            let at_ms = since_ms.saturating_add(crate::clock::millis(after));
            let label = format!("{label}: the webhook of app {app_id} fails");
            match self.clock.schedule(at_ms, label, ring) {
                Ok(timer) => self.scheduler.state().health.remember(app_id, timer),
                Err(refused) => drop(self.note(None, format!("no alarm is planned: {refused}"))),
            }
        }
    }

    fn ring(&self, app_id: &str, since_ms: u64, alarm: Alarm) {
        let now_ms = self.clock.now_ms();
        let fresh = self
            .scheduler
            .state()
            .health
            .raise(app_id, since_ms, alarm, now_ms);
        if !fresh {
            return;
        }
        let minutes = now_ms.saturating_sub(since_ms) / 60_000;
        match alarm {
            Alarm::Alert => {
                self.note(
                    None,
                    format!("alert: the webhook of app {app_id} has failed for {minutes} min"),
                );
            }
            Alarm::Disable => self.cut_off(app_id, minutes),
        }
    }

    /// The app is unsubscribed from the page, and what waits for it is lost (protocol rows 3.3.5, 3.3.12).
    fn cut_off(&self, app_id: &str, minutes: u64) {
        let fields = self.unsubscribe_page(app_id);
        let lost: Vec<_> = {
            let mut state = self.scheduler.state();
            state.health.keep_fields(app_id, fields);
            let ids = state
                .queue
                .waiting()
                .filter(|queued| queued.app_id == app_id);
            let ids: Vec<_> = ids.map(|queued| queued.id).collect();
            ids.into_iter()
                .filter_map(|id| state.queue.remove(id))
                .collect()
        };
        self.note(
            None,
            format!(
                "webhooks disabled: the webhook of app {app_id} has failed for {minutes} min; the page is not \
                 subscribed any more, and {} waiting deliveries are lost",
                lost.len()
            ),
        );
        for queued in lost {
            self.lose(queued, Stage::GivenUp, "webhooks were disabled");
        }
    }

    /// Begins anew with an app: its page subscription comes back if it was cut off.
    pub(crate) fn forget_failures(&self, app_id: &str) {
        let (timers, fields) = self.scheduler.state().health.enable(app_id);
        for timer in timers {
            self.clock.cancel(timer);
        }
        if let Some(fields) = fields
            && self.page_fields_of(app_id).is_none()
        {
            self.resubscribe_page(app_id, fields);
        }
    }
}
