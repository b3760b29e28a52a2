//! Moving the platform's time on: due work is fired in order, and its consequences are waited for.

use std::time::Duration;

use crate::Simulator;
use crate::clock::millis;
use crate::hub::Hub;
use crate::timer::Due;

/// How long nothing may happen before the consequences count as settled, in real time.
const QUIET: Duration = Duration::from_millis(25);

/// How long consequences are waited for, in real time; beyond the five seconds of a webhook and its callbacks.
const PATIENCE: Duration = Duration::from_secs(30);

/// How much due work one advance fires; what is left stays in the queue, and the answer tells so.
pub const MAX_FIRED: usize = 10_000;

/// What moving the time on has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advanced {
    /// The work that fell due, in the order in which it was done.
    pub fired: Vec<Due>,
    /// The platform time afterwards, in milliseconds.
    pub now_ms: u64,
    /// How much work still waits for its time.
    pub waiting: usize,
    /// Whether everything had settled in the end: no delivery under way, no call being served, no due work left
    /// over by [`MAX_FIRED`].
    pub settled: bool,
}

impl Simulator {
    /// Moves the time on by `by`. Stops at each piece of due work, does it, and waits for what follows from it.
    ///
    /// The waiting is real time: a backend that does not answer costs its time-out. Cancel-safe but for the
    /// piece of work that is being done.
    pub async fn advance(&self, by: Duration) -> Advanced {
        self.hub().advance(by, true).await
    }

    /// Jumps from one piece of due work to the next until none is left, through `at_most` of platform time.
    ///
    /// Without due work the time stands where it was.
    pub async fn run_until_idle(&self, at_most: Duration) -> Advanced {
        self.hub().advance(at_most, false).await
    }

    /// Sets the time. Forward it is an [`advance`](Self::advance); back, nothing is undone and nothing fires.
    pub async fn set_time(&self, at_ms: u64) -> Advanced {
        let hub = self.hub();
        let now_ms = hub.clock.now_ms();
        if at_ms < now_ms {
            hub.clock.set(at_ms);
        }
        hub.advance(Duration::from_millis(at_ms.saturating_sub(now_ms)), true)
            .await
    }

    /// Waits until no delivery is under way and no call is being served; false when that takes longer than `within`
    /// of real time.
    pub async fn settled(&self, within: Duration) -> bool {
        self.hub().activity.settled(QUIET, within).await
    }
}

impl Hub {
    async fn advance(&self, by: Duration, spend: bool) -> Advanced {
        let advancing = self.clock.take_over();
        let mut budget_ms = millis(by);
        let mut fired = Vec::new();
        let mut settled = true;
        loop {
            let full = fired.len() >= MAX_FIRED;
            let timer = if full {
                None
            } else {
                advancing.step(&mut budget_ms, false)
            };
            let Some(timer) = timer else {
                if !fired.is_empty() {
                    settled = self.activity.settled(QUIET, PATIENCE).await && !full;
                }
                // What followed may have set work for the time that is left; without any, the time is spent.
                let more = if full || !settled {
                    None
                } else {
                    advancing.step(&mut budget_ms, spend)
                };
                match more {
                    None => break,
                    Some(timer) => {
                        fired.push(self.fire(timer).await);
                        continue;
                    }
                }
            };
            fired.push(self.fire(timer).await);
        }
        Advanced {
            fired,
            now_ms: self.clock.now_ms(),
            waiting: advancing.waiting(),
            settled,
        }
    }

    /// Does one piece of work and waits for the deliveries and calls that it set off.
    async fn fire(&self, timer: crate::timer::Timer) -> Due {
        self.note(None, format!("due: {}", timer.due.label));
        (timer.work)().await;
        self.activity.settled(Duration::ZERO, PATIENCE).await;
        timer.due
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::future::BoxFuture;

    use super::*;
    use crate::Config;

    async fn frozen() -> Simulator {
        let platform = Simulator::start(Config::default()).await.unwrap();
        platform.clock().freeze();
        platform.clock().set(1_000);
        platform
    }

    #[tokio::test]
    async fn due_work_is_done_in_order_at_its_own_time_and_reported() {
        let platform = frozen().await;
        let seen = Arc::new(Mutex::new(Vec::new()));
        for (at_ms, label) in [(3_000, "late"), (2_000, "early"), (99_000, "beyond")] {
            let (clock, seen) = (platform.clock().clone(), Arc::clone(&seen));
            let work = move || async move { seen.lock().unwrap().push((label, clock.now_ms())) };
            platform.clock().schedule(at_ms, label, work).unwrap();
        }
        let advanced = platform.advance(Duration::from_secs(10)).await;
        assert_eq!(*seen.lock().unwrap(), [("early", 2_000), ("late", 3_000)]);
        let labels: Vec<_> = advanced
            .fired
            .iter()
            .map(|due| due.label.as_str())
            .collect();
        assert_eq!(labels, ["early", "late"]);
        assert_eq!((advanced.now_ms, advanced.waiting), (11_000, 1));
        assert!(advanced.settled);
        platform.stop().await;
    }

    #[tokio::test]
    async fn work_that_sets_work_is_followed_as_far_as_the_time_reaches() {
        fn again(clock: crate::Clock) -> Box<dyn FnOnce() -> BoxFuture<'static, ()> + Send> {
            Box::new(move || {
                Box::pin(async move {
                    let next = clock.now_ms() + 1_000;
                    clock.clone().schedule(next, "again", again(clock)).unwrap();
                })
            })
        }
        let platform = frozen().await;
        let clock = platform.clock().clone();
        clock
            .schedule(1_500, "first", again(clock.clone()))
            .unwrap();
        let advanced = platform.advance(Duration::from_secs(3)).await;
        assert_eq!(advanced.fired.len(), 3);
        assert_eq!((advanced.now_ms, advanced.waiting), (4_000, 1));

        let idle = platform.run_until_idle(Duration::from_millis(2_500)).await;
        assert_eq!((idle.fired.len(), idle.now_ms), (3, 6_500));
        platform.stop().await;
    }

    #[tokio::test]
    async fn without_due_work_only_the_time_moves() {
        let platform = frozen().await;
        let idle = platform.run_until_idle(Duration::from_hours(1)).await;
        assert_eq!(
            (idle.fired.len(), idle.now_ms, idle.settled),
            (0, 1_000, true)
        );
        assert_eq!(platform.set_time(5_000).await.now_ms, 5_000);
        assert_eq!(platform.set_time(2_000).await.now_ms, 2_000);
        platform.stop().await;
    }
}
