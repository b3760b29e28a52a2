//! The coverage pass: one `redirect_uri` of every class, then every two neighbouring classes together.
//!
//! Classes of the catalogue, section 3.3; after them the examples are random.

use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::freedom::Freedom;
use super::labels::FRAMEWORK_NAMES;
use super::random;
use super::redirect::{Pair, RedirectUri};
use super::shrink::Shrinking;

/// A class, as the change that gives it to a `redirect_uri`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    /// Another scheme.
    Scheme(&'static str),
    /// Another host.
    Host(&'static str),
    /// A port.
    Port(u16),
    /// Another path.
    Path(&'static str),
    /// A pair behind the others.
    Pair(&'static str, &'static str),
    /// A name without `=` behind the others.
    Bare(&'static str),
    /// A name twice, with another one between.
    Duplicate,
    /// A pair before the token.
    First(&'static str, &'static str),
    /// Every name that frameworks use for themselves.
    FrameworkNames,
    /// Eight pairs.
    Many,
    /// No query at all.
    NoQuery,
    /// A `?` with nothing behind it.
    LoneQuery,
    /// A query without the token.
    NoToken,
    /// A fragment.
    Fragment(&'static str),
    /// At least so many bytes.
    Length(usize),
}

impl Class {
    /// Whether the backend leaves this open.
    fn is_open(self, freedom: &Freedom) -> bool {
        match self {
            Self::Scheme(_) | Self::Host(_) | Self::Port(_) => freedom.origin,
            Self::Path(_) => freedom.path,
            _ => true,
        }
    }

    fn give(self, uri: &mut RedirectUri) {
        match self {
            Self::Scheme(scheme) => scheme.clone_into(&mut uri.scheme),
            Self::Host(host) => host.clone_into(&mut uri.host),
            Self::Port(port) => uri.port = Some(port),
            Self::Path(path) => path.clone_into(&mut uri.path),
            Self::Pair(name, value) => push(uri, Pair::new(name, value)),
            Self::Bare(name) => push(uri, Pair::bare(name)),
            Self::Duplicate => {
                for (name, value) in [("z", "1"), ("a", "2"), ("z", "3")] {
                    push(uri, Pair::new(name, value));
                }
            }
            Self::First(name, value) => {
                let pairs = uri.query.get_or_insert_default();
                pairs.insert(0, Pair::new(name, value));
            }
            Self::FrameworkNames => FRAMEWORK_NAMES
                .iter()
                .for_each(|name| push(uri, Pair::new(*name, "1"))),
            Self::Many => (0..8)
                .for_each(|index| push(uri, Pair::new(format!("p{index}"), index.to_string()))),
            Self::NoQuery => uri.query = None,
            Self::LoneQuery => uri.query = Some(Vec::new()),
            Self::NoToken => uri.query = Some(vec![Pair::new("session", "7")]),
            Self::Fragment(fragment) => uri.fragment = Some(fragment.to_owned()),
            Self::Length(length) => {
                let missing = length.saturating_sub(uri.template().0.len() + "&pad=".len());
                push(uri, Pair::new("pad", "x".repeat(missing)));
            }
        }
    }
}

/// The `redirect_uri` of the example with this number: the coverage pass first, then random ones. All shrink
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
    let allowed: Vec<Class> = CLASSES
        .iter()
        .copied()
        .filter(|class| class.is_open(freedom))
        .collect();
    let mut uris = vec![freedom.plain().clone(), rich(freedom.plain().clone())];
    if freedom.origin {
        uris.push(elsewhere(freedom.plain().clone()));
    }
    uris.extend(freedom.bases().iter().skip(1).cloned());
    uris.extend(
        allowed
            .iter()
            .enumerate()
            .map(|(index, class)| with(base(index), &[*class])),
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

fn with(mut uri: RedirectUri, classes: &[Class]) -> RedirectUri {
    for class in classes {
        class.give(&mut uri);
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

/// Another host and a port, early, so that a short run meets them too.
fn elsewhere(uri: RedirectUri) -> RedirectUri {
    with(
        uri,
        &[
            Class::Host("www.facebook.com"),
            Class::Port(8443),
            Class::Pair("v", "%C3%A9"),
        ],
    )
}

fn push(uri: &mut RedirectUri, pair: Pair) {
    uri.query.get_or_insert_default().push(pair);
}

/// In fixed order: neighbours are tried together.
const CLASSES: &[Class] = &[
    Class::NoQuery,
    Class::Pair("v", "%2F%3D%26%25%2B%20%0A"),
    Class::Pair("v", "%2f%3d%26%c3%a9"),
    Class::Pair("v", "%2526%253D%252F"),
    Class::Pair("v", "a+b"),
    Class::Pair("empty", ""),
    Class::Bare("flag"),
    Class::Duplicate,
    Class::Pair("v", "a=b=c"),
    Class::Pair("v", "a;b"),
    Class::Pair(
        "back",
        "https%3A%2F%2Fshop.example%2F%3Fq%3D1%26r%3D2%23top",
    ),
    Class::Pair("v", "%C3%A9%E4%BD%A0%F0%9F%98%80"),
    Class::Pair("v", "é你😀"),
    Class::FrameworkNames,
    Class::Pair("plain", "A-z_0.9~"),
    Class::Many,
    Class::LoneQuery,
    Class::NoToken,
    Class::First("first", "1"),
    Class::Fragment(""),
    Class::Fragment("top"),
    Class::Fragment("/?a=b&c=d"),
    Class::Length(300),
    Class::Length(1_100),
    Class::Length(2_000),
    Class::Path(""),
    Class::Path("/"),
    Class::Path("/messenger_platform/account_linking"),
    Class::Path("/a%2Fb/c"),
    Class::Path("/v1.0/a..b/"),
    Class::Path("/link;v=1/end"),
    Class::Path("/%E4%BD%A0%E5%A5%BD/"),
    Class::Path("/back/"),
    Class::Host("www.facebook.com"),
    Class::Host("www.messenger.com"),
    Class::Host("m.facebook.com"),
    Class::Host("192.0.2.7"),
    Class::Host("[2001:db8::7]"),
    Class::Port(8443),
    Class::Host("FaceBook.com"),
    Class::Host("facebook.com."),
    Class::Host("xn--bcher-kva.example"),
    Class::Scheme("http"),
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
