//! The outbox at work: letters are taken from the store, carried out, and finished or put back.
//!
//! At least once: a letter is deleted only after the platform has answered. When the answer is lost,
//! or the process ends in between, the letter is carried out again, here or by another instance.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::Notify,
    task::JoinSet,
    time::{self, MissedTickBehavior},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    conversation::{Answer, Conversation},
    error::GraphError,
    graph::Graph,
    message::Outgoing,
    task::Task,
};
use crate::{
    clock::{Clock, millis},
    metrics::{Fate, Metrics},
    store::{Store, StoreError, Taken},
};

/// Letters carried out side by side by one instance.
const LANES: usize = 16;
/// How often an instance looks for letters that nobody rang for: those put back, and those of an
/// instance that is gone.
const LOOK: Duration = Duration::from_millis(250);
/// The pause after the first failure; each further one is four times as long, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// How old an answer may be. Later ones would answer a question that nobody remembers, and after a
/// day the platform refuses them (protocol 2.3: outside the allowed window).
const STALE_ANSWER: Duration = Duration::from_hours(2);
/// How long the platform is asked to unlink somebody before a person has to look at it.
const STALE_UNLINK: Duration = Duration::from_hours(72);

/// The bell of the outbox and the end of its work. Clones share both.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    bell: Arc<Notify>,
    closing: CancellationToken,
    work: TaskTracker,
}

/// What carrying letters out needs.
#[derive(Clone, Debug)]
pub(crate) struct Worker {
    pub(crate) store: Store,
    pub(crate) graph: Graph,
    pub(crate) conversation: Conversation,
    pub(crate) clock: Clock,
    pub(crate) metrics: Metrics,
}

impl Outbox {
    /// Starts to carry letters out on the current runtime.
    pub(crate) fn start(&self, worker: Worker) {
        self.work.spawn(run(worker, self.clone()));
    }

    /// Says that a letter was written. Without it, the letter goes out at the next look.
    pub(crate) fn ring(&self) {
        self.bell.notify_one();
    }

    /// Carries out what is due, for at most `grace`, and stops. What is left stays in the store.
    pub(crate) async fn close(&self, grace: Duration) {
        self.closing.cancel();
        self.work.close();
        if time::timeout(grace, self.work.wait()).await.is_err() {
            tracing::warn!("stopped with letters under way; they will be sent again");
        }
    }
}

async fn run(worker: Worker, outbox: Outbox) {
    let mut under_way = JoinSet::new();
    let mut look = time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let free = LANES - under_way.len();
        let taken = if free == 0 {
            Vec::new()
        } else {
            worker.take(free).await
        };
        let none = taken.is_empty();
        for letter in taken {
            under_way.spawn(worker.clone().carry_out(letter));
        }
        if outbox.closing.is_cancelled() && none && under_way.is_empty() {
            return;
        }
        if none || under_way.len() == LANES {
            tokio::select! {
                () = outbox.bell.notified() => {}
                _ = look.tick() => {}
                Some(_) = under_way.join_next() => {}
                () = outbox.closing.cancelled(), if !outbox.closing.is_cancelled() => {}
            }
        }
    }
}

impl Worker {
    async fn take(&self, most: usize) -> Vec<Taken> {
        let taken = self.store.take_letters(self.clock.now(), most).await;
        taken.unwrap_or_else(|error| {
            tracing::error!(%error, "the outbox cannot be read");
            Vec::new()
        })
    }

    async fn carry_out(self, letter: Taken) {
        let done = match Task::read(&letter.task) {
            Some(Task::Say(answer)) => self.say(&letter, &answer).await,
            Some(Task::Unlink) => self.unlink(&letter).await,
            None => {
                tracing::error!("a letter of another version was given up");
                self.give_up(&letter).await
            }
        };
        if let Err(error) = done {
            // The lease runs out and the letter is carried out again.
            tracing::error!(%error, "the outbox cannot be written");
        }
    }

    async fn say(&self, letter: &Taken, answer: &Answer) -> Result<(), StoreError> {
        let message = self.conversation.message(&letter.psid, answer).await?;
        let outgoing = Outgoing {
            psid: &letter.psid,
            message: &message,
        };
        match self.graph.send(&outgoing).await {
            Ok(()) => {
                self.metrics.letter(Fate::Done);
                self.store.finish_letter(letter).await
            }
            Err(error) => self.failed(letter, &error, STALE_ANSWER).await,
        }
    }

    async fn unlink(&self, letter: &Taken) -> Result<(), StoreError> {
        match self.graph.unlink(&letter.psid).await {
            Ok(()) => {
                self.metrics.letter(Fate::Done);
                let goodbye = Task::Say(Answer::Goodbye).letter();
                let now = self.clock.now();
                self.store
                    .finish_unlinking(letter, &goodbye, now)
                    .await
                    .map(drop)
            }
            Err(error) => self.failed(letter, &error, STALE_UNLINK).await,
        }
    }

    /// Puts a letter back for a later try, or gives it up when trying again is of no use.
    async fn failed(
        &self,
        letter: &Taken,
        error: &GraphError,
        stale: Duration,
    ) -> Result<(), StoreError> {
        let now = self.clock.now();
        if error.is_worth_repeating() && now - letter.created_at < millis(stale) {
            let pause = pause_after(letter.tries);
            tracing::info!(%error, tries = letter.tries, ?pause, "the platform will be asked again");
            self.metrics.letter(Fate::PutBack);
            return self
                .store
                .put_letter_back(letter, now + millis(pause))
                .await;
        }
        tracing::warn!(%error, tries = letter.tries, "a letter was given up");
        self.give_up(letter).await
    }

    async fn give_up(&self, letter: &Taken) -> Result<(), StoreError> {
        self.metrics.letter(Fate::GivenUp);
        self.store.finish_letter(letter).await
    }
}

fn pause_after(tries: i64) -> Duration {
    let doublings = u32::try_from(tries.clamp(1, 10) - 1).unwrap_or_default();
    FIRST_PAUSE
        .saturating_mul(4_u32.saturating_pow(doublings))
        .min(LONGEST_PAUSE)
}

#[cfg(test)]
#[path = "outbox_tests.rs"]
mod tests;
