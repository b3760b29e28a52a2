//! Page-scoped ids of every shape that a backend must keep as a string.

use std::sync::atomic::{AtomicU64, Ordering};

/// Classes of PSIDs (conformance catalogue 3.2, common generators).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PsidShape {
    /// As live ones: 16 digits.
    Live,
    /// Below 2^31.
    Small,
    /// Between 2^31 and 2^53.
    Medium,
    /// Above 2^53: does not survive a 64-bit float.
    Large,
    /// Starts with zeros.
    LeadingZeros,
    /// Twenty digits: does not fit 64 bits.
    TwentyDigits,
}

impl PsidShape {
    /// All shapes, the usual one first.
    pub const ALL: [Self; 6] = [
        Self::Live,
        Self::Small,
        Self::Medium,
        Self::Large,
        Self::LeadingZeros,
        Self::TwentyDigits,
    ];

    /// Class label, such as `psid:large`.
    pub fn label(self) -> &'static str {
        match self {
            Self::Live => "psid:live",
            Self::Small => "psid:small",
            Self::Medium => "psid:medium",
            Self::Large => "psid:large",
            Self::LeadingZeros => "psid:leading-zeros",
            Self::TwentyDigits => "psid:twenty-digits",
        }
    }

    /// The id with this number; different numbers below ten million give different ids of every shape, and no two
    /// shapes share one, also where a backend reads them as numbers.
    fn numbered(self, number: u64) -> String {
        // Multiplying by a number coprime to the modulus keeps ids apart and makes them look like live ones.
        let spread =
            |modulus: u64| (u128::from(number) * 6_364_136_223 % u128::from(modulus)).to_string();
        let padded = |digits: usize, modulus: u64| format!("{:0>digits$}", spread(modulus));
        match self {
            Self::Live => format!("5{}", padded(15, 1_000_000_000_000_000)),
            Self::Small => format!("1{}", padded(9, 1_000_000_000)),
            Self::Medium => format!("3{}", padded(12, 1_000_000_000_000)),
            // Odd above 2^53: every float changes it.
            Self::Large => format!("26{}1", padded(14, 100_000_000_000_000)),
            Self::LeadingZeros => format!("0007{}", padded(12, 1_000_000_000_000)),
            Self::TwentyDigits => format!("8{}7", padded(18, 1_000_000_000_000_000_000)),
        }
    }
}

/// Makes ids that were never used before: not in this run, and not in an earlier run against the same backend.
#[derive(Debug)]
pub struct Mint {
    next: AtomicU64,
}

impl Mint {
    /// A mint that starts at a place given by `salt`, usually the platform's time at the start of the run.
    pub fn new(salt: u64) -> Self {
        Self {
            next: AtomicU64::new(salt.wrapping_mul(977) % 1_000_000_000_000),
        }
    }

    /// A fresh id of this shape.
    pub fn psid(&self, shape: PsidShape) -> String {
        shape.numbered(self.next.fetch_add(1, Ordering::Relaxed))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_never_repeat_and_fit_their_shape() {
        let mint = Mint::new(1_789_000_000_000);
        let mut seen = HashSet::new();
        for _ in 0..2_000 {
            for shape in PsidShape::ALL {
                let id = mint.psid(shape);
                assert!(
                    id.len() <= 20 && id.bytes().all(|byte| byte.is_ascii_digit()),
                    "{id}"
                );
                assert!(
                    seen.insert(id.trim_start_matches('0').to_owned()),
                    "{id} came twice"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn every_shape_lies_in_its_range(salt in any::<u64>()) {
            let number = |shape: PsidShape| Mint::new(salt).psid(shape).parse::<u128>().unwrap();
            let floats = 1_u128 << 53;
            prop_assert!(number(PsidShape::Small) < 1 << 31);
            prop_assert!((1 << 31..floats).contains(&number(PsidShape::Medium)));
            prop_assert!(number(PsidShape::Live) < floats);
            prop_assert!(number(PsidShape::TwentyDigits) > u128::from(u64::MAX));
            prop_assert!(Mint::new(salt).psid(PsidShape::LeadingZeros).starts_with("00"));
            let large = Mint::new(salt).psid(PsidShape::Large);
            let rounded = format!("{:.0}", large.parse::<f64>().unwrap());
            prop_assert_ne!(large, rounded);
        }
    }
}
