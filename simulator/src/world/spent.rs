//! The attempts whose browser came back with a code: the only tokens that cost memory.

use std::collections::{HashMap, VecDeque};

use super::token::AttemptId;

/// How many used tokens are remembered at once; the oldest is forgotten beyond it.
///
/// Reached only with that many finished logins within one token life of platform time.
pub(crate) const MAX_SPENT: usize = 65_536;

/// One attempt that has come back with a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Return {
    pub(crate) psid: String,
    pub(crate) code: String,
    pub(crate) expires_ms: u64,
    /// Whether its event is still under way.
    pub(crate) awaiting: bool,
}

/// Attempts by id, with their order of arrival.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    by_id: HashMap<AttemptId, Return>,
    order: VecDeque<AttemptId>,
    forgotten: u64,
}

impl Spent {
    pub(crate) fn find(&self, id: AttemptId) -> Option<&Return> {
        self.by_id.get(&id)
    }

    /// How many were forgotten although they had not expired.
    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten
    }

    pub(crate) fn insert(&mut self, id: AttemptId, spent: Return, now_ms: u64) {
        while let Some(oldest) = self.order.front() {
            let over = self
                .by_id
                .get(oldest)
                .is_none_or(|old| !old.awaiting && old.expires_ms <= now_ms);
            if !over && self.order.len() < MAX_SPENT {
                break;
            }
            self.forgotten += u64::from(!over);
            self.by_id.remove(oldest);
            self.order.pop_front();
        }
        if self.by_id.insert(id, spent).is_none() {
            self.order.push_back(id);
        }
    }

    /// The event of this attempt has been acknowledged or not.
    pub(crate) fn conclude(&mut self, id: AttemptId) {
        if let Some(spent) = self.by_id.get_mut(&id) {
            spent.awaiting = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returned(expires_ms: u64) -> Return {
        Return {
            psid: "1".to_owned(),
            code: "c".to_owned(),
            expires_ms,
            awaiting: true,
        }
    }

    #[test]
    fn what_is_over_is_dropped_and_what_is_awaited_is_kept() {
        let mut spent = Spent::default();
        spent.insert(AttemptId(1), returned(100), 0);
        spent.conclude(AttemptId(1));
        spent.insert(AttemptId(2), returned(100), 50);
        assert!(spent.find(AttemptId(1)).is_some(), "not expired yet");
        spent.insert(AttemptId(3), returned(500), 100);
        assert!(spent.find(AttemptId(1)).is_none());
        assert!(
            spent
                .find(AttemptId(2))
                .is_some_and(|awaited| awaited.awaiting)
        );
        assert_eq!(spent.forgotten(), 0);
    }

    #[test]
    fn the_bound_forgets_the_oldest_and_counts_it() {
        let mut spent = Spent::default();
        for serial in 0..=MAX_SPENT as u128 {
            spent.insert(AttemptId(serial), returned(u64::MAX), 0);
        }
        assert!(spent.find(AttemptId(0)).is_none());
        assert!(spent.find(AttemptId(1)).is_some());
        assert_eq!((spent.by_id.len(), spent.forgotten()), (MAX_SPENT, 1));
    }
}
