//! What the platform is busy with, so that others can wait until everything has settled.

use std::time::Duration;

use tokio::sync::watch;

/// Counts deliveries under way and calls being served.
#[derive(Debug)]
pub(crate) struct Activity {
    state: watch::Sender<State>,
}

#[derive(Debug, Clone, Copy, Default)]
struct State {
    under_way: u64,
    /// How many have begun in all, so that a short one is not overlooked.
    begun: u64,
}

impl Default for Activity {
    fn default() -> Self {
        Self {
            state: watch::Sender::new(State::default()),
        }
    }
}

/// Something is under way while this lives.
#[derive(Debug)]
pub(crate) struct Busy {
    state: watch::Sender<State>,
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.state.send_modify(|state| state.under_way -= 1);
    }
}

impl Activity {
    /// Marks that something is under way until the guard drops.
    pub(crate) fn begin(&self) -> Busy {
        self.state.send_modify(|state| {
            state.under_way += 1;
            state.begun += 1;
        });
        Busy {
            state: self.state.clone(),
        }
    }

    /// Waits until nothing has been under way for as long as `quiet`; false when that takes longer than `within`.
    ///
    /// The quiet time is there for backends that acknowledge first and call back afterwards.
    pub(crate) async fn settled(&self, quiet: Duration, within: Duration) -> bool {
        let mut changes = self.state.subscribe();
        let calm = async {
            loop {
                let Ok(seen) = changes
                    .wait_for(|state| state.under_way == 0)
                    .await
                    .map(|s| *s)
                else {
                    return;
                };
                let moved = changes.wait_for(|state| state.begun != seen.begun);
                if quiet.is_zero() || tokio::time::timeout(quiet, moved).await.is_err() {
                    return;
                }
            }
        };
        tokio::time::timeout(within, calm).await.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn what_is_under_way_is_waited_for_and_what_follows_soon_too() {
        let activity = std::sync::Arc::new(Activity::default());
        let first = activity.begin();
        assert!(
            !activity
                .settled(Duration::ZERO, Duration::from_millis(5))
                .await
        );
        let (sender, receiver) = tokio::sync::oneshot::channel();
        tokio::spawn({
            let activity = std::sync::Arc::clone(&activity);
            async move {
                drop(first);
                tokio::task::yield_now().await;
                let second = activity.begin();
                tokio::task::yield_now().await;
                drop(second);
                sender.send(()).unwrap();
            }
        });
        assert!(activity.settled(Duration::from_millis(300), LONG).await);
        let mut receiver = receiver;
        assert!(receiver.try_recv().is_ok(), "the second was over before");
    }

    #[tokio::test]
    async fn nothing_under_way_is_settled_at_once() {
        assert!(Activity::default().settled(Duration::ZERO, LONG).await);
    }
}
