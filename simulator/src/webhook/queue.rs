//! The queue of deliveries as plain state: what waits, what is under way, what is over.
//!
//! Nothing here sends or looks at a clock; the scheduler around it does. Deliveries that may go at once stand
//! before those that wait for a time; within the same time, order is the order of arrival unless somebody
//! reorders.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::oneshot;

use super::delivery::Attempt;
use super::envelope::Envelope;
use crate::webview::LandingResult;
use crate::world::AttemptId;

/// How many deliveries wait at once; more are refused with a sentence.
pub const MAX_WAITING: usize = 16_384;

/// How many deliveries are under way at once; further ones wait.
pub const MAX_UNDER_WAY: usize = 256;

/// How many finished deliveries are kept to be looked at and sent again; the oldest are forgotten.
pub const MAX_FINISHED: usize = 1_024;

/// About how many bytes of finished deliveries are kept.
pub const MAX_FINISHED_BYTES: usize = 16 * 1024 * 1024;

/// Names one delivery; later ones are greater.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct DeliveryId(pub u64);

impl std::fmt::Display for DeliveryId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// How far a delivery has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// It waits for its turn or its time.
    Waiting,
    /// It is being sent.
    UnderWay,
    /// The backend has acknowledged it.
    Acknowledged,
    /// No further attempt is made.
    GivenUp,
    /// Somebody took it out of the queue.
    Dropped,
    /// Its events travel in another delivery.
    Merged,
}

/// One attempt that was made.
#[derive(Debug, Clone)]
pub struct Tried {
    /// Platform time of its end, in milliseconds.
    pub at_ms: u64,
    /// Its line in the journal.
    pub seq: u64,
    /// How it went.
    pub attempt: Attempt,
}

/// What one who waits for the first attempt is told.
#[derive(Debug)]
pub(crate) enum Told {
    /// It was made.
    Tried {
        attempt: Attempt,
        /// How the linking ended that waited for it.
        landing: Option<LandingResult>,
    },
    /// It is held back: the queue is paused or the delivery delayed.
    Kept,
    /// It is never made.
    Dropped,
}

/// One POST to one app, with all that belongs to it.
#[derive(Debug)]
pub(crate) struct Queued {
    pub(crate) id: DeliveryId,
    pub(crate) app_id: String,
    pub(crate) psids: Vec<String>,
    pub(crate) body: Bytes,
    /// What the body was written from, while nobody has edited it; batches are made of it.
    pub(crate) envelope: Option<Envelope>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) cause: Option<u64>,
    pub(crate) stage: Stage,
    /// Zero when it may go at once, otherwise the platform time before which it does not.
    pub(crate) due_ms: u64,
    pub(crate) since_ms: u64,
    pub(crate) tried: Vec<Tried>,
    pub(crate) failed: usize,
    /// The linkings that wait for the first attempt.
    pub(crate) awaited: Vec<AttemptId>,
    pub(crate) waiter: Option<oneshot::Sender<Told>>,
}

impl Queued {
    pub(crate) fn tell(&mut self, told: Told) {
        if let Some(waiter) = self.waiter.take() {
            // One who has gone away does not want to know.
            let _ = waiter.send(told);
        }
    }

    /// The users of this app whose deliveries go one after another. Two that share a number only wait needlessly.
    fn lanes(&self) -> impl Iterator<Item = u64> {
        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        self.psids
            .iter()
            .map(move |psid| hasher.hash_one((&self.app_id, psid)))
    }

    fn weight(&self) -> usize {
        let lines: usize = self.headers.iter().map(|(n, v)| n.len() + v.len()).sum();
        let answers: usize = self.tried.iter().map(|tried| tried.attempt.weight()).sum();
        self.body.len() + lines + answers
    }
}

/// Where a delivery stands among those that wait.
type Place = (u64, u64);

#[derive(Debug, Default)]
pub(crate) struct Queue {
    waiting: BTreeMap<Place, Queued>,
    under_way: BTreeMap<DeliveryId, Queued>,
    finished: VecDeque<Queued>,
    finished_bytes: usize,
    pub(crate) forgotten: u64,
    /// How many deliveries of each lane are under way; several only without order.
    busy: HashMap<u64, usize>,
    pub(crate) paused: bool,
    drawn: u64,
}

impl Queue {
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= MAX_WAITING
    }

    pub(crate) fn next_id(&mut self) -> DeliveryId {
        self.drawn += 1;
        DeliveryId(self.drawn)
    }

    /// Puts a delivery behind all others of its time.
    pub(crate) fn wait(&mut self, mut queued: Queued) {
        self.drawn += 1;
        queued.stage = Stage::Waiting;
        self.waiting.insert((queued.due_ms, self.drawn), queued);
    }

    /// Takes the first delivery that may go at `now_ms`; `in_order` keeps each user's deliveries in order.
    pub(crate) fn take(&mut self, now_ms: u64, in_order: bool) -> Option<DeliveryId> {
        if self.under_way.len() >= MAX_UNDER_WAY {
            return None;
        }
        let mut passed = HashSet::new();
        let place = self.waiting.iter().find_map(|(place, queued)| {
            if place.0 > now_ms {
                return None;
            }
            let free = !in_order
                || !queued
                    .lanes()
                    .any(|lane| self.busy.contains_key(&lane) || passed.contains(&lane));
            if free {
                return Some(*place);
            }
            passed.extend(queued.lanes());
            None
        })?;
        let queued = self.waiting.remove(&place)?;
        Some(self.put_under_way(queued))
    }

    /// Takes this very delivery, whatever is under way; false when it does not wait.
    pub(crate) fn take_this(&mut self, id: DeliveryId) -> bool {
        let queued = self.remove(id);
        queued.map(|queued| self.put_under_way(queued)).is_some()
    }

    fn put_under_way(&mut self, mut queued: Queued) -> DeliveryId {
        queued.stage = Stage::UnderWay;
        for lane in queued.lanes() {
            *self.busy.entry(lane).or_default() += 1;
        }
        let id = queued.id;
        self.under_way.insert(id, queued);
        id
    }

    /// A delivery that is being sent.
    pub(crate) fn sending(&mut self, id: DeliveryId) -> Option<&mut Queued> {
        self.under_way.get_mut(&id)
    }

    /// The oldest delivery that is being sent to this user.
    pub(crate) fn under_way_to(&self, psid: &str) -> Option<&Queued> {
        let mut sending = self.under_way.values();
        sending.find(|queued| queued.psids.iter().any(|known| known == psid))
    }

    /// Takes a delivery back from the wire and frees its users for their next one.
    pub(crate) fn back(&mut self, id: DeliveryId) -> Option<Queued> {
        let queued = self.under_way.remove(&id)?;
        for lane in queued.lanes() {
            if let Some(count) = self.busy.get_mut(&lane) {
                *count -= 1;
                if *count == 0 {
                    self.busy.remove(&lane);
                }
            }
        }
        Some(queued)
    }

    /// Keeps a delivery that is over, and forgets the oldest beyond the bounds.
    pub(crate) fn finish(&mut self, mut queued: Queued, stage: Stage) {
        queued.stage = stage;
        queued.tell(Told::Dropped);
        self.finished_bytes += queued.weight();
        self.finished.push_back(queued);
        while self.finished.len() > MAX_FINISHED
            || (self.finished_bytes > MAX_FINISHED_BYTES && self.finished.len() > 1)
        {
            if let Some(oldest) = self.finished.pop_front() {
                self.finished_bytes -= oldest.weight();
                self.forgotten += 1;
            }
        }
    }

    /// Forgets everything that is over.
    pub(crate) fn forget_finished(&mut self) {
        self.finished.clear();
        self.finished_bytes = 0;
    }

    /// Takes a waiting delivery out.
    pub(crate) fn remove(&mut self, id: DeliveryId) -> Option<Queued> {
        let place = self.place(id)?;
        self.waiting.remove(&place)
    }

    /// A waiting delivery.
    pub(crate) fn waiting_mut(&mut self, id: DeliveryId) -> Option<&mut Queued> {
        let place = self.place(id)?;
        self.waiting.get_mut(&place)
    }

    /// Any delivery that is still known.
    pub(crate) fn find(&self, id: DeliveryId) -> Option<&Queued> {
        self.all().find(|queued| queued.id == id)
    }

    /// Finished ones from the oldest, then those under way, then those that wait in their order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Queued> {
        self.finished
            .iter()
            .chain(self.under_way.values())
            .chain(self.waiting.values())
    }

    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Queued> {
        self.waiting.values()
    }

    /// Those who wait for the first attempt of a delivery learn that it is held back.
    pub(crate) fn release_waiters(&mut self) {
        for queued in self.waiting.values_mut() {
            queued.tell(Told::Kept);
        }
    }

    /// Nothing is sent any more: everybody who waits is told so.
    pub(crate) fn abandon(&mut self) {
        let all = self.waiting.values_mut().chain(self.under_way.values_mut());
        for queued in all {
            queued.tell(Told::Dropped);
        }
    }

    /// Puts waiting deliveries into this order, at the times that their places had.
    ///
    /// Deliveries that are not named keep their places.
    pub(crate) fn reorder(&mut self, order: &[DeliveryId]) {
        let mut places: Vec<_> = order.iter().filter_map(|id| self.place(*id)).collect();
        let deliveries: Vec<_> = order.iter().filter_map(|id| self.remove(*id)).collect();
        places.sort_unstable();
        for (place, mut queued) in places.into_iter().zip(deliveries) {
            queued.due_ms = place.0;
            self.waiting.insert(place, queued);
        }
    }

    fn place(&self, id: DeliveryId) -> Option<Place> {
        self.waiting
            .iter()
            .find(|(_, queued)| queued.id == id)
            .map(|(place, _)| *place)
    }
}

#[cfg(test)]
#[path = "queue_tests.rs"]
mod tests;
