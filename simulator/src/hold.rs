//! Send API calls that hang on purpose, to see whether a backend acknowledges before it sends.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// While this lives, Send API calls for one user hang.
#[derive(Debug)]
pub struct HeldSends {
    holds: Arc<Holds>,
    psid: String,
    released: CancellationToken,
}

impl Drop for HeldSends {
    fn drop(&mut self) {
        self.released.cancel();
        self.holds.forget(&self.psid);
    }
}

/// All holds in force; one user may have several.
#[derive(Debug, Default)]
pub(crate) struct Holds {
    /// Spares every other Send API call the lock.
    count: AtomicUsize,
    by_psid: Mutex<HashMap<String, Vec<Hold>>>,
}

#[derive(Debug, Clone)]
struct Hold {
    released: CancellationToken,
    limit: Duration,
}

impl Holds {
    /// Holds the calls for `psid` until the guard drops; no single call waits longer than `limit`.
    pub(crate) fn hold(self: &Arc<Self>, psid: &str, limit: Duration) -> HeldSends {
        let released = CancellationToken::new();
        let hold = Hold {
            released: released.clone(),
            limit,
        };
        self.table().entry(psid.to_owned()).or_default().push(hold);
        self.count.fetch_add(1, Ordering::Release);
        HeldSends {
            holds: Arc::clone(self),
            psid: psid.to_owned(),
            released,
        }
    }

    /// Whether anybody is held at all.
    pub(crate) fn any(&self) -> bool {
        self.count.load(Ordering::Acquire) != 0
    }

    /// Waits for every hold on `psid` that is in force now.
    pub(crate) async fn pass(&self, psid: &str) {
        let holds = self.table().get(psid).cloned().unwrap_or_default();
        for hold in holds {
            // A limit that runs out lets the call through: it is slow then, never lost.
            let _ = tokio::time::timeout(hold.limit, hold.released.cancelled()).await;
        }
    }

    fn forget(&self, psid: &str) {
        let mut table = self.table();
        if let Some(holds) = table.get_mut(psid) {
            let before = holds.len();
            holds.retain(|hold| !hold.released.is_cancelled());
            self.count
                .fetch_sub(before - holds.len(), Ordering::Release);
            if holds.is_empty() {
                table.remove(psid);
            }
        }
    }

    fn table(&self) -> MutexGuard<'_, HashMap<String, Vec<Hold>>> {
        self.by_psid.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_held_user_waits_and_only_until_the_guard_drops() {
        let holds = Arc::new(Holds::default());
        let guard = holds.hold("1", Duration::from_mins(1));
        holds.pass("2").await;
        let waiting = tokio::spawn({
            let holds = Arc::clone(&holds);
            async move { holds.pass("1").await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        drop(guard);
        waiting.await.unwrap();
        assert_eq!(holds.count.load(Ordering::Acquire), 0);
        assert!(holds.table().is_empty());
    }

    #[tokio::test]
    async fn a_limit_lets_the_call_through() {
        let holds = Arc::new(Holds::default());
        let _guard = holds.hold("1", Duration::from_millis(20));
        let started = std::time::Instant::now();
        holds.pass("1").await;
        assert!(started.elapsed() >= Duration::from_millis(20));
    }
}
