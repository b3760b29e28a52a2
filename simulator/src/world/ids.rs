//! Every generated id of the platform, from one seed.

use std::sync::atomic::{AtomicU64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// A stream of ids; two platforms with one seed give the same ids in the same order.
#[derive(Debug)]
pub(crate) struct Ids {
    seed: u64,
    drawn: AtomicU64,
}

impl Ids {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            seed: mix(seed ^ 0x6c69_6e6b_6c61_6200),
            drawn: AtomicU64::new(0),
        }
    }

    /// 23 characters that begin with `A`, the newer of the two observed forms (protocol section 2.3).
    pub(crate) fn trace(&self) -> String {
        let mut text = String::with_capacity(28);
        text.push('A');
        URL_SAFE_NO_PAD.encode_string(self.bytes::<3>(), &mut text);
        text.truncate(23);
        text
    }

    /// `m_` and base64url, the present form of a `mid` (protocol section 3.5).
    pub(crate) fn message_id(&self) -> String {
        let mut text = String::with_capacity(48);
        text.push_str("m_");
        URL_SAFE_NO_PAD.encode_string(self.bytes::<4>(), &mut text);
        text
    }

    /// 17 digits and above 2^53, so that a backend that reads ids as numbers is found out.
    pub(crate) fn psid(&self) -> String {
        (20_000_000_000_000_000 + self.word() % 70_000_000_000_000_000).to_string()
    }

    /// 15 digits, as ids of personas and attachments are.
    pub(crate) fn node(&self) -> String {
        (100_000_000_000_000 + self.word() % 900_000_000_000_000).to_string()
    }

    /// A decimal string of ten digits, as `hub.challenge` looks (protocol row 3.1.3).
    pub(crate) fn challenge(&self) -> String {
        (1_000_000_000 + self.word() % 9_000_000_000).to_string()
    }

    fn bytes<const WORDS: usize>(&self) -> Vec<u8> {
        (0..WORDS).flat_map(|_| self.word().to_be_bytes()).collect()
    }

    fn word(&self) -> u64 {
        let drawn = self.drawn.fetch_add(1, Ordering::Relaxed);
        mix(self
            .seed
            .wrapping_add(drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
    }
}

/// The finaliser of `SplitMix64`: a bijection that spreads neighbouring inputs over the whole range.
pub(crate) fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn one_seed_gives_one_stream() {
        let draw = |seed| {
            let ids = Ids::new(seed);
            [ids.trace(), ids.message_id(), ids.psid(), ids.challenge()]
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }

    #[test]
    fn ids_have_the_observed_shapes_and_do_not_repeat() {
        let ids = Ids::new(1);
        let mut seen = HashSet::new();
        for _ in 0..1_000 {
            let (trace, mid, psid, challenge) =
                (ids.trace(), ids.message_id(), ids.psid(), ids.challenge());
            assert!(trace.len() == 23 && trace.starts_with('A'));
            assert!(mid.len() == 45 && mid.starts_with("m_"));
            assert!(psid.len() == 17 && psid.parse::<u64>().unwrap() > 1 << 53);
            assert_eq!(challenge.len(), 10);
            assert!(seen.insert(trace) && seen.insert(mid) && seen.insert(psid));
        }
    }
}
