//! The attempts whose browser came back with a code: the only tokens that cost memory.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::linking::Attempt;
use super::token::AttemptId;

/// How many used tokens are remembered at once; the oldest is forgotten beyond it.
///
/// Reached only with that many finished logins within one token life of platform time.
pub(crate) const MAX_SPENT: usize = 65_536;

/// How far a used token has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Phase {
    /// Its event waits to be sent.
    Returned,
    /// Its event is under way.
    Awaiting,
    /// Its event was acknowledged.
    Done,
    /// It was aborted.
    Failed,
}

impl Phase {
    /// Whether its event is still to be decided.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Returned | Self::Awaiting)
    }

    /// The state in the table.
    pub(crate) fn attempt(self) -> Attempt {
        match self {
            Self::Returned => Attempt::Returned,
            Self::Awaiting => Attempt::Awaiting,
            Self::Done => Attempt::Done,
            Self::Failed => Attempt::Failed,
        }
    }
}

/// One attempt that has come back with a code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Return {
    pub(crate) psid: String,
    pub(crate) code: String,
    pub(crate) expires_ms: u64,
    /// The journal line of the tap.
    pub(crate) tap: u64,
    pub(crate) phase: Phase,
}

/// Attempts by id, with their order of arrival.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Spent {
    by_id: HashMap<AttemptId, Return>,
    order: VecDeque<AttemptId>,
    forgotten: u64,
}

impl Spent {
    pub(crate) fn find(&self, id: AttemptId) -> Option<&Return> {
        self.by_id.get(&id)
    }

    /// How far the token of one tap has come, if a code came back with it.
    pub(crate) fn of_tap(&self, psid: &str, tap: u64) -> Option<Phase> {
        self.order
            .iter()
            .rev()
            .filter_map(|id| self.by_id.get(id))
            .find(|spent| spent.tap == tap && spent.psid == psid)
            .map(|spent| spent.phase)
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
                .is_none_or(|old| !old.phase.is_open() && old.expires_ms <= now_ms);
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

    /// The event of this attempt has left, been acknowledged, or not.
    pub(crate) fn enter(&mut self, id: AttemptId, phase: Phase) {
        if let Some(spent) = self.by_id.get_mut(&id) {
            spent.phase = phase;
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
            tap: 1,
            phase: Phase::Awaiting,
        }
    }

    #[test]
    fn what_is_over_is_dropped_and_what_is_awaited_is_kept() {
        let mut spent = Spent::default();
        spent.insert(AttemptId(1), returned(100), 0);
        spent.enter(AttemptId(1), Phase::Done);
        spent.insert(AttemptId(2), returned(100), 50);
        assert!(spent.find(AttemptId(1)).is_some(), "not expired yet");
        spent.insert(AttemptId(3), returned(500), 100);
        assert!(spent.find(AttemptId(1)).is_none());
        assert!(
            spent
                .find(AttemptId(2))
                .is_some_and(|awaited| awaited.phase.is_open())
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
