//! Back to the beginning: the world as the configuration has it, nothing in the queue, no faults, default knobs.

use std::time::Duration;

use crate::Simulator;

/// How long deliveries under way may take to end before the world is replaced, in real time.
const PATIENCE: Duration = Duration::from_secs(25);

impl Simulator {
    /// Forgets users, links, profile, subscriptions made by calls, waiting deliveries and fault rules, and turns the
    /// knobs back. The journal goes on, so does the clock, and used linking tokens stay used.
    ///
    /// What is under way is waited for first; false when that did not end in time, and something old may still arrive.
    pub async fn reset(&self) -> bool {
        let queue = self.queue();
        for waiting in queue.waiting() {
            // One that has gone out meanwhile is waited for below.
            drop(queue.remove(waiting.id));
        }
        let settled = self.settled(PATIENCE).await;
        let hub = self.hub();
        for (app_id, _) in queue.health() {
            hub.forget_failures(&app_id);
        }
        for armed in hub.faults.armed() {
            hub.faults.disarm(armed.id);
        }
        hub.begin_anew();
        if queue.is_paused() {
            queue.resume();
        }
        hub.note(None, "the world was reset".to_owned());
        settled
    }
}
