//! The shell around the queue: puts events in for every subscribed app, sends what may go, and sees to what follows.
//!
//! The queue's lock is held for single changes only, never while something is sent: a backend may call the
//! platform from inside its handler.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::delivery::{Attempt, Delivery};
use super::envelope::{Envelope, Item};
use super::health::Register;
use super::queue::{DeliveryId, Queue, Queued, Stage, Told, Tried};
use super::target::{Address, Target};
use crate::hub::Hub;
use crate::journal::What;
use crate::webview::{self, LandingResult};
use crate::world::{AttemptId, Command};

/// The state of the delivery engine.
#[derive(Debug, Default)]
pub(crate) struct Scheduler {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) queue: Queue,
    pub(crate) health: Register,
}

impl Scheduler {
    /// The state; never hold this across an await.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        // Every change leaves the queue whole: a delivery is in exactly one of its lists at each step.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An event on its way into the queue.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) item: Item,
    /// When the platform speaks, in platform milliseconds.
    pub(crate) at_ms: u64,
    /// Whose conversation it belongs to.
    pub(crate) psid: String,
    /// The journal line that it follows from.
    pub(crate) cause: Option<u64>,
    /// The linking that its acknowledgement decides.
    pub(crate) awaited: Option<AttemptId>,
    /// The one app that it goes to; nothing for every app that is subscribed.
    pub(crate) only: Option<String>,
}

/// Why an event was not put into the queue, as a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotSent {
    #[error(
        "no event was sent: {0}; subscribe by subscribed_fields of the configuration or by the Graph API"
    )]
    Gap(String),
    #[error(
        "no event was sent: {} deliveries wait already; let the backend catch up or drop some",
        super::queue::MAX_WAITING
    )]
    Full,
}

/// The place in the queue of the event for the app that counts.
#[derive(Debug)]
pub(crate) struct Ticket {
    pub(crate) id: DeliveryId,
    told: oneshot::Receiver<Told>,
}

impl Ticket {
    /// Waits until the first attempt is made, or is known to be held back.
    pub(crate) async fn told(self) -> Told {
        // The queue itself goes with the platform alone.
        self.told.await.unwrap_or(Told::Dropped)
    }
}

impl Hub {
    /// Queues an event for every app that is subscribed to it; the ticket is that of the first app.
    pub(crate) fn publish(&self, outgoing: Outgoing) -> Result<Ticket, NotSent> {
        let _own = self.own_time.start();
        let Outgoing {
            item,
            at_ms,
            psid,
            cause,
            awaited,
            only,
        } = outgoing;
        let mut targets = self.targets(&item.happening, &psid);
        targets.retain(|target| only.as_ref().is_none_or(|only| *only == target.app_id));
        if targets.is_empty() {
            return Err(NotSent::Gap(self.gap(&item.happening)));
        }
        let (waiter, told) = oneshot::channel();
        let mut first = Some((waiter, awaited));
        let mut id = None;
        for Target { app_id, address } in targets {
            let cut_off = self.scheduler.state().health.of(&app_id).disabled_ms;
            if cut_off.is_some() {
                // It was subscribed again by the Graph API, or it would be no target.
                self.forget_failures(&app_id);
            }
            let envelope = Envelope::page(&self.config.page_id, at_ms);
            let envelope = match address {
                Address::Messaging => envelope.with(item.clone()),
                Address::Standby => envelope.with_standby(item.clone()),
            };
            let (waiter, awaited) = first.take().map_or((None, None), |(w, a)| (Some(w), a));
            let body = envelope.to_bytes();
            let queued = Fresh {
                headers: Delivery::signature(self.secret_of(&app_id), &body),
                app_id,
                psids: vec![psid.clone()],
                body,
                envelope: Some(envelope),
                cause,
                due_ms: 0,
                failed: 0,
                awaited: awaited.into_iter().collect(),
                waiter,
            };
            match self.queue_up(queued) {
                Ok(queued) => id = id.or(Some(queued)),
                Err(full) if id.is_none() => return Err(full),
                Err(full) => drop(self.note(cause, full.to_string())),
            }
        }
        let id = id.ok_or(NotSent::Full)?;
        self.pump();
        Ok(Ticket { id, told })
    }

    /// Puts one delivery into the queue; [`pump`](Self::pump) sends it.
    pub(crate) fn queue_up(&self, fresh: Fresh) -> Result<DeliveryId, NotSent> {
        let now_ms = self.clock.now_ms();
        let mut state = self.scheduler.state();
        if state.queue.is_full() {
            return Err(NotSent::Full);
        }
        let paused = state.queue.paused;
        let id = state.queue.next_id();
        let mut queued = Queued {
            id,
            app_id: fresh.app_id,
            psids: fresh.psids,
            body: fresh.body,
            envelope: fresh.envelope,
            headers: fresh.headers,
            cause: fresh.cause,
            stage: Stage::Waiting,
            due_ms: fresh.due_ms,
            since_ms: now_ms,
            tried: Vec::new(),
            failed: fresh.failed,
            awaited: fresh.awaited,
            waiter: fresh.waiter,
        };
        if paused {
            queued.tell(Told::Kept);
        }
        state.queue.wait(queued);
        Ok(id)
    }

    /// Sends everything that may go now.
    pub(crate) fn pump(&self) {
        loop {
            let id = {
                let mut state = self.scheduler.state();
                if state.queue.paused {
                    return;
                }
                state
                    .queue
                    .take(self.clock.now_ms(), self.knobs().user_order)
            };
            match id {
                Some(id) => drop(self.start(id)),
                None => return,
            }
        }
    }

    /// Sends a delivery that was taken out, in a task of its own: whoever asked may go away.
    pub(crate) fn start(&self, id: DeliveryId) -> tokio::task::JoinHandle<Option<Attempt>> {
        let hub = self.arc();
        let busy = self.activity.begin();
        self.tasks.spawn(async move {
            let _busy = busy;
            let sent = tokio::select! {
                () = hub.stop.cancelled() => {
                    // Whoever waits, for this delivery or for one behind it, must not wait for good.
                    hub.scheduler.state().queue.abandon();
                    return None;
                }
                sent = hub.carry(id) => sent,
            };
            hub.pump();
            sent
        })
    }

    async fn carry(&self, id: DeliveryId) -> Option<Attempt> {
        let (app_id, delivery, psids, cause, awaited) = {
            let _own = self.own_time.start();
            let mut state = self.scheduler.state();
            let queued = state.queue.sending(id)?;
            let delivery = Delivery {
                body: queued.body.clone(),
                headers: queued.headers.clone(),
                timeout: self.ack_timeout(),
            };
            // A retry follows from the attempt before it.
            let cause = queued.tried.last().map(|tried| tried.seq).or(queued.cause);
            let awaited = queued.awaited.clone();
            let app_id = queued.app_id.clone();
            (app_id, delivery, queued.psids.clone(), cause, awaited)
        };
        for attempt in awaited {
            // Refused when the login has moved on already, as it has when a delivery is tried again.
            let _ = self.command(&Command::Dispatch { attempt });
        }
        let url = self.callback_of(&app_id);
        let fault = self
            .faults
            .webhook(&psids, url.as_deref().unwrap_or_default());
        let attempt = self.send(url.as_deref(), delivery, fault).await;
        let _own = self.own_time.start();
        let what = What::Delivered {
            psids,
            attempt: attempt.clone(),
        };
        let now_ms = self.clock.now_ms();
        let seq = self.journal.append(now_ms, cause, what);
        let tried = Tried {
            at_ms: now_ms,
            seq,
            attempt: attempt.clone(),
        };
        self.settle(id, tried);
        Some(attempt)
    }

    /// What follows from an attempt: linkings are decided, failures are repeated, waiters are told.
    fn settle(&self, id: DeliveryId, tried: Tried) {
        let Tried { at_ms, seq, .. } = tried;
        let attempt = tried.attempt.clone();
        let awaited = {
            let mut state = self.scheduler.state();
            let queued = state.queue.sending(id);
            queued.map(|queued| std::mem::take(&mut queued.awaited))
        };
        let landing = self.conclude_all(awaited.unwrap_or_default(), &attempt, seq);

        let mut state = self.scheduler.state();
        let Some(mut queued) = state.queue.back(id) else {
            return;
        };
        queued.tell(Told::Tried {
            attempt: attempt.clone(),
            landing,
        });
        queued.tried.push(tried);
        let app_id = queued.app_id.clone();
        if attempt.acknowledged() {
            state.queue.finish(queued, Stage::Acknowledged);
            let timers = state.health.succeeded(&app_id);
            drop(state);
            for timer in timers {
                self.clock.cancel(timer);
            }
            return;
        }
        queued.failed += 1;
        let knobs = self.knobs();
        let linking = landing_event(&queued);
        let wait_ms = knobs
            .retries
            .wait_ms(queued.failed)
            .filter(|_| !linking || knobs.retry_linked);
        let first_failure = state.health.failed(&app_id, at_ms);
        if let Some(wait_ms) = wait_ms {
            queued.due_ms = at_ms.saturating_add(wait_ms);
            let (due_ms, failed) = (queued.due_ms, queued.failed);
            state.queue.wait(queued);
            drop(state);
            let label = format!("retry {failed} of delivery {id} to app {app_id}");
            self.wake_at(due_ms, label, seq);
        } else {
            state.queue.finish(queued, Stage::GivenUp);
            drop(state);
        }
        if first_failure {
            self.set_alarms(&app_id, at_ms);
        }
    }

    fn conclude_all(
        &self,
        awaited: Vec<AttemptId>,
        attempt: &Attempt,
        seq: u64,
    ) -> Option<LandingResult> {
        let limit = self.ack_timeout();
        let ends = awaited
            .into_iter()
            .map(|linking| webview::conclude(self, linking, attempt, limit, Some(seq)));
        ends.last()
    }

    /// Has the queue looked at again at a platform time.
    pub(crate) fn wake_at(&self, due_ms: u64, label: String, cause: u64) {
        let hub = self.me();
        let wake = move || async move {
            if let Some(hub) = hub.upgrade() {
                hub.pump();
            }
        };
        if let Err(refused) = self.clock.schedule(due_ms, label, wake) {
            self.note(Some(cause), format!("no retry is planned: {refused}"));
        }
    }

    /// Ends a delivery that is not in the queue any more; a linking that waits for it is aborted.
    pub(crate) fn lose(&self, mut queued: Queued, stage: Stage, why: &str) {
        let awaited = std::mem::take(&mut queued.awaited);
        let never = Attempt::never(format!("{why} before the event was sent"));
        self.conclude_all(awaited, &never, queued.cause.unwrap_or_default());
        self.scheduler.state().queue.finish(queued, stage);
    }

    /// How long an answer may take now.
    pub(crate) fn ack_timeout(&self) -> std::time::Duration {
        let patience = self.knobs().webhook_patience;
        patience.ack_timeout(self.config.ack_timeout)
    }
}

/// A delivery that is not yet in the queue.
#[derive(Debug)]
pub(crate) struct Fresh {
    pub(crate) app_id: String,
    pub(crate) psids: Vec<String>,
    pub(crate) body: bytes::Bytes,
    pub(crate) envelope: Option<Envelope>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) cause: Option<u64>,
    /// Zero when it may go at once.
    pub(crate) due_ms: u64,
    /// How many attempts have failed before.
    pub(crate) failed: usize,
    pub(crate) awaited: Vec<AttemptId>,
    pub(crate) waiter: Option<oneshot::Sender<Told>>,
}

/// Whether the delivery carries a linked event, whose linking the first attempt has decided.
fn landing_event(queued: &Queued) -> bool {
    use super::event::Happening;
    let items = queued.envelope.iter().flat_map(|envelope| &envelope.entry);
    items.flat_map(|entry| &entry.messaging).any(|item| {
        matches!(&item.happening, Happening::AccountLinking(linking) if linking.authorization_code.is_some())
    })
}
