//! Seeds: everything that a run generates follows from its one number, so that a run can be repeated.

use sha2::{Digest, Sha256};

/// Thirty-two bytes that follow from a run's seed, a name and a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seed([u8; 32]);

impl Seed {
    /// The seed of the example `number` of `name` in the run with this seed.
    pub(crate) fn of(run: u64, name: &str, number: u32) -> Self {
        let digest = Sha256::new()
            .chain_update(b"linklab seed 1\0")
            .chain_update(run.to_be_bytes())
            .chain_update(u64::try_from(name.len()).unwrap_or(u64::MAX).to_be_bytes())
            .chain_update(name.as_bytes())
            .chain_update(number.to_be_bytes())
            .finalize();
        Self(digest.into())
    }

    /// The bytes.
    pub(crate) fn bytes(self) -> [u8; 32] {
        self.0
    }

    /// Up to 64 lower-case hex digits.
    pub(crate) fn hex(self, length: usize) -> String {
        use std::fmt::Write as _;
        let mut text = String::with_capacity(64);
        for byte in self.0 {
            write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        }
        text.truncate(length);
        text
    }

    /// Up to 32 decimal digits, the first of them not zero.
    pub(crate) fn digits(self, length: usize) -> String {
        self.0
            .iter()
            .take(length)
            .enumerate()
            .map(|(place, byte)| {
                char::from(b'0' + if place == 0 { 1 + byte % 9 } else { byte % 10 })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn run_name_and_number_all_matter() {
        let base = Seed::of(7, "flow", 3);
        assert_eq!(base, Seed::of(7, "flow", 3));
        for other in [
            Seed::of(8, "flow", 3),
            Seed::of(7, "flo", 3),
            Seed::of(7, "flow", 4),
        ] {
            assert_ne!(base, other);
        }
    }

    #[test]
    fn made_ids_look_like_ids() {
        for run in 0..200 {
            let id = Seed::of(run, "page id", 0).digits(15);
            assert_eq!(id.len(), 15);
            assert!(
                !id.starts_with('0') && id.bytes().all(|b| b.is_ascii_digit()),
                "{id}"
            );
        }
        assert_eq!(Seed::of(1, "x", 0).hex(24).len(), 24);
    }
}
