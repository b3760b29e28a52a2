//! A URL taken apart without decoding anything, so that judges compare what really stood there.
//!
//! Two spellings of one meaning are told apart from two meanings by [`normal`]: what RFC 3986 (6.2.2)
//! calls equivalent and what every browser escapes on its own counts as the same.

use std::fmt::Write as _;

use percent_encoding::percent_decode_str;

/// Name of the parameter that confirms a linking (S28).
pub(crate) const CODE_NAME: &str = "authorization_code";

/// A URL in its raw parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawUrl<'a> {
    /// Everything.
    pub(crate) whole: &'a str,
    /// Everything before `?` and `#`.
    pub(crate) base: &'a str,
    /// Between the first `?` and `#`, where there is a `?`.
    pub(crate) query: Option<&'a str>,
    /// Behind the first `#`, where there is one.
    pub(crate) fragment: Option<&'a str>,
}

impl<'a> RawUrl<'a> {
    /// Splits at the first `#` and, before it, at the first `?` (RFC 3986, 3).
    pub(crate) fn split(whole: &'a str) -> Self {
        let (front, fragment) = match whole.split_once('#') {
            Some((front, fragment)) => (front, Some(fragment)),
            None => (whole, None),
        };
        let (base, query) = match front.split_once('?') {
            Some((base, query)) => (base, Some(query)),
            None => (front, None),
        };
        Self {
            whole,
            base,
            query,
            fragment,
        }
    }

    /// `user@host:port`, empty when there is none.
    pub(crate) fn authority(&self) -> &'a str {
        let rest = self.base.split_once("//").map_or("", |(_, rest)| rest);
        &rest[..rest.find('/').unwrap_or(rest.len())]
    }

    /// Scheme with `://` and authority.
    pub(crate) fn origin(&self) -> &'a str {
        &self.base[..self.base.len() - self.path().len()]
    }

    /// The raw path.
    pub(crate) fn path(&self) -> &'a str {
        let start = self.base.find("//").map_or(0, |at| at + 2);
        self.base[start..]
            .find('/')
            .map_or("", |slash| &self.base[start + slash..])
    }

    /// Pairs of the query in order; empty segments (`&&`) are left out.
    pub(crate) fn pairs(&self) -> Vec<RawPair<'a>> {
        pairs(self.query.unwrap_or(""))
    }
}

/// One raw pair of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawPair<'a> {
    /// The whole segment.
    pub(crate) raw: &'a str,
    /// Before the first `=`.
    pub(crate) name: &'a str,
    /// Behind the first `=`; `None` without one.
    pub(crate) value: Option<&'a str>,
}

impl RawPair<'_> {
    /// Name as a form parser yields it.
    pub(crate) fn decoded_name(&self) -> String {
        form_decoded(self.name)
    }

    /// Value as a form parser yields it; empty where there is none.
    pub(crate) fn decoded_value(&self) -> String {
        form_decoded(self.value.unwrap_or(""))
    }

    /// The pair in normal spelling; `a` and `a=` are the same pair to every parser.
    pub(crate) fn normal(&self) -> (String, String) {
        (normal(self.name), normal(self.value.unwrap_or("")))
    }
}

/// Pairs of a raw query in order; empty segments are left out.
pub(crate) fn pairs(query: &str) -> Vec<RawPair<'_>> {
    query
        .split('&')
        .filter(|raw| !raw.is_empty())
        .map(|raw| match raw.split_once('=') {
            Some((name, value)) => RawPair {
                raw,
                name,
                value: Some(value),
            },
            None => RawPair {
                raw,
                name: raw,
                value: None,
            },
        })
        .collect()
}

/// `application/x-www-form-urlencoded`, as the platform reads a query: `+` is a space, escapes are UTF-8.
pub(crate) fn form_decoded(raw: &str) -> String {
    percent_decode_str(&raw.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

/// One spelling for all that mean the same by RFC 3986 (6.2.2.1, 6.2.2.2): escapes in upper case, no
/// escapes of unreserved characters; and what may not stand in a URL unescaped, or what browsers escape
/// themselves (`'`), is escaped. Reserved characters keep their spelling: `/` and `%2F` differ.
pub(crate) fn normal(raw: &str) -> String {
    let bytes = raw.as_bytes();
    let mut spelled = String::with_capacity(raw.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = match (bytes[at], bytes.get(at + 1), bytes.get(at + 2)) {
            (b'%', Some(&high), Some(&low)) => {
                hex(high).zip(hex(low)).map(|(high, low)| high * 16 + low)
            }
            _ => None,
        };
        let (byte, was_escaped) = match escaped {
            Some(byte) => (byte, true),
            None => (bytes[at], false),
        };
        at += if was_escaped { 3 } else { 1 };
        if unreserved(byte) || (!was_escaped && reserved(byte)) {
            spelled.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(spelled, "%{byte:02X}");
        }
    }
    spelled
}

fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

fn unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

fn reserved(byte: u8) -> bool {
    b":/?#[]@!$&()*+,;=".contains(&byte)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_url_splits_at_the_first_fragment_and_the_first_question_mark() {
        let url = RawUrl::split("https://[::1]:8443/a/b?c=1&&d&e=?x#f?g#h");
        assert_eq!(url.origin(), "https://[::1]:8443");
        assert_eq!(url.authority(), "[::1]:8443");
        assert_eq!(url.path(), "/a/b");
        assert_eq!(url.query, Some("c=1&&d&e=?x"));
        assert_eq!(url.fragment, Some("f?g#h"));
        let raw: Vec<_> = url.pairs().iter().map(|pair| pair.raw).collect();
        assert_eq!(raw, ["c=1", "d", "e=?x"]);
    }

    #[test]
    fn a_url_without_path_or_query_has_none() {
        let url = RawUrl::split("https://facebook.com");
        assert_eq!((url.path(), url.query, url.fragment), ("", None, None));
        assert_eq!(RawUrl::split("https://facebook.com?").query, Some(""));
    }

    #[test]
    fn hex_case_and_needless_escapes_do_not_change_the_meaning() {
        assert_eq!(normal("%2fa%41%7e"), normal("%2FaA~"));
        assert_eq!(normal("caf\u{e9} '"), "caf%C3%A9%20%27");
    }

    #[test]
    fn reserved_characters_double_escapes_and_plus_keep_their_meaning() {
        assert_ne!(normal("%2F"), normal("/"));
        assert_ne!(normal("%252F"), normal("%2F"));
        assert_ne!(normal("%20"), normal("+"));
        assert_ne!(normal("%26"), normal("&"));
    }

    #[test]
    fn a_form_parser_reads_plus_as_a_space() {
        assert_eq!(form_decoded("a+b%2Bc%C3%A9"), "a b+c\u{e9}");
    }

    proptest! {
        #[test]
        fn splitting_loses_nothing(text in "[a-z:/?#&=%+.]{0,40}") {
            let url = RawUrl::split(&text);
            let query = url.query.map_or(String::new(), |query| format!("?{query}"));
            let fragment = url.fragment.map_or(String::new(), |fragment| format!("#{fragment}"));
            prop_assert_eq!(format!("{}{query}{fragment}", url.base), text.clone());
            prop_assert_eq!(format!("{}{}", url.origin(), url.path()), url.base);
        }

        #[test]
        fn the_normal_spelling_is_stable_and_keeps_what_a_parser_reads(text in "\\PC{0,30}|[%0-9a-fA-F]{0,12}") {
            let once = normal(&text);
            prop_assert!(once.is_ascii());
            prop_assert_eq!(normal(&once), once.clone());
            prop_assert_eq!(form_decoded(&once), form_decoded(&text));
        }
    }
}
