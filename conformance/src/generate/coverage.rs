//! The coverage pass: one redirect_uri of every class, then every two neighbouring classes together.
//!
//! Classes of the catalogue, section 3.3; after them the examples are random.

use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::freedom::Freedom;
use super::labels::FRAMEWORK_NAMES;
use super::random;
use super::redirect::{Pair, RedirectUri};
use super::shrink::Shrinking;

/// What a class changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Origin,
    Path,
    Rest,
}

/// A class and how a redirect_uri is given it.
struct Class(Part, fn(&mut RedirectUri));

/// The redirect_uri of the example with this number: the coverage pass first, then random ones. All shrink
/// towards the plain place.
pub fn redirects(number: u32, freedom: &Freedom) -> BoxedStrategy<RedirectUri> {
    let pass = pass(freedom);
    let plain = freedom.plain().clone();
    match usize::try_from(number)
        .ok()
        .and_then(|number| pass.get(number))
    {
        Some(uri) => Shrinking::new(Just(uri.clone()), plain).boxed(),
        None => Shrinking::new(random::redirect(freedom), plain).boxed(),
    }
}

/// Number of examples of the coverage pass.
pub fn coverage_size(freedom: &Freedom) -> u32 {
    u32::try_from(pass(freedom).len()).unwrap_or(u32::MAX)
}

fn pass(freedom: &Freedom) -> Vec<RedirectUri> {
    let base = |index: usize| freedom.bases()[index % freedom.bases().len()].clone();
    let allowed: Vec<&Class> = CLASSES
        .iter()
        .filter(|class| match class.0 {
            Part::Origin => freedom.origin,
            Part::Path => freedom.path,
            Part::Rest => true,
        })
        .collect();
    let mut uris = vec![freedom.plain().clone(), rich(freedom.plain().clone())];
    uris.extend(freedom.bases().iter().skip(1).cloned());
    uris.extend(
        allowed
            .iter()
            .enumerate()
            .map(|(index, class)| with(base(index), &[class])),
    );
    uris.extend(
        allowed
            .windows(2)
            .enumerate()
            .map(|(index, classes)| with(base(index), classes)),
    );
    let mut seen = Vec::new();
    uris.retain(|uri| {
        let text = uri.template().0;
        let fresh = !seen.contains(&text);
        seen.push(text);
        fresh
    });
    uris
}

fn with(mut uri: RedirectUri, classes: &[&Class]) -> RedirectUri {
    for class in classes {
        class.1(&mut uri);
    }
    uri
}

/// Everything that a smoke run should meet at once.
fn rich(mut uri: RedirectUri) -> RedirectUri {
    for pair in [
        Pair::new("next", "%2Fa%3Fb%3D1%26c%3D2"),
        Pair::new("lower", "%2fx%3dy"),
        Pair::new("twice", "%2526%253D"),
        Pair::new("dup", "2"),
        Pair::new("dup", "1"),
        Pair::new("empty", ""),
        Pair::bare("flag"),
        Pair::new("plus", "a+b%20c"),
    ] {
        push(&mut uri, pair);
    }
    uri
}

fn push(uri: &mut RedirectUri, pair: Pair) {
    uri.query.get_or_insert_default().push(pair);
}

fn padded(uri: &mut RedirectUri, length: usize) {
    let missing = length.saturating_sub(uri.template().0.len() + "&pad=".len());
    push(uri, Pair::new("pad", "x".repeat(missing)));
}

/// In fixed order: neighbours are tried together.
static CLASSES: &[Class] = &[
    Class(Part::Rest, |uri| uri.query = None),
    Class(Part::Rest, |uri| {
        push(uri, Pair::new("v", "%2F%3D%26%25%2B%20%0A"))
    }),
    Class(Part::Rest, |uri| {
        push(uri, Pair::new("v", "%2f%3d%26%c3%a9"))
    }),
    Class(Part::Rest, |uri| {
        push(uri, Pair::new("v", "%2526%253D%252F"))
    }),
    Class(Part::Rest, |uri| push(uri, Pair::new("v", "a+b"))),
    Class(Part::Rest, |uri| push(uri, Pair::new("empty", ""))),
    Class(Part::Rest, |uri| push(uri, Pair::bare("flag"))),
    Class(Part::Rest, |uri| {
        push(uri, Pair::new("z", "1"));
        push(uri, Pair::new("a", "2"));
        push(uri, Pair::new("z", "3"));
    }),
    Class(Part::Rest, |uri| push(uri, Pair::new("v", "a=b=c"))),
    Class(Part::Rest, |uri| push(uri, Pair::new("v", "a;b"))),
    Class(Part::Rest, |uri| {
        push(
            uri,
            Pair::new(
                "back",
                "https%3A%2F%2Fshop.example%2F%3Fq%3D1%26r%3D2%23top",
            ),
        )
    }),
    Class(Part::Rest, |uri| {
        push(uri, Pair::new("v", "%C3%A9%E4%BD%A0%F0%9F%98%80"))
    }),
    Class(Part::Rest, |uri| push(uri, Pair::new("v", "é你😀"))),
    Class(Part::Rest, |uri| {
        for name in FRAMEWORK_NAMES {
            push(uri, Pair::new(name, "1"));
        }
    }),
    Class(Part::Rest, |uri| push(uri, Pair::new("plain", "A-z_0.9~"))),
    Class(Part::Rest, |uri| {
        for index in 0..8 {
            push(uri, Pair::new(format!("p{index}"), index.to_string()));
        }
    }),
    Class(Part::Rest, |uri| uri.query = Some(Vec::new())),
    Class(Part::Rest, |uri| {
        uri.query = Some(vec![Pair::new("session", "7")])
    }),
    Class(Part::Rest, |uri| {
        uri.query
            .get_or_insert_default()
            .insert(0, Pair::new("first", "1"))
    }),
    Class(Part::Rest, |uri| uri.fragment = Some(String::new())),
    Class(Part::Rest, |uri| uri.fragment = Some("top".to_owned())),
    Class(Part::Rest, |uri| {
        uri.fragment = Some("/?a=b&c=d".to_owned())
    }),
    Class(Part::Rest, |uri| padded(uri, 300)),
    Class(Part::Rest, |uri| padded(uri, 1_100)),
    Class(Part::Rest, |uri| padded(uri, 2_000)),
    Class(Part::Path, |uri| uri.path = String::new()),
    Class(Part::Path, |uri| uri.path = "/".to_owned()),
    Class(Part::Path, |uri| {
        uri.path = "/messenger_platform/account_linking".to_owned()
    }),
    Class(Part::Path, |uri| uri.path = "/a%2Fb/c".to_owned()),
    Class(Part::Path, |uri| uri.path = "/v1.0/a..b/".to_owned()),
    Class(Part::Path, |uri| uri.path = "/link;v=1/end".to_owned()),
    Class(Part::Path, |uri| {
        uri.path = "/%E4%BD%A0%E5%A5%BD/".to_owned()
    }),
    Class(Part::Path, |uri| uri.path = "/back/".to_owned()),
    Class(Part::Origin, |uri| uri.host = "www.facebook.com".to_owned()),
    Class(Part::Origin, |uri| {
        uri.host = "www.messenger.com".to_owned()
    }),
    Class(Part::Origin, |uri| uri.host = "m.facebook.com".to_owned()),
    Class(Part::Origin, |uri| uri.host = "192.0.2.7".to_owned()),
    Class(Part::Origin, |uri| uri.host = "[2001:db8::7]".to_owned()),
    Class(Part::Origin, |uri| uri.port = Some(8443)),
    Class(Part::Origin, |uri| uri.host = "FaceBook.com".to_owned()),
    Class(Part::Origin, |uri| uri.host = "facebook.com.".to_owned()),
    Class(Part::Origin, |uri| {
        uri.host = "xn--bcher-kva.example".to_owned()
    }),
    Class(Part::Origin, |uri| uri.scheme = "http".to_owned()),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn reached(freedom: &Freedom) -> BTreeSet<String> {
        pass(freedom).iter().flat_map(RedirectUri::labels).collect()
    }

    #[test]
    fn the_coverage_pass_reaches_every_class() {
        let reached = reached(&Freedom::new(Vec::new(), true, true));
        let classes = [
            "scheme:http scheme:https port:given port:none token:inside token:absent",
            "host:live host:www host:messenger host:subdomain host:ipv4 host:ipv6 host:upper-case host:trailing-dot host:punycode",
            "path:live path:empty path:root path:encoded-slash path:dots path:matrix path:unicode path:trailing-slash path:no-trailing-slash",
            "query:none query:lone query:token-only query:one query:few query:many query:plain query:empty query:valueless",
            "query:percent-upper query:percent-lower query:double-encoded query:plus query:equals query:semicolon query:nested-url",
            "query:unicode query:raw-utf8 query:framework-name query:duplicate",
            "fragment:none fragment:empty fragment:text fragment:query-like length:short length:256 length:1k length:2k",
        ];
        for class in classes.iter().flat_map(|line| line.split(' ')) {
            assert!(reached.contains(class), "{class} is never reached");
        }
    }

    #[test]
    fn the_coverage_pass_leaves_room_for_random_examples_in_a_default_run() {
        let size = coverage_size(&Freedom::new(Vec::new(), true, true));
        assert!((70..=95).contains(&size), "{size}");
    }

    #[test]
    fn what_is_pinned_never_varies() {
        let bases = vec![
            RedirectUri::allowed_by("https://shop.example:444/back/").unwrap(),
            RedirectUri::allowed_by("https://other.example/x").unwrap(),
        ];
        let freedom = Freedom::new(bases.clone(), false, false);
        for uri in pass(&freedom) {
            assert!(
                bases
                    .iter()
                    .any(|base| (&base.scheme, &base.host, base.port, &base.path)
                        == (&uri.scheme, &uri.host, uri.port, &uri.path))
            );
        }
        let labels = reached(&freedom);
        assert!(labels.contains("query:double-encoded") && labels.contains("fragment:text"));
    }
}
