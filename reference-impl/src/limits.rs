//! How much one instance takes on at a time, and how long it waits for anybody.

use std::time::Duration;

/// Bounds that a stranger can reach. Connections used up, a late answer and a full outbox show in the
/// log and in the figures; a slow head is everyday business, told in the log at `debug` only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Connections at a time. Further ones wait in the listener's queue until one ends.
    pub(crate) connections: usize,
    /// How long the head of a request may take, counted from the end of the one before: this also
    /// ends connections that are kept open and not used.
    pub(crate) head: Duration,
    /// How long an answer may take: a body that comes slowly, a turn at hashing, and two calls to
    /// Graph.
    pub(crate) answer: Duration,
    /// Letters in the outbox, of all instances together. The platform is then so far behind that
    /// answers would come too late to be of use: further ones are left out.
    pub(crate) letters: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            head: Duration::from_secs(30),
            answer: Duration::from_secs(45),
            letters: 20_000,
        }
    }
}
