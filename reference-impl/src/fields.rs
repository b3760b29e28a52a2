//! Name-value pairs of a query or a form, exactly as they came.
//!
//! Duplicates stay visible and nothing is decoded twice or lossily: `redirect_uri` is echoed byte
//! for byte later, and a parameter given twice must be refused, not guessed at (conformance URL-05).

use percent_encoding::percent_decode_str;

/// The decoded pairs of one `application/x-www-form-urlencoded` text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, Option<String>)>);

/// How often a name occurs, and with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given<'a> {
    /// The name does not occur.
    Nothing,
    /// The name occurs once, with this value.
    Once(&'a str),
    /// The name occurs once, but its bytes are not UTF-8.
    Garbled,
    /// The name occurs more than once.
    Repeated,
}

impl Fields {
    /// Splits at `&` and decodes each side once; `+` means a space.
    pub(crate) fn parse(text: &str) -> Self {
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (decode(name).unwrap_or_default(), decode(value))
                })
                .collect(),
        )
    }

    /// Looks a name up, telling duplicates and garbled values apart.
    pub(crate) fn given(&self, name: &str) -> Given<'_> {
        let mut found = self.0.iter().filter(|(key, _)| key == name);
        match (found.next(), found.next()) {
            (None, _) => Given::Nothing,
            (Some(_), Some(_)) => Given::Repeated,
            (Some((_, Some(value))), None) => Given::Once(value),
            (Some((_, None)), None) => Given::Garbled,
        }
    }

    /// The value of a name that occurs exactly once, or the empty text.
    pub(crate) fn text(&self, name: &str) -> &str {
        match self.given(name) {
            Given::Once(value) => value,
            Given::Nothing | Given::Garbled | Given::Repeated => "",
        }
    }
}

fn decode(text: &str) -> Option<String> {
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_exactly_once() {
        let fields = Fields::parse("a=%2526&b=x+y%2Bz&c");
        assert_eq!(fields.given("a"), Given::Once("%26"));
        assert_eq!(fields.given("b"), Given::Once("x y+z"));
        assert_eq!(fields.given("c"), Given::Once(""));
        assert_eq!(fields.given("d"), Given::Nothing);
    }

    #[test]
    fn duplicates_and_broken_utf8_are_seen() {
        let fields = Fields::parse("a=1&a=2&b=%FF");
        assert_eq!(fields.given("a"), Given::Repeated);
        assert_eq!(fields.given("b"), Given::Garbled);
        assert_eq!(fields.text("a"), "");
    }
}
