//! Questions to the journal: which entries there are, how many, in which order, and what led to one of them.

use std::time::Duration;

use super::{Cursor, Entry, Journal, Matcher};

/// The answer to a question.
#[derive(Debug, Clone)]
pub struct Found {
    /// The entries that match, oldest first.
    pub entries: Vec<Entry>,
    /// How many entries of the asked range the bound had dropped before; they may have matched.
    pub dropped: u64,
}

impl Journal {
    /// The entries that `matcher` accepts.
    pub fn find(&self, matcher: &Matcher) -> Found {
        let (mut entries, dropped) = self.since(Cursor(matcher.since.unwrap_or_default()));
        entries.retain(|entry| matcher.accepts(entry));
        Found { entries, dropped }
    }

    /// How many entries `matcher` accepts.
    pub fn count(&self, matcher: &Matcher) -> usize {
        self.find(matcher).entries.len()
    }

    /// Entries that match the steps one after another, others between them allowed; the number of steps that were
    /// found is the error.
    pub fn sequence(&self, steps: &[Matcher]) -> Result<Vec<Entry>, usize> {
        let from = steps.first().and_then(|step| step.since);
        let (entries, _) = self.since(Cursor(from.unwrap_or_default()));
        let mut entries = entries.into_iter();
        let mut found = Vec::new();
        for step in steps {
            match entries.find(|entry| step.accepts(entry)) {
                Some(entry) => found.push(entry),
                None => return Err(found.len()),
            }
        }
        Ok(found)
    }

    /// The first entry that `matcher` accepts, waiting up to `within` for it.
    ///
    /// Cancel-safe: nothing is consumed.
    pub async fn wait_until(&self, matcher: &Matcher, within: Duration) -> Option<Entry> {
        let cursor = Cursor(matcher.since.unwrap_or_default());
        self.wait_for(cursor, within, |entry| matcher.accepts(entry))
            .await
    }

    /// What led to the entry `seq`: from the first cause that is still kept down to the entry itself.
    pub fn chain(&self, seq: u64) -> Vec<Entry> {
        let (entries, _) = self.since(Cursor(0));
        let mut chain: Vec<Entry> = Vec::new();
        let mut wanted = Some(seq);
        for entry in entries.into_iter().rev() {
            if Some(entry.seq) == wanted {
                // A cause is always older, so one walk backwards meets the whole chain.
                wanted = entry.cause;
                chain.push(entry);
            }
        }
        chain.reverse();
        chain
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::What;

    fn told(texts: &[(&str, Option<u64>)]) -> Journal {
        let journal = Journal::new();
        for (text, cause) in texts {
            journal.append(0, *cause, What::Note((*text).to_owned()));
        }
        journal
    }

    fn saying(text: &str) -> Matcher {
        Matcher {
            text: Some(text.to_owned()),
            ..Matcher::default()
        }
    }

    #[test]
    fn a_sequence_needs_its_order() {
        let journal = told(&[("a", None), ("x", None), ("b", None)]);
        let seqs = |steps: &[&str]| {
            let steps: Vec<_> = steps.iter().map(|text| saying(text)).collect();
            let found = journal.sequence(&steps);
            found.map(|entries| entries.iter().map(|entry| entry.seq).collect::<Vec<_>>())
        };
        assert_eq!(seqs(&["a", "b"]), Ok(vec![1, 3]));
        assert_eq!(seqs(&["b", "a"]), Err(1));
        assert_eq!(seqs(&["a", "a"]), Err(1));
        assert_eq!(journal.count(&saying("a")), 1);
    }

    #[test]
    fn a_chain_leads_from_the_first_cause_to_the_entry() {
        let journal = told(&[
            ("tap", None),
            ("other", None),
            ("back", Some(1)),
            ("end", Some(3)),
        ]);
        let seqs: Vec<_> = journal.chain(4).iter().map(|entry| entry.seq).collect();
        assert_eq!(seqs, [1, 3, 4]);
        assert!(journal.chain(9).is_empty());
    }

    #[tokio::test]
    async fn waiting_ends_with_the_entry_or_with_the_time() {
        let journal = told(&[("a", None)]);
        let long = Duration::from_secs(20);
        let found = journal.wait_until(&saying("a"), long).await;
        assert_eq!(found.map(|entry| entry.seq), Some(1));
        let after = Matcher {
            since: Some(1),
            ..saying("a")
        };
        let late = journal.wait_until(&after, Duration::from_millis(5)).await;
        assert!(late.is_none());
    }
}
