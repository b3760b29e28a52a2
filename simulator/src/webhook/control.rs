//! The queue of deliveries as an object to look at and to meddle with.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::batch::{BatchShape, batchable, join};
use super::delivery::{Attempt, Delivery};
use super::envelope::psids_in;
use super::health::Health;
use super::queue::{DeliveryId, Stage, Told};
use super::scheduler::{Fresh, NotSent};
use super::view::{DeliveryView, SavedDelivery};
use crate::hub::Hub;

/// Why the queue does not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QueueError {
    /// Nothing of that id is known (any more).
    #[error("there is no delivery {0}; finished ones are forgotten after a while")]
    Unknown(DeliveryId),
    /// Only a waiting delivery can be changed.
    #[error("delivery {0} does not wait any more; send it again instead")]
    NotWaiting(DeliveryId),
    /// It is being sent at this moment.
    #[error("delivery {0} is being sent at this moment; wait for its end")]
    UnderWay(DeliveryId),
    /// Only the platform's own events can be batched.
    #[error("delivery {0} was edited by hand and cannot be put into a batch")]
    Edited(DeliveryId),
    /// A batch goes to one app.
    #[error("a batch needs at least two different deliveries to one app")]
    NoBatch,
    /// The queue is full, or an event has nowhere to go.
    #[error("{0}")]
    NotQueued(String),
    /// A delivery of that app is not known.
    #[error("no app with the id {0} has been delivered to or cut off")]
    UnknownApp(String),
}

impl From<NotSent> for QueueError {
    fn from(not_sent: NotSent) -> Self {
        Self::NotQueued(not_sent.to_string())
    }
}

/// The queue of one platform; cheap to clone.
///
/// ```
/// use linklab_simulator::{Config, Simulator};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let platform = Simulator::start(Config::default()).await?;
/// let psid = platform.add_user(None, "Example User")?;
/// let queue = platform.queue();
///
/// queue.pause();
/// assert!(platform.say(&psid, "first").await.unwrap_err().to_string().contains("waits as delivery"));
/// assert!(platform.say(&psid, "second").await.is_err());
/// queue.shuffle(7);
/// assert_eq!(queue.waiting().len(), 2);
///
/// // Nobody listens, so the attempt fails; the delivery is kept for a retry.
/// let attempt = queue.step().await.unwrap();
/// assert!(!attempt.acknowledged());
/// # platform.stop().await;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct DeliveryQueue {
    hub: Arc<Hub>,
}

impl DeliveryQueue {
    pub(crate) fn of(hub: &Arc<Hub>) -> Self {
        Self {
            hub: Arc::clone(hub),
        }
    }

    /// Every delivery that is still known: finished ones from the oldest, then those under way, then those that
    /// wait, in the order in which they will go.
    pub fn list(&self) -> Vec<DeliveryView> {
        let state = self.hub.scheduler.state();
        state.queue.all().map(DeliveryView::of).collect()
    }

    /// The deliveries that wait, in the order in which they will go.
    pub fn waiting(&self) -> Vec<DeliveryView> {
        let state = self.hub.scheduler.state();
        state.queue.waiting().map(DeliveryView::of).collect()
    }

    /// One delivery.
    pub fn get(&self, id: DeliveryId) -> Option<DeliveryView> {
        let state = self.hub.scheduler.state();
        state.queue.find(id).map(DeliveryView::of)
    }

    /// How many finished deliveries were forgotten because of the bounds.
    pub fn forgotten(&self) -> u64 {
        self.hub.scheduler.state().queue.forgotten
    }

    /// Whether nothing goes out by itself.
    pub fn is_paused(&self) -> bool {
        self.hub.scheduler.state().queue.paused
    }

    /// Lets nothing go out by itself any more. What is being sent goes on; a browser that comes back sees a page
    /// that says the event is held back, and the linking is decided when the event is delivered.
    pub fn pause(&self) {
        {
            let mut state = self.hub.scheduler.state();
            state.queue.paused = true;
            state.queue.release_waiters();
        }
        self.hub.note(None, "the queue is paused".to_owned());
    }

    /// Lets everything go out again.
    pub fn resume(&self) {
        self.hub.scheduler.state().queue.paused = false;
        self.hub.note(None, "the queue goes on".to_owned());
        self.hub.pump();
    }

    /// Sends the first delivery that may go now, whether paused or not; nothing when there is none.
    pub async fn step(&self) -> Option<Attempt> {
        let id = {
            let mut state = self.hub.scheduler.state();
            let in_order = self.hub.knobs().user_order;
            state.queue.take(self.hub.clock.now_ms(), in_order)?
        };
        self.hub.start(id).await.ok().flatten()
    }

    /// Takes a waiting delivery out for good; a linking that waits for it is aborted.
    pub fn remove(&self, id: DeliveryId) -> Result<(), QueueError> {
        let queued = {
            let mut state = self.hub.scheduler.state();
            match state.queue.remove(id) {
                Some(queued) => queued,
                None => return Err(absent(&state.queue, id)),
            }
        };
        let why = format!("delivery {id} was taken out of the queue");
        self.hub.note(queued.cause, why.clone());
        self.hub.lose(queued, Stage::Dropped, &why);
        Ok(())
    }

    /// Puts a copy with the same bytes behind the others.
    pub fn duplicate(&self, id: DeliveryId) -> Result<DeliveryId, QueueError> {
        let copy = self.copy(id)?;
        self.put(copy, &format!("delivery {id} was duplicated"))
    }

    /// Sends the same bytes again at once, past the queue, and returns how it went.
    pub async fn redeliver(&self, id: DeliveryId) -> Result<Attempt, QueueError> {
        let copy = self.copy(id)?;
        let again = self.put_unpumped(copy, &format!("delivery {id} is sent again"))?;
        let taken = self.hub.scheduler.state().queue.take_this(again);
        if !taken {
            return Err(QueueError::NotWaiting(again));
        }
        let sent = self.hub.start(again).await.ok().flatten();
        sent.ok_or_else(|| QueueError::NotQueued("the platform is stopping".to_owned()))
    }

    /// Gives a waiting delivery other bytes and signs those.
    pub fn edit(&self, id: DeliveryId, body: Bytes) -> Result<(), QueueError> {
        {
            let mut state = self.hub.scheduler.state();
            let Some(queued) = state.queue.waiting_mut(id) else {
                return Err(absent(&state.queue, id));
            };
            queued.headers = Delivery::signature(self.hub.secret_of(&queued.app_id), &body);
            queued.psids = psids_in(&body);
            queued.body = body;
            queued.envelope = None;
        }
        self.hub.note(None, format!("delivery {id} was edited"));
        Ok(())
    }

    /// Puts other bytes, signed, behind the others, for the app of a delivery that is still known.
    pub fn resend_edited(&self, id: DeliveryId, body: Bytes) -> Result<DeliveryId, QueueError> {
        let copy = self.copy(id)?;
        let edited = Fresh {
            headers: Delivery::signature(self.hub.secret_of(&copy.app_id), &body),
            psids: psids_in(&body),
            body,
            envelope: None,
            ..copy
        };
        self.put(edited, &format!("delivery {id} is sent again, edited"))
    }

    /// Puts the waiting deliveries into an order drawn from `seed`; the same queue and seed give the same order.
    pub fn shuffle(&self, seed: u64) {
        {
            let mut state = self.hub.scheduler.state();
            let mut ids: Vec<_> = state.queue.waiting().map(|queued| queued.id).collect();
            shuffle(&mut ids, seed);
            state.queue.reorder(&ids);
        }
        self.hub
            .note(None, format!("the queue was shuffled with the seed {seed}"));
    }

    /// Puts waiting deliveries into this order; those that are not named keep their places.
    ///
    /// The order holds between users and, as somebody has asked for it, within one user's events too.
    pub fn reorder(&self, order: &[DeliveryId]) -> Result<(), QueueError> {
        let mut state = self.hub.scheduler.state();
        for id in order {
            if state.queue.waiting_mut(*id).is_none() {
                return Err(absent(&state.queue, *id));
            }
        }
        state.queue.reorder(order);
        Ok(())
    }

    /// Keeps a waiting delivery back for so much platform time from now.
    pub fn delay(&self, id: DeliveryId, by: Duration) -> Result<(), QueueError> {
        let due_ms = self
            .hub
            .clock
            .now_ms()
            .saturating_add(crate::clock::millis(by));
        {
            let mut state = self.hub.scheduler.state();
            let Some(mut queued) = state.queue.remove(id) else {
                return Err(absent(&state.queue, id));
            };
            queued.due_ms = due_ms;
            queued.tell(Told::Kept);
            state.queue.wait(queued);
        }
        let label = format!("delivery {id}, delayed by {by:?}");
        let cause = self.hub.note(None, label.clone());
        self.hub.wake_at(due_ms, label, cause);
        Ok(())
    }

    /// Makes one POST of several waiting deliveries to one app; it takes the place of the first.
    pub fn batch(&self, ids: &[DeliveryId], shape: BatchShape) -> Result<DeliveryId, QueueError> {
        let (fresh, merged) = {
            let mut state = self.hub.scheduler.state();
            let app_id = batchable(&mut state.queue, ids)?;
            let mut merged: Vec<_> = ids
                .iter()
                .filter_map(|id| state.queue.remove(*id))
                .collect();
            let envelopes = merged
                .iter_mut()
                .filter_map(|queued| queued.envelope.take());
            let envelope = join(envelopes.collect(), shape);
            let body = envelope.to_bytes();
            let mut psids: Vec<String> = Vec::new();
            for psid in merged.iter().flat_map(|queued| &queued.psids) {
                if !psids.contains(psid) {
                    psids.push(psid.clone());
                }
            }
            let fresh = Fresh {
                headers: Delivery::signature(self.hub.secret_of(&app_id), &body),
                app_id,
                psids,
                body,
                envelope: Some(envelope),
                cause: merged.first().and_then(|queued| queued.cause),
                due_ms: 0,
                failed: 0,
                awaited: merged
                    .iter_mut()
                    .flat_map(|queued| std::mem::take(&mut queued.awaited))
                    .collect(),
                waiter: None,
            };
            for mut queued in merged.drain(..) {
                queued.tell(Told::Kept);
                state.queue.finish(queued, Stage::Merged);
            }
            (fresh, ids.len())
        };
        self.put(fresh, &format!("{merged} deliveries become one"))
    }

    /// The deliveries that are not over, as they can be kept and put back after a restart.
    ///
    /// One that is under way is among them: whether it arrived is not known, so it is sent again, as production
    /// sends duplicates (protocol row 3.3.9).
    pub fn save(&self) -> Vec<SavedDelivery> {
        let state = self.hub.scheduler.state();
        let open = state
            .queue
            .all()
            .filter(|queued| matches!(queued.stage, Stage::Waiting | Stage::UnderWay));
        open.map(SavedDelivery::of).collect()
    }

    /// Puts saved deliveries behind those that wait. Each goes when it is due, with the retries that it has left.
    ///
    /// A linking that waited for one of them is not decided by it any more.
    pub fn restore(&self, saved: Vec<SavedDelivery>) -> Result<(), QueueError> {
        for delivery in saved {
            let due_ms = delivery.due_ms;
            let id = self.hub.queue_up(delivery.fresh())?;
            if let Some(due_ms) = due_ms {
                let label = format!("delivery {id}, restored");
                let cause = self.hub.note(None, label.clone());
                self.hub.wake_at(due_ms, label, cause);
            }
        }
        self.hub.pump();
        Ok(())
    }

    /// Forgets everything that waits and everything that is over; what is being sent goes on.
    pub fn clear(&self) {
        let waiting: Vec<_> = {
            let state = self.hub.scheduler.state();
            state.queue.waiting().map(|queued| queued.id).collect()
        };
        for id in waiting {
            // One that has gone out meanwhile is over or under way, and needs no clearing.
            let _ = self.remove(id);
        }
        self.hub.scheduler.state().queue.forget_finished();
    }

    /// How each app's webhook does.
    pub fn health(&self) -> Vec<(String, Health)> {
        let apps: Vec<String> = {
            let world = self.hub.world();
            let apps = world.page().subscriptions.iter();
            apps.map(|(app_id, _)| app_id.to_owned()).collect()
        };
        let state = self.hub.scheduler.state();
        apps.into_iter()
            .map(|app_id| (app_id.clone(), state.health.of(&app_id)))
            .collect()
    }

    /// Subscribes the page again to an app whose webhook was disabled, and forgets its failures.
    ///
    /// What was lost meanwhile stays lost (protocol row 3.3.12).
    pub fn enable(&self, app_id: &str) -> Result<(), QueueError> {
        let known = self.health().iter().any(|(known, _)| known == app_id);
        if !known {
            return Err(QueueError::UnknownApp(app_id.to_owned()));
        }
        self.hub.forget_failures(app_id);
        self.hub
            .note(None, format!("webhooks of app {app_id} are enabled"));
        Ok(())
    }

    fn copy(&self, id: DeliveryId) -> Result<Fresh, QueueError> {
        let state = self.hub.scheduler.state();
        let queued = state.queue.find(id).ok_or(QueueError::Unknown(id))?;
        Ok(Fresh {
            app_id: queued.app_id.clone(),
            psids: queued.psids.clone(),
            body: queued.body.clone(),
            envelope: queued.envelope.clone(),
            headers: queued.headers.clone(),
            cause: queued.tried.last().map(|tried| tried.seq).or(queued.cause),
            due_ms: 0,
            failed: 0,
            // A copy decides nothing: the linking hangs on the original.
            awaited: Vec::new(),
            waiter: None,
        })
    }

    fn put(&self, fresh: Fresh, why: &str) -> Result<DeliveryId, QueueError> {
        let id = self.put_unpumped(fresh, why)?;
        self.hub.pump();
        Ok(id)
    }

    fn put_unpumped(&self, mut fresh: Fresh, why: &str) -> Result<DeliveryId, QueueError> {
        fresh.cause = Some(self.hub.note(fresh.cause, why.to_owned()));
        Ok(self.hub.queue_up(fresh)?)
    }
}

/// Why a delivery does not wait.
pub(super) fn absent(queue: &super::queue::Queue, id: DeliveryId) -> QueueError {
    match queue.find(id).map(|queued| queued.stage) {
        None => QueueError::Unknown(id),
        Some(Stage::UnderWay) => QueueError::UnderWay(id),
        Some(_) => QueueError::NotWaiting(id),
    }
}

/// Fisher and Yates, with numbers drawn from `seed` alone.
fn shuffle<T>(items: &mut [T], seed: u64) {
    let mut state = seed;
    for last in (1..items.len()).rev() {
        state = crate::world::mix(state.wrapping_add(0x9e37_79b9_7f4a_7c15));
        let bound = u64::try_from(last).unwrap_or(u64::MAX).saturating_add(1);
        let pick = usize::try_from(state % bound).unwrap_or(last);
        items.swap(last, pick);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_shuffle_keeps_everything_and_follows_its_seed(seed: u64, length in 0_usize..40) {
            let items: Vec<_> = (0..length).collect();
            let (mut once, mut twice) = (items.clone(), items.clone());
            shuffle(&mut once, seed);
            shuffle(&mut twice, seed);
            prop_assert_eq!(&once, &twice);
            once.sort_unstable();
            prop_assert_eq!(once, items);
        }
    }
}
