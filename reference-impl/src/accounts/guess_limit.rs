//! A brake on guessing passwords that slows a guesser and never locks the owner out.
//!
//! Counted in the store, for all instances together: a guesser gains nothing by a load balancer. The
//! rows are bounded by the pace of password hashing and are forgotten after fifteen minutes.

use std::{net::IpAddr, time::Duration};

use sha2::{Digest, Sha256};

use crate::store::{Store, StoreError};

/// Wrong guesses that cost nothing: people mistype.
const FREE: i64 = 6;
/// The first delay; it doubles with each further wrong guess.
const STEP: Duration = Duration::from_millis(250);
/// The longest delay, which an owner under attack still bears.
const CEILING: Duration = Duration::from_secs(2);

/// The guesses at one account from one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Series([u8; 32]);

impl Series {
    /// Names the series without keeping the user name or the address. Behind a load balancer every
    /// address is the balancer's, and the series is that of the account.
    pub(super) fn of(username: &str, address: Option<IpAddr>) -> Self {
        let address = address.map_or_else(String::new, |address| address.to_string());
        let hash = Sha256::new()
            .chain_update(address)
            .chain_update([0])
            .chain_update(username);
        Self(hash.finalize().into())
    }

    /// Counts a guess, and says how long it has to wait before it is looked at.
    pub(super) async fn count(self, store: &Store, now: i64) -> Result<Duration, StoreError> {
        store.count_guess(&self.0, now).await.map(pause_after)
    }

    /// Forgets the series: the owner is here.
    pub(super) async fn forgive(self, store: &Store) -> Result<(), StoreError> {
        store.forget_guesses(&self.0).await
    }
}

fn pause_after(wrong: i64) -> Duration {
    match u32::try_from(wrong - FREE) {
        Err(_) => Duration::ZERO,
        Ok(over) => STEP.saturating_mul(2_u32.saturating_pow(over)).min(CEILING),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing;

    const FORGET: i64 = 15 * 60 * 1000;

    async fn after(wrong: u32) -> (Store, Series) {
        let store = Store::open(&testing::fresh_url().await, 100).await.unwrap();
        let ann = Series::of("ann", None);
        for _ in 0..wrong {
            ann.count(&store, 0).await.unwrap();
        }
        (store, ann)
    }

    #[tokio::test]
    async fn six_mistakes_cost_nothing_and_further_guesses_slow_down_to_a_ceiling() {
        let (store, ann) = after(0).await;
        let mut delays = Vec::new();
        for _ in 0..12 {
            delays.push(ann.count(&store, 0).await.unwrap().as_millis());
        }
        assert_eq!(delays, [0, 0, 0, 0, 0, 0, 250, 500, 1000, 2000, 2000, 2000]);
    }

    #[tokio::test]
    async fn the_right_password_and_time_both_forgive() {
        let (store, ann) = after(9).await;
        assert!(ann.count(&store, FORGET - 1).await.unwrap() > Duration::ZERO);
        assert_eq!(ann.count(&store, 2 * FORGET).await.unwrap(), Duration::ZERO);
        let (store, ann) = after(9).await;
        ann.forgive(&store).await.unwrap();
        assert_eq!(ann.count(&store, 0).await.unwrap(), Duration::ZERO);
    }

    #[tokio::test]
    async fn other_accounts_and_addresses_are_not_slowed() {
        let (store, _) = after(9).await;
        for other in [
            Series::of("bob", None),
            Series::of("ann", Some([127, 0, 0, 1].into())),
        ] {
            assert_eq!(other.count(&store, 0).await.unwrap(), Duration::ZERO);
        }
    }

    #[tokio::test]
    async fn guesses_sent_side_by_side_are_all_counted() {
        let (store, ann) = after(0).await;
        let guesses = (0..10).map(|_| ann.count(&store, 0));
        let delays = futures_util::future::join_all(guesses).await;
        let slowed = delays
            .into_iter()
            .filter(|delay| !delay.as_ref().unwrap().is_zero())
            .count();
        assert_eq!(slowed, 4);
    }
}
