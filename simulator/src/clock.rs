//! The one clock of the platform: expiry, timestamps and the Date header all read it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::timer::{Due, Queue, Timer, TimerId, TimerRefused, Work};

/// A virtual clock that runs with real time plus an offset, or stands still when frozen.
///
/// Clones share one time. The wall clock is read once, when the platform starts; from then on a monotonic
/// clock drives it, so that an adjusted system time cannot make tokens expire early or live on.
///
/// ```
/// use std::time::Duration;
///
/// let clock = linklab_simulator::Clock::starting_at(1_000);
/// clock.freeze();
/// let before = clock.now_ms();
/// clock.advance(Duration::from_secs(301));
/// assert_eq!(clock.now_ms(), before + 301_000);
/// ```
#[derive(Debug, Clone)]
pub struct Clock {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// Told of every change that can make work due earlier or later.
    changed: watch::Sender<()>,
}

#[derive(Debug)]
struct State {
    face: Face,
    timers: Queue,
    /// How many advances are under way; they fire due work themselves.
    advancing: usize,
}

#[derive(Debug)]
struct Face {
    /// Platform time in milliseconds at the moment `since`.
    base_ms: u64,
    /// `None` while the clock stands still.
    since: Option<Instant>,
}

impl Face {
    fn now_ms(&self) -> u64 {
        let run = self.since.map_or(0, |since| millis(since.elapsed()));
        self.base_ms.saturating_add(run)
    }

    fn set(&mut self, at_ms: u64) {
        self.base_ms = at_ms;
        self.since = self.since.map(|_| Instant::now());
    }
}

/// What the one who fires due work has to do next.
enum Next {
    Fire(Timer),
    WaitFor(Duration),
    WaitForChange,
}

impl Clock {
    /// A clock that shows the present time and runs.
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place where real time enters the platform"
    )]
    pub(crate) fn system() -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self::starting_at(millis(now))
    }

    /// A clock that shows `base_ms` milliseconds since the Unix epoch now, and runs.
    pub fn starting_at(base_ms: u64) -> Self {
        let state = State {
            face: Face {
                base_ms,
                since: Some(Instant::now()),
            },
            timers: Queue::default(),
            advancing: 0,
        };
        Self {
            shared: Arc::new(Shared {
                state: Mutex::new(state),
                changed: watch::Sender::new(()),
            }),
        }
    }

    /// Milliseconds since the Unix epoch, as the platform sees them now.
    pub fn now_ms(&self) -> u64 {
        self.state().face.now_ms()
    }

    /// Whether the clock stands still.
    pub fn is_frozen(&self) -> bool {
        self.state().face.since.is_none()
    }

    /// Moves the clock forward in one step; due work is then fired in its order while nobody waits for it.
    ///
    /// [`Simulator::advance`](crate::Simulator::advance) stops at each piece of due work and waits for it.
    pub fn advance(&self, by: Duration) {
        self.change(|state| {
            state.face.base_ms = state.face.base_ms.saturating_add(millis(by));
        });
    }

    /// Sets the clock to a time, forward or back; it goes on standing or running as it did.
    pub fn set(&self, at_ms: u64) {
        self.change(|state| state.face.set(at_ms));
    }

    /// Stops the clock where it stands.
    pub fn freeze(&self) {
        self.change(|State { face, .. }| {
            face.base_ms = face.now_ms();
            face.since = None;
        });
    }

    /// Lets a frozen clock run on from where it stands; a running one is left alone.
    pub fn resume(&self) {
        self.change(|State { face, .. }| {
            if face.since.is_none() {
                face.since = Some(Instant::now());
            }
        });
    }

    /// The work that waits for its time, in the order in which it will be done.
    pub fn due(&self) -> Vec<Due> {
        self.state().timers.list()
    }

    /// Has `work` done at the platform time `at_ms`; `label` says to people what it is.
    ///
    /// Work is a future that ends when the work is done: whoever advances the clock waits for it.
    pub fn schedule<F>(
        &self,
        at_ms: u64,
        label: impl Into<String>,
        work: impl FnOnce() -> F + Send + 'static,
    ) -> Result<TimerId, TimerRefused>
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let work: Work = Box::new(move || Box::pin(work()));
        self.change(|state| state.timers.push(at_ms, label.into(), work))
    }

    /// Takes back what was scheduled; false when it has been fired or taken back before.
    pub fn cancel(&self, id: TimerId) -> bool {
        // What the work holds is dropped after the lock is free.
        let work = self.change(|state| state.timers.remove(id));
        work.is_some()
    }

    /// Leaves the firing of due work to the holder of the guard, who steps through it.
    pub(crate) fn take_over(&self) -> Advancing<'_> {
        self.change(|state| state.advancing += 1);
        Advancing { clock: self }
    }

    /// Fires due work as it falls due, until `stop`; each piece runs as a task of its own.
    pub(crate) async fn drive(&self, tasks: &TaskTracker, stop: &CancellationToken) {
        let mut changes = self.shared.changed.subscribe();
        loop {
            changes.borrow_and_update();
            let wait = match self.next() {
                Next::Fire(timer) => {
                    tracing::debug!(label = timer.due.label, "due work fired");
                    tasks.spawn((timer.work)());
                    continue;
                }
                Next::WaitFor(time) => Some(time),
                Next::WaitForChange => None,
            };
            let fall_due = async {
                match wait {
                    Some(time) => tokio::time::sleep(time).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => break,
                _ = changes.changed() => {}
                () = fall_due => {}
            }
        }
        // Work may hold what holds this clock, so it must not outlive the platform.
        drop(self.change(|state| state.timers.stop()));
    }

    fn next(&self) -> Next {
        let mut state = self.state();
        if state.advancing > 0 {
            return Next::WaitForChange;
        }
        let now_ms = state.face.now_ms();
        if let Some(timer) = state.timers.pop(now_ms) {
            return Next::Fire(timer);
        }
        match state.timers.first_ms() {
            Some(at_ms) if state.face.since.is_some() => {
                Next::WaitFor(Duration::from_millis(at_ms - now_ms))
            }
            _ => Next::WaitForChange,
        }
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let changed = change(&mut self.state());
        self.shared.changed.send_replace(());
        changed
    }

    /// A time that is never torn: every change is a single assignment or made under the lock.
    fn state(&self) -> MutexGuard<'_, State> {
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// While this lives, due work is fired by its holder alone.
#[derive(Debug)]
pub(crate) struct Advancing<'a> {
    clock: &'a Clock,
}

impl Advancing<'_> {
    /// Moves to the next timer within `budget_ms`, pays for the way, and hands the timer out.
    ///
    /// Without such a timer, `spend` says whether the rest of the budget is spent too. Several advances at once
    /// add up: each pays for its own steps.
    pub(crate) fn step(&self, budget_ms: &mut u64, spend: bool) -> Option<Timer> {
        self.clock.change(|State { face, timers, .. }| {
            let now_ms = face.now_ms();
            let way = timers
                .first_ms()
                .map(|at_ms| at_ms.saturating_sub(now_ms))
                .filter(|way| way <= budget_ms);
            if let Some(way) = way {
                face.base_ms = face.base_ms.saturating_add(way);
                *budget_ms -= way;
                return timers.pop(now_ms.saturating_add(way));
            }
            if spend {
                face.base_ms = face.base_ms.saturating_add(*budget_ms);
                *budget_ms = 0;
            }
            None
        })
    }

    /// How many timers wait.
    pub(crate) fn waiting(&self) -> usize {
        self.clock.state().timers.len()
    }
}

impl Drop for Advancing<'_> {
    fn drop(&mut self) {
        self.clock.change(|state| state.advancing -= 1);
    }
}

/// The `Date` header for a platform time in milliseconds.
pub(crate) fn http_date(at_ms: u64) -> String {
    // The format ends with the year 9999; a clock advanced beyond it stays there.
    const LAST_SECOND: u64 = 253_402_300_799;
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs((at_ms / 1000).min(LAST_SECOND)))
}

pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_clock_moves_only_when_advanced() {
        let clock = Clock::starting_at(5_000);
        clock.freeze();
        let stood = clock.now_ms();
        let spin = Instant::now();
        while spin.elapsed() < Duration::from_millis(3) {
            std::hint::spin_loop();
        }
        assert_eq!(clock.now_ms(), stood);
        clock.clone().advance(Duration::from_millis(7));
        assert_eq!(clock.now_ms(), stood + 7);
    }

    #[test]
    fn a_resumed_clock_runs_on_without_a_jump() {
        let clock = Clock::starting_at(5_000);
        clock.freeze();
        clock.advance(Duration::from_mins(1));
        clock.resume();
        let now = clock.now_ms();
        assert!((65_000..70_000).contains(&now), "{now}");
    }

    #[test]
    fn the_date_header_survives_any_advance() {
        assert_eq!(http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(http_date(u64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    }

    #[test]
    fn a_clock_can_be_set_forward_and_back() {
        let clock = Clock::starting_at(5_000);
        clock.freeze();
        for at_ms in [9_000, 1_000] {
            clock.set(at_ms);
            assert_eq!(clock.now_ms(), at_ms);
        }
    }

    #[tokio::test]
    async fn a_running_clock_fires_what_falls_due_and_a_frozen_one_does_not() {
        let clock = Clock::starting_at(0);
        clock.freeze();
        let (tasks, stop) = (TaskTracker::new(), CancellationToken::new());
        let driver = tokio::spawn({
            let (clock, tasks, stop) = (clock.clone(), tasks.clone(), stop.clone());
            async move { clock.drive(&tasks, &stop).await }
        });
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        for at_ms in [2, 1, 3_600_000] {
            let sender = sender.clone();
            clock
                .schedule(
                    at_ms,
                    "test",
                    move || async move { sender.send(at_ms).unwrap() },
                )
                .unwrap();
        }
        tokio::task::yield_now().await;
        assert!(receiver.try_recv().is_err());
        clock.resume();
        assert_eq!(receiver.recv().await, Some(1));
        assert_eq!(receiver.recv().await, Some(2));
        let last = clock.due();
        assert_eq!(last.len(), 1);
        assert!(clock.cancel(last[0].id) && !clock.cancel(last[0].id));
        stop.cancel();
        driver.await.unwrap();
        let late = clock.schedule(1, "late", || async {});
        assert_eq!(late, Err(TimerRefused::Stopped));
    }
}
