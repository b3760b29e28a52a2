//! Random `redirect_uri`s: every part from its classes, values from the alphabet of each class.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::select;
use proptest::strategy::BoxedStrategy;

use super::freedom::Freedom;
use super::labels::FRAMEWORK_NAMES;
use super::redirect::{Pair, RedirectUri};

/// Longest value in characters; with eight pairs a `redirect_uri` stays below the 2 kB of the live-like profile.
const LONGEST: &str = "{1,24}";

pub(super) fn redirect(freedom: &Freedom) -> impl Strategy<Value = RedirectUri> + use<> {
    let base = select(freedom.bases().to_vec());
    let origin = if freedom.origin {
        weighted(0.4, origin()).boxed()
    } else {
        Just(None).boxed()
    };
    let path = if freedom.path {
        weighted(0.4, path()).boxed()
    } else {
        Just(None).boxed()
    };
    (base, origin, path, query(), weighted(0.2, fragment())).prop_map(
        |(base, origin, path, query, fragment)| {
            let (scheme, host, port) = origin.unwrap_or((base.scheme, base.host, base.port));
            RedirectUri {
                scheme,
                host,
                port,
                path: path.unwrap_or(base.path),
                query,
                fragment,
            }
        },
    )
}

fn origin() -> impl Strategy<Value = (String, String, Option<u16>)> {
    let scheme = prop_oneof![4 => Just("https"), 1 => Just("http")];
    let host = prop_oneof![
        select(vec![
            "facebook.com",
            "www.facebook.com",
            "messenger.com",
            "www.messenger.com",
            "m.facebook.com",
            "FACEBOOK.com",
            "facebook.com.",
            "192.0.2.7",
            "[2001:db8::7]",
            "xn--bcher-kva.example",
        ])
        .prop_map(str::to_owned),
        "[a-z]{1,8}\\.[a-z]{1,8}\\.example",
    ];
    (
        scheme.prop_map(str::to_owned),
        host,
        weighted(0.2, 1024_u16..),
    )
}

fn path() -> impl Strategy<Value = String> {
    let segment = prop_oneof![
        4 => "[a-zA-Z0-9_~-]{1,10}",
        1 => "[a-z]{1,3}%2[Ff][a-z]{1,3}",
        1 => "[a-z]{1,3};v=[0-9]",
        1 => "[a-z]{1,4}\\.[a-z]{1,4}",
        1 => Just("%E4%BD%A0".to_owned()),
    ];
    (vec(segment, 0..4), proptest::bool::ANY).prop_map(|(segments, slash)| {
        let mut path = String::new();
        for segment in &segments {
            path.push('/');
            path.push_str(segment);
        }
        if slash {
            path.push('/');
        }
        path
    })
}

fn query() -> impl Strategy<Value = Option<Vec<Pair>>> {
    let token = Pair::new("account_linking_token", "{token}");
    let with_token =
        (vec(pair(), 0..=8), proptest::num::usize::ANY).prop_map(move |(mut pairs, at)| {
            // Mostly first, as the live platform puts it; else anywhere.
            let place = if at % 3 == 0 {
                at / 3 % (pairs.len() + 1)
            } else {
                0
            };
            pairs.insert(place, token.clone());
            Some(pairs)
        });
    prop_oneof![16 => with_token, 2 => vec(pair(), 1..=8).prop_map(Some), 1 => Just(None), 1 => Just(Some(Vec::new()))]
}

fn pair() -> impl Strategy<Value = Pair> {
    let name = prop_oneof![
        5 => "[a-z][a-z0-9_.-]{0,9}".prop_filter("the code's own name belongs to RED-13", |name| name != "authorization_code"),
        1 => select(&FRAMEWORK_NAMES[..]).prop_map(str::to_owned),
        1 => Just("n%C3%A4me".to_owned()),
    ];
    (name, value()).prop_map(|(name, value)| Pair { name, value })
}

fn value() -> BoxedStrategy<Option<String>> {
    let of = |alphabet: &str| {
        proptest::string::string_regex(&format!("{alphabet}{LONGEST}"))
            .expect("the alphabets are written here and are regular expressions")
            .prop_map(Some)
    };
    prop_oneof![
        3 => of("[A-Za-z0-9._~-]"),
        1 => Just(None),
        1 => Just(Some(String::new())),
        2 => of("(%2F|%3D|%26|%2B|%20|%3F|%23|a)"),
        2 => of("(%2f|%3d|%c3%a9|%3f|b)"),
        2 => of("(%2526|%253D|%252F|%2520|%25)"),
        1 => of("[a-z+]"),
        1 => of("[a-z=;:@!$'()*,/?]"),
        1 => of("(%C3%A9|%E4%BD%A0|%F0%9F%98%80|%CC%81|%D7%A9)"),
        1 => of("[é你ש😀a]"),
        1 => Just(Some("https%3A%2F%2Fshop.example%2F%3Fq%3D1%26r%3D2".to_owned())),
    ]
    .boxed()
}

fn fragment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[a-z]{1,8}",
        "[a-z]{1,4}\\?[a-z]{1,4}=[a-z]{1,4}&[a-z]{1,4}"
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    /// Takes a written-out `redirect_uri` apart again, without decoding anything.
    fn reparsed(text: &str) -> RedirectUri {
        let (front, fragment) = match text.split_once('#') {
            Some((front, fragment)) => (front, Some(fragment.to_owned())),
            None => (text, None),
        };
        let (place, query) = match front.split_once('?') {
            Some((place, query)) => (place, Some(query)),
            None => (front, None),
        };
        let pairs = |query: &str| {
            let pairs = query.split('&').filter(|pair| !pair.is_empty());
            pairs
                .map(|pair| match pair.split_once('=') {
                    Some((name, value)) => Pair::new(name, value),
                    None => Pair::bare(pair),
                })
                .collect()
        };
        let path = place
            .splitn(4, '/')
            .nth(3)
            .map_or(String::new(), |path| format!("/{path}"));
        let place = RedirectUri::allowed_by(place).expect("every redirect_uri has a host");
        RedirectUri {
            path,
            query: query.map(pairs),
            fragment,
            ..place
        }
    }

    fn anywhere() -> impl Strategy<Value = RedirectUri> {
        redirect(&Freedom::new(Vec::new(), true, true))
    }

    proptest! {
        #[test]
        fn what_is_written_out_reads_back_as_the_same_structure(uri in anywhere()) {
            prop_assert_eq!(reparsed(&uri.template().0), uri);
        }

        #[test]
        fn every_redirect_uri_is_a_url_of_live_length_with_labels(uri in anywhere()) {
            let text = uri.template().0.replace("{token}", "ART");
            prop_assert!(Url::parse(&text).is_ok(), "{}", text);
            prop_assert!(text.len() < 2_500, "{} bytes", text.len());
            let labels = uri.labels();
            for part in ["scheme:", "host:", "port:", "path:", "query:", "token:", "fragment:", "length:"] {
                prop_assert!(labels.iter().any(|label| label.starts_with(part)), "{:?}", labels);
            }
        }

        #[test]
        fn the_codes_own_name_is_never_taken(uri in anywhere()) {
            prop_assert!(!uri.template().0.contains("authorization_code"));
        }

        #[test]
        fn pinned_places_stay(uri in redirect(&Freedom::new(vec![RedirectUri::live()], false, false))) {
            prop_assert!(uri.template().0.starts_with("https://facebook.com/messenger_platform/account_linking/"));
        }
    }
}
