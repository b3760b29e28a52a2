//! How many bits of a heap of codes an attacker has to guess; always an estimate from above.

use crate::text::Text;

use super::LEAST_BITS;

/// Codes that are numbers, decimal or hexadecimal: a row number, a time, or simply too few of them.
pub(super) fn numbers(codes: &[&str]) -> Option<Text> {
    let parse = |radix: u32| {
        codes
            .iter()
            .map(|code| u128::from_str_radix(code, radix).ok())
            .collect::<Option<Vec<u128>>>()
    };
    let values = parse(10).or_else(|| parse(16))?;
    let (least, most) = (*values.iter().min()?, *values.iter().max()?);
    let count = u128::try_from(values.len()).ok()?;
    let spread = most - least;
    // A counter shared with other customers of the backend leaves gaps, yet stays dense.
    if spread < count * 16 {
        return Some(Text::new(
            format!("the codes are a running number ({least} to {most})"),
            format!("授权码是连续编号({least} 至 {most})"),
        ));
    }
    if is_time(least) && is_time(most) {
        return Some(Text::new(
            format!("the codes are times ({least} to {most})"),
            format!("授权码是时间({least} 至 {most})"),
        ));
    }
    let bits = bits_of(spread);
    (bits < LEAST_BITS).then(|| too_few(bits))
}

/// Seconds, milliseconds, microseconds or nanoseconds since 1970, between the years 2001 and 2096.
fn is_time(value: u128) -> bool {
    const FIRST: u128 = 1_000_000_000;
    const LAST: u128 = 4_000_000_000;
    [1, 1_000, 1_000_000, 1_000_000_000]
        .iter()
        .any(|unit| (FIRST * unit..LAST * unit).contains(&value))
}

fn bits_of(spread: u128) -> f64 {
    f64::from(u128::BITS - spread.leading_zeros())
}

/// Codes of which more than half is the same in all.
pub(super) fn prefix(codes: &[&str]) -> Option<Text> {
    let first = codes.first()?;
    let shared = codes.iter().map(|code| shared(first, code)).min()?;
    let shortest = codes.iter().map(|code| code.len()).min()?;
    (codes.iter().any(|code| code != first) && shortest < 2 * shared).then(|| {
        let head = &first[..shared];
        Text::new(
            format!("all codes begin with \"{head}\", which is more than half of the shortest"),
            format!("所有授权码都以“{head}”开头,超过最短授权码的一半"),
        )
    })
}

/// Length of the shared beginning in bytes, on a character boundary.
fn shared(one: &str, other: &str) -> usize {
    let same = one
        .chars()
        .zip(other.chars())
        .take_while(|(left, right)| left == right);
    same.map(|(character, _)| character.len_utf8()).sum()
}

/// Alphabet times length, over the places that vary at all.
pub(super) fn spread(codes: &[&str]) -> Option<Text> {
    let rows: Vec<Vec<char>> = codes.iter().map(|code| code.chars().collect()).collect();
    let length = rows.iter().map(Vec::len).min()?;
    let varying = (0..length).filter(|&at| rows.iter().any(|row| row[at] != rows[0][at]));
    let places: Vec<usize> = varying.collect();
    let used = rows.iter().flat_map(|row| places.iter().map(|&at| row[at]));
    let bits = f64::from(u32::try_from(places.len()).ok()?) * f64::from(alphabet(used)).log2();
    (bits < LEAST_BITS).then(|| too_few(bits))
}

/// Size of the smallest usual alphabet that holds all these characters.
fn alphabet(characters: impl Iterator<Item = char>) -> u32 {
    let (mut digit, mut hex, mut lower, mut upper, mut other) = (false, false, false, false, false);
    for character in characters {
        match character {
            '0'..='9' => digit = true,
            'a'..='f' => hex = true,
            'g'..='z' => lower = true,
            'A'..='Z' => upper = true,
            _ => other = true,
        }
    }
    let letters = match (hex, lower) {
        (_, true) => 26,
        (true, false) => 6,
        (false, false) => 0,
    };
    // Only - and _, or + and /, are usual beside letters and digits.
    let size = u32::from(digit) * 10 + letters + u32::from(upper) * 26 + u32::from(other) * 2;
    size.max(1)
}

fn too_few(bits: f64) -> Text {
    let bits = bits.round();
    Text::new(
        format!("the codes can be guessed: they hold at most {bits} unpredictable bits"),
        format!("授权码可以被猜中:最多只有 {bits} 个不可预测的位"),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn listed(codes: &[String]) -> Vec<&str> {
        codes.iter().map(String::as_str).collect()
    }

    fn codes(make: impl Fn(usize) -> String) -> Vec<String> {
        (0..24).map(make).collect()
    }

    #[test]
    fn running_numbers_times_and_short_numbers_are_named() {
        let counter = codes(|at| (100 + at).to_string());
        assert!(
            numbers(&listed(&counter))
                .unwrap()
                .en
                .contains("running number (100 to 123)")
        );
        let time = codes(|at| (1_700_000_000_000_u64 + 7_919 * at as u64).to_string());
        assert!(numbers(&listed(&time)).unwrap().en.contains("times"));
        let short = codes(|at| (7_919 * at % 10_000).to_string());
        assert!(numbers(&listed(&short)).unwrap().en.contains("at most 1"));
    }

    #[test]
    fn a_shared_beginning_and_a_counter_in_disguise_are_named() {
        let prefixed = codes(|at| format!("shop-link-2026-{at:04}"));
        assert!(
            prefix(&listed(&prefixed))
                .unwrap()
                .en
                .contains("shop-link-2026-00")
        );
        let disguised = codes(|at| format!("{at:02}XYZT"));
        assert!(spread(&listed(&disguised)).unwrap().en.contains("bits"));
    }

    proptest! {
        #[test]
        fn random_codes_of_usual_shapes_hold(
            hex in proptest::collection::vec("[0-9a-f]{32}", 24),
            wide in proptest::collection::vec("[A-Za-z0-9_-]{22}", 24),
            uuid in proptest::collection::vec("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", 24),
        ) {
            for codes in [hex, wide, uuid] {
                let codes = listed(&codes);
                prop_assert_eq!(numbers(&codes), None);
                prop_assert_eq!(prefix(&codes), None);
                prop_assert_eq!(spread(&codes), None);
            }
        }
    }
}
