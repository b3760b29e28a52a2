//! Shrinking of `redirect_uri`s by meaning: towards the plain place, one idea at a time.

use std::collections::VecDeque;

use proptest::strategy::{NewTree, Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use super::redirect::{Pair, RedirectUri};

/// Values of another strategy, shrunk towards a plain `redirect_uri`.
#[derive(Debug, Clone)]
pub(super) struct Shrinking<S> {
    inner: S,
    plain: RedirectUri,
}

impl<S> Shrinking<S> {
    pub(super) fn new(inner: S, plain: RedirectUri) -> Self {
        Self { inner, plain }
    }
}

impl<S: Strategy<Value = RedirectUri>> Strategy for Shrinking<S> {
    type Tree = Shrunk;
    type Value = RedirectUri;

    fn new_tree(&self, runner: &mut TestRunner) -> NewTree<Self> {
        let value = self.inner.new_tree(runner)?.current();
        Ok(Shrunk {
            candidates: VecDeque::new(),
            exhausted: false,
            kept: value.clone(),
            current: value,
            plain: self.plain.clone(),
        })
    }
}

/// A `redirect_uri` on its way to the simplest that still fails.
#[derive(Debug)]
pub(super) struct Shrunk {
    /// The simplest that failed.
    kept: RedirectUri,
    current: RedirectUri,
    /// Simpler than `kept`, not tried yet.
    candidates: VecDeque<RedirectUri>,
    /// Every candidate was tried, and `kept` is the end.
    exhausted: bool,
    plain: RedirectUri,
}

impl ValueTree for Shrunk {
    type Value = RedirectUri;

    fn current(&self) -> RedirectUri {
        self.current.clone()
    }

    fn simplify(&mut self) -> bool {
        if self.exhausted {
            return false;
        }
        self.kept = self.current.clone();
        self.candidates = simpler(&self.kept, &self.plain).into();
        self.try_next()
    }

    fn complicate(&mut self) -> bool {
        if self.exhausted || self.try_next() {
            return !self.exhausted;
        }
        // Back to what failed, once more: runners go on to the next part of a value only from a failure.
        self.exhausted = true;
        self.current = self.kept.clone();
        true
    }
}

impl Shrunk {
    fn try_next(&mut self) -> bool {
        let next = self.candidates.pop_front();
        let moved = next.is_some();
        if let Some(next) = next {
            self.current = next;
        }
        moved
    }
}

/// Simpler ones, the boldest first. Each is smaller by [`weight`], so shrinking ends.
fn simpler(uri: &RedirectUri, plain: &RedirectUri) -> Vec<RedirectUri> {
    let mut found = vec![plain.clone()];
    let mut offer = |change: &dyn Fn(&mut RedirectUri)| {
        let mut candidate = uri.clone();
        change(&mut candidate);
        found.push(candidate);
    };
    offer(&|to| to.fragment = None);
    offer(&|to| {
        to.scheme.clone_from(&plain.scheme);
        to.host.clone_from(&plain.host);
        to.port = plain.port;
    });
    offer(&|to| to.path.clone_from(&plain.path));
    offer(&|to| to.query.clone_from(&plain.query));
    let pairs = uri.query.as_deref().unwrap_or_default();
    for index in 0..pairs.len() {
        offer(&|to| {
            to.query.as_mut().map(|pairs| pairs.remove(index));
        });
    }
    for (index, pair) in pairs.iter().enumerate() {
        for value in simpler_values(pair) {
            offer(&|to| {
                if let Some(pair) = to.query.as_mut().and_then(|pairs| pairs.get_mut(index)) {
                    pair.value = Some(value.clone());
                }
            });
        }
        if pair.name.len() > 1 && pair.value.as_deref() != Some("{token}") {
            offer(&|to| {
                if let Some(pair) = to.query.as_mut().and_then(|pairs| pairs.get_mut(index)) {
                    "a".clone_into(&mut pair.name);
                }
            });
        }
    }
    let bound = weight(uri, plain);
    found.retain(|candidate| weight(candidate, plain) < bound);
    found
}

/// Halves of the value, the value without each of its pieces, and a plain letter.
fn simpler_values(pair: &Pair) -> Vec<String> {
    let Some(value) = pair
        .value
        .as_deref()
        .filter(|value| *value != "{token}" && !value.is_empty())
    else {
        return Vec::new();
    };
    let pieces = pieces(value);
    let mut values = vec!["a".to_owned()];
    if pieces.len() > 1 {
        let (front, back) = pieces.split_at(pieces.len() / 2);
        values.extend([front.concat(), back.concat()]);
        if pieces.len() <= 32 {
            values.extend((0..pieces.len()).map(|out| {
                let left: Vec<&str> = pieces
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| *at != out)
                    .map(|(_, p)| *p)
                    .collect();
                left.concat()
            }));
        }
    }
    values
}

/// Characters, with `%XX` and `%25XX` whole, so that no half escape arises.
fn pieces(value: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = value;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '%' if rest.starts_with("%25") && rest.len() >= 5 && rest.is_char_boundary(5) => 5,
            '%' if rest.len() >= 3 && rest.is_char_boundary(3) => 3,
            other => other.len_utf8(),
        };
        let (piece, behind) = rest.split_at(length);
        pieces.push(piece);
        rest = behind;
    }
    pieces
}

/// How far a `redirect_uri` is from the plain one.
fn weight(uri: &RedirectUri, plain: &RedirectUri) -> usize {
    let differs = |differs: bool| if differs { 50 } else { 0 };
    let pairs = uri.query.as_deref().unwrap_or_default();
    let query: usize = pairs
        .iter()
        .map(|pair| match pair.value.as_deref() {
            Some("{token}") => 0,
            value => {
                20 + pair.name.len() + value.map_or(2, |value| 4 * oddities(value) + value.len())
            }
        })
        .sum();
    let fragment = uri
        .fragment
        .as_ref()
        .map_or(0, |fragment| 10 + fragment.len());
    differs((&uri.scheme, &uri.host, uri.port) != (&plain.scheme, &plain.host, plain.port))
        + differs(uri.path != plain.path)
        + differs(
            uri.query.is_none() != plain.query.is_none()
                || uri.carries_token() != plain.carries_token(),
        )
        + query
        + fragment
}

fn oddities(value: &str) -> usize {
    value.chars().filter(|c| !c.is_ascii_alphanumeric()).count()
}

#[cfg(test)]
mod tests {
    use proptest::strategy::Just;

    use super::*;

    /// Shrinks as a runner does, with `fails` in the place of a backend.
    fn minimal<S: Strategy>(strategy: &S, fails: impl Fn(&S::Value) -> bool) -> S::Value {
        let mut tree = strategy.new_tree(&mut TestRunner::deterministic()).unwrap();
        let mut minimal = tree.current();
        let mut moved = tree.simplify();
        for _ in 0..10_000 {
            if !moved {
                return minimal;
            }
            let candidate = tree.current();
            moved = if fails(&candidate) {
                minimal = candidate;
                tree.simplify()
            } else {
                tree.complicate()
            };
        }
        panic!("shrinking does not end");
    }

    fn shrunk(uri: RedirectUri, fails: impl Fn(&RedirectUri) -> bool) -> RedirectUri {
        minimal(&Shrinking::new(Just(uri), RedirectUri::live()), fails)
    }

    fn laden() -> RedirectUri {
        let mut uri = RedirectUri::allowed_by("http://www.example.com:81/a/b").unwrap();
        uri.fragment = Some("top".to_owned());
        uri.query.as_mut().unwrap().extend([
            Pair::new("one", "abc%2Fdef%2526ghi"),
            Pair::bare("flag"),
            Pair::new("dup", "1"),
            Pair::new("dup", "2"),
        ]);
        uri
    }

    #[test]
    fn what_always_fails_shrinks_to_the_plain_place() {
        assert_eq!(shrunk(laden(), |_| true), RedirectUri::live());
    }

    #[test]
    fn a_double_decoder_is_shown_by_one_short_value() {
        let minimal = shrunk(laden(), |uri| uri.template().0.contains("%25"));
        let mut expected = RedirectUri::live();
        expected
            .query
            .as_mut()
            .unwrap()
            .push(Pair::new("a", "%2526"));
        assert_eq!(minimal, expected);
    }

    #[test]
    fn a_lost_duplicate_is_shown_by_two_pairs() {
        let minimal = shrunk(laden(), |uri| {
            uri.labels().iter().any(|label| label == "query:duplicate")
        });
        assert_eq!(minimal.query.unwrap().len(), 3);
        assert_eq!(minimal.fragment, None);
    }

    #[test]
    fn the_parts_beside_a_redirect_uri_are_shrunk_too() {
        let both = (
            Shrinking::new(Just(laden()), RedirectUri::live()),
            500_u32..1_000,
        );
        let (uri, number) = minimal(&both, |(uri, number)| {
            uri.fragment.is_some() && *number >= 500
        });
        assert_eq!(uri.query, RedirectUri::live().query);
        assert_eq!((uri.host.as_str(), number), ("facebook.com", 500));
    }
}
