//! The queue of work that falls due at a platform time.

use std::collections::BTreeMap;

use futures_util::future::BoxFuture;

/// How many timers wait at once; more are refused.
pub const MAX_TIMERS: usize = 65_536;

/// What is done when a timer falls due.
pub(crate) type Work = Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send>;

/// Names one timer; ids sort in the order in which timers fire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimerId {
    at_ms: u64,
    serial: u64,
}

/// A timer as others may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Which one.
    pub id: TimerId,
    /// When it falls due, in platform milliseconds.
    pub at_ms: u64,
    /// What it is for, as a sentence or a name.
    pub label: String,
}

/// Why no timer was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimerRefused {
    /// Too many wait already.
    #[error("{MAX_TIMERS} timers wait already; advance the clock or drop some work first")]
    Full,
    /// The platform is stopping.
    #[error("the platform is stopping and takes no more work")]
    Stopped,
}

pub(crate) struct Timer {
    pub(crate) due: Due,
    pub(crate) work: Work,
}

/// Timers in the order in which they fire: by time, then by the order of their setting.
#[derive(Default)]
pub(crate) struct Queue {
    timers: BTreeMap<TimerId, (String, Work)>,
    set: u64,
    stopped: bool,
}

impl std::fmt::Debug for Queue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.timers.keys()).finish()
    }
}

impl Queue {
    pub(crate) fn push(
        &mut self,
        at_ms: u64,
        label: String,
        work: Work,
    ) -> Result<TimerId, TimerRefused> {
        if self.stopped {
            return Err(TimerRefused::Stopped);
        }
        if self.timers.len() >= MAX_TIMERS {
            return Err(TimerRefused::Full);
        }
        self.set += 1;
        let id = TimerId {
            at_ms,
            serial: self.set,
        };
        self.timers.insert(id, (label, work));
        Ok(id)
    }

    pub(crate) fn remove(&mut self, id: TimerId) -> Option<Work> {
        self.timers.remove(&id).map(|(_, work)| work)
    }

    /// When the first timer falls due.
    pub(crate) fn first_ms(&self) -> Option<u64> {
        self.timers.first_key_value().map(|(id, _)| id.at_ms)
    }

    /// The first timer, if it is due by `now_ms`.
    pub(crate) fn pop(&mut self, now_ms: u64) -> Option<Timer> {
        if self.first_ms()? > now_ms {
            return None;
        }
        let (id, (label, work)) = self.timers.pop_first()?;
        let at_ms = id.at_ms;
        Some(Timer {
            due: Due { id, at_ms, label },
            work,
        })
    }

    pub(crate) fn list(&self) -> Vec<Due> {
        let due = |(id, (label, _)): (&TimerId, &(String, Work))| Due {
            id: *id,
            at_ms: id.at_ms,
            label: label.clone(),
        };
        self.timers.iter().map(due).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.timers.len()
    }

    /// Takes no more work; what waited is handed out to be dropped where no lock is held.
    pub(crate) fn stop(&mut self) -> BTreeMap<TimerId, (String, Work)> {
        self.stopped = true;
        std::mem::take(&mut self.timers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn idle() -> Work {
        Box::new(|| Box::pin(async {}))
    }

    #[test]
    fn timers_leave_by_time_and_then_by_age() {
        let mut queue = Queue::default();
        for (at_ms, label) in [(20, "b"), (10, "a"), (20, "c")] {
            queue.push(at_ms, label.to_owned(), idle()).unwrap();
        }
        assert!(queue.pop(9).is_none());
        let order: Vec<_> = std::iter::from_fn(|| queue.pop(20))
            .map(|timer| timer.due.label)
            .collect();
        assert_eq!(order, ["a", "b", "c"]);
    }

    #[test]
    fn a_full_queue_and_a_stopped_one_refuse() {
        let mut queue = Queue::default();
        for _ in 0..MAX_TIMERS {
            queue.push(1, String::new(), idle()).unwrap();
        }
        assert_eq!(
            queue.push(1, String::new(), idle()),
            Err(TimerRefused::Full)
        );
        assert_eq!(queue.stop().len(), MAX_TIMERS);
        assert_eq!(
            queue.push(1, String::new(), idle()),
            Err(TimerRefused::Stopped)
        );
    }
}
