//! The bounded ring behind the journal, and the way to wait for what it will hold.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::{Cursor, Entry, What};

/// How many lines the journal keeps; the oldest are dropped beyond it, and [`Journal::since`] tells how many.
pub const MAX_ENTRIES: usize = 16_384;

/// About how many bytes of bodies, headers and messages the journal keeps alive, dropped in the same way.
pub const MAX_BYTES: usize = 32 * 1024 * 1024;

/// How far back the cause of a Graph call is looked for: beyond so many other entries it would be a guess.
const LOOK_BACK: usize = 64;

/// Reader of the log; cheap to clone.
#[derive(Debug, Clone)]
pub struct Journal {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    ring: Mutex<Ring>,
    /// The newest `seq`, for those who wait.
    newest: watch::Sender<u64>,
}

#[derive(Debug)]
struct Ring {
    entries: VecDeque<(usize, Arc<Entry>)>,
    newest: u64,
    bytes: usize,
    max_entries: usize,
    max_bytes: usize,
}

impl Journal {
    pub(crate) fn new() -> Self {
        Self::bounded(MAX_ENTRIES, MAX_BYTES)
    }

    fn bounded(max_entries: usize, max_bytes: usize) -> Self {
        let ring = Ring {
            entries: VecDeque::new(),
            newest: 0,
            bytes: 0,
            max_entries,
            max_bytes,
        };
        Self {
            shared: Arc::new(Shared {
                ring: Mutex::new(ring),
                newest: watch::Sender::new(0),
            }),
        }
    }

    /// Adds a line and returns its `seq`.
    pub(crate) fn append(&self, at_ms: u64, cause: Option<u64>, what: What) -> u64 {
        let seq = self.ring().push(at_ms, cause, what);
        // Appends race here, so the greatest wins; a smaller one has been seen with it.
        self.shared.newest.send_if_modified(|newest| {
            let newer = *newest < seq;
            *newest = seq.max(*newest);
            newer
        });
        seq
    }

    /// Where the log ends now.
    pub fn end(&self) -> Cursor {
        Cursor(self.ring().newest)
    }

    /// Entries after `cursor`, oldest first, and how many were dropped by the bound meanwhile.
    pub fn since(&self, cursor: Cursor) -> (Vec<Entry>, u64) {
        let (entries, dropped) = self.ring().after(cursor);
        (
            entries.iter().map(|entry| Entry::clone(entry)).collect(),
            dropped,
        )
    }

    /// The first entry after `cursor` that `wanted` accepts, waiting up to `within` for it.
    ///
    /// Cancel-safe: nothing is consumed.
    pub async fn wait_for(
        &self,
        cursor: Cursor,
        within: Duration,
        wanted: impl Fn(&Entry) -> bool + Send,
    ) -> Option<Entry> {
        let mut changes = self.shared.newest.subscribe();
        let search = async {
            let mut seen = cursor;
            loop {
                changes.borrow_and_update();
                let (entries, _) = self.ring().after(seen);
                if let Some(found) = entries.iter().find(|entry| wanted(entry)) {
                    return Some(Entry::clone(found));
                }
                if let Some(last) = entries.last() {
                    seen = Cursor(last.seq);
                }
                drop(entries);
                changes.changed().await.ok()?;
            }
        };
        tokio::time::timeout(within, search).await.ok().flatten()
    }

    /// The newest delivery to this user among the newest [`LOOK_BACK`] entries.
    pub(crate) fn newest_delivery(&self, psid: &str) -> Option<u64> {
        let ring = self.ring();
        let mut newest = ring.entries.iter().rev().take(LOOK_BACK);
        let (_, found) = newest.find(|(_, entry)| {
            matches!(&entry.what, What::Delivered { psids, .. } if psids.iter().any(|known| known == psid))
        })?;
        Some(found.seq)
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.shared
            .ring
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    fn push(&mut self, at_ms: u64, cause: Option<u64>, what: What) -> u64 {
        let weight = what.weight();
        self.newest += 1;
        let seq = self.newest;
        self.entries.push_back((
            weight,
            Arc::new(Entry {
                seq,
                at_ms,
                instant: Instant::now(),
                cause,
                what,
            }),
        ));
        self.bytes += weight;
        // The newest line always stays, so that a single great one is seen at all.
        while self.entries.len() > self.max_entries
            || (self.bytes > self.max_bytes && self.entries.len() > 1)
        {
            let Some((weight, _)) = self.entries.pop_front() else {
                break;
            };
            self.bytes -= weight;
        }
        seq
    }

    fn after(&self, cursor: Cursor) -> (Vec<Arc<Entry>>, u64) {
        let oldest = self
            .entries
            .front()
            .map_or(self.newest + 1, |(_, entry)| entry.seq);
        let dropped = (oldest - 1).saturating_sub(cursor.0);
        let skip = usize::try_from((cursor.0 + 1).saturating_sub(oldest)).unwrap_or(usize::MAX);
        (
            self.entries
                .iter()
                .skip(skip)
                .map(|(_, entry)| Arc::clone(entry))
                .collect(),
            dropped,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(journal: &Journal, text: &str) -> u64 {
        journal.append(0, None, What::Note(text.to_owned()))
    }

    fn says(entry: &Entry, wanted: &str) -> bool {
        matches!(&entry.what, What::Note(text) if text == wanted)
    }

    #[test]
    fn a_full_ring_tells_what_it_dropped() {
        let journal = Journal::bounded(3, 1_000);
        let start = journal.end();
        for text in ["a", "b", "c", "d", "e"] {
            note(&journal, text);
        }
        let (entries, dropped) = journal.since(start);
        assert_eq!((entries.len(), dropped), (3, 2));
        assert_eq!(entries[0].seq, 3);
        let (entries, dropped) = journal.since(Cursor(4));
        assert_eq!((entries.len(), dropped, entries[0].seq), (1, 0, 5));
        assert_eq!(journal.since(journal.end()).0.len(), 0);
        assert_eq!(journal.since(Cursor(u64::MAX - 1)).0.len(), 0);
    }

    #[test]
    fn great_lines_push_out_more() {
        let journal = Journal::bounded(100, 1_000);
        for _ in 0..10 {
            note(&journal, "small");
        }
        note(&journal, &"x".repeat(5_000));
        let (entries, dropped) = journal.since(Cursor(0));
        assert_eq!((entries.len(), dropped), (1, 10));
    }

    #[tokio::test]
    async fn waiting_finds_what_is_there_and_what_comes() {
        let journal = Journal::bounded(100, 10_000);
        let start = journal.end();
        note(&journal, "early");
        let found = journal
            .wait_for(start, Duration::from_secs(5), |entry| says(entry, "early"))
            .await;
        assert_eq!(found.map(|entry| entry.seq), Some(1));

        let waiting = tokio::spawn({
            let journal = journal.clone();
            async move {
                journal
                    .wait_for(start, Duration::from_secs(5), |entry| says(entry, "late"))
                    .await
            }
        });
        tokio::task::yield_now().await;
        note(&journal, "other");
        note(&journal, "late");
        assert_eq!(waiting.await.unwrap().map(|entry| entry.seq), Some(3));
        let never = journal
            .wait_for(start, Duration::from_millis(5), |entry| {
                says(entry, "never")
            })
            .await;
        assert!(never.is_none());
    }
}
