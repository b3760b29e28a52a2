//! The linking URL rewritten: the platform's two parameters in other spellings, orders and numbers.

use std::fmt::Write as _;

use crate::judge::RawUrl;

/// Name of the parameter that says where to go back to (S22).
const REDIRECT_URI: &str = "redirect_uri";
/// Name of the parameter that says whose linking this is (S24).
const TOKEN: &str = "account_linking_token";

/// Ways to write the same call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spelling {
    /// `%2f` for `%2F`.
    LowerHex,
    /// Every character escaped, in upper case.
    AllEscaped,
    /// Every character escaped, in lower case.
    AllEscapedLower,
    /// Only what must be escaped in a query value.
    FewestEscapes,
    /// `redirect_uri` before the token.
    Swapped,
    /// An unknown parameter in front.
    ExtraFirst,
    /// An unknown parameter with a space behind.
    ExtraLast,
}

impl Spelling {
    /// All of them, in the order in which they are tried.
    pub(crate) const ALL: [Self; 7] = [
        Self::LowerHex,
        Self::Swapped,
        Self::AllEscaped,
        Self::ExtraFirst,
        Self::AllEscapedLower,
        Self::ExtraLast,
        Self::FewestEscapes,
    ];

    /// Class label; `encoding:` concerns how values are escaped, `parameters:` which there are.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::LowerHex => "encoding:lower-hex",
            Self::AllEscaped => "encoding:all-escaped",
            Self::AllEscapedLower => "encoding:all-escaped-lower",
            Self::FewestEscapes => "encoding:fewest-escapes",
            Self::Swapped => "parameters:swapped",
            Self::ExtraFirst => "parameters:extra-first",
            Self::ExtraLast => "parameters:extra-last",
        }
    }

    /// The same call in this spelling.
    pub(crate) fn of(self, linking_url: &str) -> String {
        let respelled = |spell: fn(&str) -> String| {
            edited(linking_url, |pairs| {
                for (name, value) in pairs {
                    if name == REDIRECT_URI {
                        *value = spell(value);
                    }
                }
            })
        };
        match self {
            Self::LowerHex => respelled(lower_hex),
            Self::AllEscaped => respelled(all_escaped),
            Self::AllEscapedLower => respelled(|value| lower_hex(&all_escaped(value))),
            Self::FewestEscapes => respelled(fewest_escapes),
            Self::Swapped => edited(linking_url, |pairs| {
                let at = |name: &str| pairs.iter().position(|(own, _)| own == name);
                if let (Some(one), Some(other)) = (at(TOKEN), at(REDIRECT_URI)) {
                    pairs.swap(one, other);
                }
            }),
            Self::ExtraFirst => edited(linking_url, |pairs| {
                pairs.insert(0, ("fb_source".to_owned(), "messenger%2Fbutton".to_owned()));
            }),
            Self::ExtraLast => edited(linking_url, |pairs| {
                pairs.push(("fb_hint".to_owned(), "a+space%20and+more".to_owned()));
            }),
        }
    }
}

/// What is wrong with a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lack {
    /// No `redirect_uri`.
    RedirectMissing,
    /// `redirect_uri=`.
    RedirectEmpty,
    /// A `redirect_uri` that no parser reads.
    RedirectUnparsable,
    /// A `redirect_uri` without scheme and host.
    RedirectRelative,
    /// No token.
    TokenMissing,
    /// `account_linking_token=`.
    TokenEmpty,
}

impl Lack {
    /// All of them, in the order in which they are tried.
    pub(crate) const ALL: [Self; 6] = [
        Self::RedirectMissing,
        Self::TokenMissing,
        Self::RedirectEmpty,
        Self::TokenEmpty,
        Self::RedirectUnparsable,
        Self::RedirectRelative,
    ];

    /// Class label: the parameter, and its state as a word.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::RedirectMissing => "redirect-uri:missing",
            Self::RedirectEmpty => "redirect-uri:empty",
            Self::RedirectUnparsable => "redirect-uri:unparsable",
            Self::RedirectRelative => "redirect-uri:relative",
            Self::TokenMissing => "token:missing",
            Self::TokenEmpty => "token:empty",
        }
    }

    /// The call with this defect.
    pub(crate) fn of(self, linking_url: &str) -> String {
        let set = |name: &'static str, to: &'static str| {
            edited(linking_url, |pairs| {
                for (own, value) in pairs {
                    if own == name {
                        to.clone_into(value);
                    }
                }
            })
        };
        let without =
            |name: &'static str| edited(linking_url, |pairs| pairs.retain(|(own, _)| own != name));
        match self {
            Self::RedirectMissing => without(REDIRECT_URI),
            Self::TokenMissing => without(TOKEN),
            Self::RedirectEmpty => set(REDIRECT_URI, ""),
            Self::TokenEmpty => set(TOKEN, ""),
            // An open bracket makes the host no host.
            Self::RedirectUnparsable => {
                set(REDIRECT_URI, "https%3A%2F%2F%5B%3A%3A1%2Fback%3Fa%3D1")
            }
            Self::RedirectRelative => set(
                REDIRECT_URI,
                "%2Fmessenger_platform%2Faccount_linking%2F%3Fa%3D1",
            ),
        }
    }
}

/// A second value for one of the two parameters, before or behind the first, perhaps under a related name.
pub(crate) fn doubled(
    linking_url: &str,
    parameter: &str,
    second: &str,
    in_front: bool,
    suffix: &str,
) -> String {
    edited(linking_url, |pairs| {
        let added = (
            format!("{parameter}{suffix}"),
            all_escaped(&second.replace('%', "%25")),
        );
        let at = pairs
            .iter()
            .position(|(own, _)| own == parameter)
            .unwrap_or(pairs.len());
        pairs.insert(
            if in_front {
                at
            } else {
                (at + 1).min(pairs.len())
            },
            added,
        );
    })
}

/// Lets raw pairs of the query be changed, and writes the URL again.
fn edited(linking_url: &str, change: impl FnOnce(&mut Vec<(String, String)>)) -> String {
    let url = RawUrl::split(linking_url);
    let pairs = url.pairs().into_iter();
    let mut pairs: Vec<(String, String)> = pairs
        .map(|pair| (pair.name.to_owned(), pair.value.unwrap_or("").to_owned()))
        .collect();
    change(&mut pairs);
    let query: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let fragment = url
        .fragment
        .map_or(String::new(), |fragment| format!("#{fragment}"));
    format!("{}?{}{fragment}", url.base, query.join("&"))
}

/// Bytes of an escaped value.
fn bytes(escaped: &str) -> Vec<u8> {
    percent_encoding::percent_decode_str(escaped).collect()
}

fn all_escaped(escaped: &str) -> String {
    bytes(escaped).iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "%{byte:02X}");
        text
    })
}

fn lower_hex(escaped: &str) -> String {
    let mut text = String::with_capacity(escaped.len());
    let mut digits = 0;
    for character in escaped.chars() {
        text.push(if 0 < digits {
            character.to_ascii_lowercase()
        } else {
            character
        });
        digits = if character == '%' {
            2_u8
        } else {
            digits.saturating_sub(1)
        };
    }
    text
}

fn fewest_escapes(escaped: &str) -> String {
    bytes(escaped)
        .iter()
        .fold(String::new(), |mut text, &byte| {
            if byte.is_ascii_alphanumeric() || b"-._~:/?@!$'()*,;=".contains(&byte) {
                text.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(text, "%{byte:02X}");
            }
            text
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CALL: &str = "http://127.0.0.1:8000/link?rid=1&account_linking_token=T&redirect_uri=https%3A%2F%2Fa.test%2F%3Ft%3D1%26n%3D%2525";

    /// By another parser than ours.
    fn redirect_of(url: &str) -> Vec<String> {
        let url = url::Url::parse(url).unwrap();
        let pairs = url.query_pairs().filter(|(name, _)| name == REDIRECT_URI);
        pairs.map(|(_, value)| value.into_owned()).collect()
    }

    #[test]
    fn spellings_change_bytes_and_keep_the_meaning() {
        for spelling in Spelling::ALL {
            let url = spelling.of(CALL);
            assert_ne!(url, CALL, "{spelling:?}");
            assert_eq!(
                redirect_of(&url),
                ["https://a.test/?t=1&n=%25"],
                "{spelling:?}: {url}"
            );
            assert!(
                url.contains("account_linking_token=T") && url.contains("rid=1"),
                "{spelling:?}"
            );
        }
        let swapped = Spelling::Swapped.of(CALL);
        assert!(
            swapped.find(REDIRECT_URI) < swapped.find(TOKEN),
            "{swapped}"
        );
        assert!(Spelling::LowerHex.of(CALL).contains("https%3a%2f%2fa.test"));
        assert!(
            Spelling::FewestEscapes
                .of(CALL)
                .ends_with("redirect_uri=https://a.test/?t=1%26n=%2525")
        );
    }

    #[test]
    fn lacks_touch_one_parameter_only() {
        assert_eq!(
            Lack::RedirectMissing.of(CALL),
            "http://127.0.0.1:8000/link?rid=1&account_linking_token=T"
        );
        assert!(
            Lack::RedirectEmpty
                .of(CALL)
                .ends_with("account_linking_token=T&redirect_uri=")
        );
        assert!(
            !Lack::TokenMissing
                .of(CALL)
                .contains("account_linking_token")
        );
        assert!(
            Lack::TokenEmpty
                .of(CALL)
                .contains("account_linking_token=&")
        );
        assert!(url::Url::parse(&redirect_of(&Lack::RedirectUnparsable.of(CALL))[0]).is_err());
        assert!(
            redirect_of(&Lack::RedirectRelative.of(CALL))[0].starts_with("/messenger_platform")
        );
    }

    #[test]
    fn a_second_value_stands_before_or_behind_the_first() {
        let front = doubled(CALL, REDIRECT_URI, "https://b.test/?x=%2F", true, "");
        assert_eq!(
            redirect_of(&front),
            ["https://b.test/?x=%2F", "https://a.test/?t=1&n=%25"]
        );
        let behind = doubled(CALL, REDIRECT_URI, "https://b.test/?x=%2F", false, "[]");
        assert!(behind.contains("&redirect_uri[]=%68"), "{behind}");
        assert_eq!(redirect_of(&behind).len(), 1);
    }

    proptest! {
        #[test]
        fn every_spelling_of_every_address_reads_the_same(path in "[ -~\u{e9}\u{1f600}]{0,30}") {
            let address = format!("https://a.test/{path}");
            let escaped: String =
                percent_encoding::utf8_percent_encode(&address, percent_encoding::NON_ALPHANUMERIC).collect();
            let call = format!("http://127.0.0.1/link?account_linking_token=T&redirect_uri={escaped}");
            for spelling in Spelling::ALL {
                let url = spelling.of(&call);
                prop_assert_eq!(redirect_of(&url), [address.clone()], "{:?}", spelling);
            }
        }
    }
}
