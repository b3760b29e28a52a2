//! What an operator wants to see from afar: counters and gauges in the text format of Prometheus.

use std::sync::{Arc, atomic::Ordering};

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::store::Backlog;

/// The counters of one instance. Clones share them. No label has a value that a stranger can choose,
/// so their number is bounded.
#[derive(Clone, Debug)]
pub(crate) struct Metrics {
    registry: Arc<Registry>,
    requests: Family<OfStatus, Counter>,
    events: Family<OfOutcome, Counter>,
    logins: Family<OfLogin, Counter>,
    letters: Family<OfFate, Counter>,
    waiting: Gauge,
    oldest: Gauge,
    left_out: Counter,
    connections: Gauge,
    full: Counter,
}

/// What a linking event came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub(crate) enum Outcome {
    Linked,
    Repeated,
    Outdated,
    UnknownCode,
    ExpiredCode,
    ForeignCode,
    Unlinked,
    WasNotLinked,
}

/// What became of a try to carry a letter out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub(crate) enum Fate {
    Done,
    PutBack,
    GivenUp,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfStatus {
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfOutcome {
    outcome: Outcome,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfLogin {
    right: u8,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfFate {
    fate: Fate,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("linking");
        let requests = Family::default();
        registry.register("requests", "Requests answered, by status", requests.clone());
        let events = Family::default();
        registry.register(
            "events",
            "Link changes, by what they came to",
            events.clone(),
        );
        let logins = Family::default();
        registry.register("logins", "Passwords checked", logins.clone());
        let letters = Family::default();
        registry.register(
            "letters",
            "Tries to carry a letter of the outbox out",
            letters.clone(),
        );
        let waiting = Gauge::default();
        registry.register("outbox_waiting", "Letters in the outbox", waiting.clone());
        let oldest = Gauge::default();
        let help = "Age of the oldest letter in the outbox, in milliseconds";
        registry.register("outbox_oldest_milliseconds", help, oldest.clone());
        let left_out = Counter::default();
        let help = "Letters left out because the outbox was full";
        registry.register("outbox_left_out", help, left_out.clone());
        let connections = Gauge::default();
        registry.register("connections", "Connections open", connections.clone());
        let full = Counter::default();
        let help = "Times a new connection had to wait for another to end";
        registry.register("connections_full", help, full.clone());
        Self {
            registry: Arc::new(registry),
            requests,
            events,
            logins,
            letters,
            waiting,
            oldest,
            left_out,
            connections,
            full,
        }
    }
}

impl Metrics {
    pub(crate) fn request(&self, status: u16) {
        self.requests.get_or_create(&OfStatus { status }).inc();
    }

    pub(crate) fn event(&self, outcome: Outcome) {
        self.events.get_or_create(&OfOutcome { outcome }).inc();
    }

    pub(crate) fn login(&self, right: bool) {
        let right = u8::from(right);
        self.logins.get_or_create(&OfLogin { right }).inc();
    }

    pub(crate) fn letter(&self, fate: Fate) {
        self.letters.get_or_create(&OfFate { fate }).inc();
    }

    /// Letters given up since the start.
    pub(crate) fn given_up(&self) -> u64 {
        let fate = Fate::GivenUp;
        self.letters.get_or_create(&OfFate { fate }).get()
    }

    /// Counts a connection for as long as what this gives is kept.
    pub(crate) fn connected(&self) -> Connected {
        self.connections.inc();
        Connected(self.connections.clone())
    }

    /// Every seat was taken when the next connection could have come.
    pub(crate) fn full(&self) {
        self.full.inc();
    }

    /// Everything as text; the outbox is counted by the store.
    pub(crate) fn text(&self, backlog: &Backlog) -> String {
        self.waiting.set(backlog.waiting);
        self.oldest.set(backlog.oldest);
        // The store counts what it leaves out; here is where that count is read.
        let left_out = self.left_out.inner();
        left_out.store(backlog.left_out, Ordering::Relaxed);
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing into a string cannot fail");
        text
    }
}

/// One open connection in the figures, until it is dropped.
#[derive(Debug)]
pub(crate) struct Connected(Gauge);

impl Drop for Connected {
    fn drop(&mut self) {
        self.0.dec();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_what_prometheus_reads() {
        let metrics = Metrics::default();
        metrics.request(200);
        metrics.request(200);
        metrics.event(Outcome::Linked);
        metrics.login(false);
        metrics.letter(Fate::PutBack);
        metrics.full();
        drop(metrics.connected());
        let _open = metrics.connected();
        let backlog = Backlog {
            waiting: 3,
            oldest: 1500,
            left_out: 2,
        };
        insta::assert_snapshot!("the_text_is_what_prometheus_reads", metrics.text(&backlog));
        assert_eq!(metrics.given_up(), 0);
    }
}
