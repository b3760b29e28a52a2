//! How linkings ended, so that the reason can be asked for afterwards.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use super::reason::AbortReason;

/// How many ends are remembered for all users together; the oldest is forgotten beyond it, and counted.
pub const MAX_LINKINGS: usize = 16_384;

/// The end of one linking, or of an attempt to begin or finish one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linking {
    /// When the user tapped, in platform milliseconds.
    pub tapped_ms: u64,
    /// When it ended, in platform milliseconds.
    pub ended_ms: u64,
    /// The journal line of the tap modulo 2^40; nothing when no token was made.
    pub tap: Option<u64>,
    /// Why it was aborted; nothing when the user was linked.
    pub aborted: Option<AbortReason>,
}

/// Ends in their order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct History {
    ends: VecDeque<(Box<str>, Linking)>,
    forgotten: u64,
}

impl History {
    pub(crate) fn push(&mut self, psid: &str, linking: Linking) {
        if self.ends.len() >= MAX_LINKINGS {
            self.ends.pop_front();
            self.forgotten += 1;
        }
        self.ends.push_back((psid.into(), linking));
    }

    /// What is remembered of one user, oldest first.
    pub(crate) fn of(&self, psid: &str) -> Vec<Linking> {
        self.ends
            .iter()
            .filter(|(who, _)| **who == *psid)
            .map(|(_, linking)| linking.clone())
            .collect()
    }

    pub(crate) fn forgotten(&self) -> u64 {
        self.forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_forgets_the_oldest_and_counts_it() {
        let mut history = History::default();
        for ended_ms in 0..=MAX_LINKINGS as u64 {
            let linking = Linking {
                tapped_ms: 0,
                ended_ms,
                tap: None,
                aborted: None,
            };
            history.push("1", linking);
        }
        let kept = history.of("1");
        assert_eq!((kept.len(), kept[0].ended_ms), (MAX_LINKINGS, 1));
        assert_eq!(history.forgotten(), 1);
        assert!(history.of("2").is_empty());
    }
}
