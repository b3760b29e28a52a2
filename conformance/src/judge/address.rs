//! Whether two addresses are one, and what first differs where they are not.

use url::Url;

use super::raw_url::{RawUrl, normal};

/// What first differs between where the browser went and where it should have gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Difference {
    /// Not an absolute web address at all.
    NotAnAddress,
    /// `http` for `https` or the reverse.
    Scheme,
    /// Another host.
    Host,
    /// The port is another or lost.
    Port,
    /// Another path.
    Path,
}

/// How two addresses without query differ; spellings of one address do not (RFC 3986, 6.2.2 and 6.2.3).
pub(crate) fn difference(got: &str, wanted: &str) -> Option<Difference> {
    if got == wanted {
        return None;
    }
    let (Ok(got_url), Ok(wanted_url)) = (Url::parse(got), Url::parse(wanted)) else {
        return Some(Difference::NotAnAddress);
    };
    // A host with and without the dot of the root are one name; that the dot went is RED-10's to tell.
    let host = |url: &Url| {
        url.host_str()
            .unwrap_or("")
            .trim_end_matches('.')
            .to_owned()
    };
    if got_url.scheme() != wanted_url.scheme() {
        Some(Difference::Scheme)
    } else if host(&got_url) != host(&wanted_url) {
        Some(Difference::Host)
    } else if got_url.port_or_known_default() != wanted_url.port_or_known_default() {
        Some(Difference::Port)
    } else if same_path(RawUrl::split(got).path(), RawUrl::split(wanted).path()) {
        None
    } else {
        Some(Difference::Path)
    }
}

fn same_path(got: &str, wanted: &str) -> bool {
    let rooted = |path: &str| normal(if path.is_empty() { "/" } else { path });
    // How characters beyond ASCII are escaped is RED-11's to tell.
    rooted(got) == rooted(wanted) || (!wanted.is_ascii() && ascii_part(got) == ascii_part(wanted))
}

/// What is left of a text when everything beyond ASCII, in whatever spelling, is taken out.
fn ascii_part(text: &str) -> String {
    let mut left = String::new();
    let spelled = normal(text);
    let mut rest = spelled.as_str();
    while let Some(first) = rest.chars().next() {
        let beyond = rest.get(1..3).is_some_and(|digits| {
            first == '%'
                && u8::from_str_radix(digits, 16).is_ok_and(|byte| !byte.is_ascii() || byte == b'?')
        });
        if !beyond {
            left.push(first);
        }
        rest = &rest[if beyond { 3 } else { first.len_utf8() }..];
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_address_do_not_differ() {
        assert_eq!(
            difference("https://FACEBOOK.com:443", "https://facebook.com/"),
            None
        );
        assert_eq!(
            difference("https://a.test/%2fx%7e", "https://a.test/%2Fx~"),
            None
        );
        assert_eq!(difference("https://a.test./p", "https://a.test/p"), None);
    }

    #[test]
    fn the_first_differing_part_is_named() {
        assert_eq!(
            difference("http://a.test/", "https://a.test/"),
            Some(Difference::Scheme)
        );
        assert_eq!(
            difference("https://www.a.test/", "https://a.test/"),
            Some(Difference::Host)
        );
        assert_eq!(
            difference("https://a.test/", "https://a.test:8443/"),
            Some(Difference::Port)
        );
        assert_eq!(
            difference("https://a.test/b", "https://a.test/b/"),
            Some(Difference::Path)
        );
        assert_eq!(
            difference("/home", "https://a.test/"),
            Some(Difference::NotAnAddress)
        );
    }

    #[test]
    fn escaping_of_characters_beyond_ascii_is_not_another_path() {
        assert_eq!(
            difference("https://a.test/caf%E9/x", "https://a.test/caf\u{e9}/x"),
            None
        );
        assert_eq!(
            difference("https://a.test/caf%E9/y", "https://a.test/caf\u{e9}/x"),
            Some(Difference::Path)
        );
        assert_eq!(
            difference("https://a.test/caf%E9", "https://a.test/caf%C3%A9"),
            Some(Difference::Path)
        );
    }
}
