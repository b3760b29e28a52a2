//! What an operator wants to see from afar: counters and gauges in the text format of Prometheus.

use std::sync::Arc;

use prometheus_client::{
    encoding::{EncodeLabelSet, EncodeLabelValue, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

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
        Self {
            registry: Arc::new(registry),
            requests,
            events,
            logins,
            letters,
            waiting,
            oldest,
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

    /// Everything as text; the outbox is counted by the store, for all instances together.
    pub(crate) fn text(&self, waiting: i64, oldest: i64) -> String {
        self.waiting.set(waiting);
        self.oldest.set(oldest);
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing into a string cannot fail");
        text
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
        insta::assert_snapshot!(metrics.text(3, 1500));
        assert_eq!(metrics.given_up(), 0);
    }
}
