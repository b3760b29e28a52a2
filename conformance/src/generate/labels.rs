//! Class labels of a `redirect_uri`, read off the structure itself, so that a shrunk value is labelled truly.

use super::redirect::{Pair, RedirectUri};

/// Names that web frameworks use for themselves and may take for their own.
pub(super) const FRAMEWORK_NAMES: [&str; 8] = [
    "state",
    "next",
    "code",
    "error",
    "redirect_uri",
    "token",
    "user",
    "_csrf",
];

/// All labels, sorted and without repeats.
pub(super) fn of(uri: &RedirectUri) -> Vec<String> {
    let mut labels = vec![format!("scheme:{}", uri.scheme)];
    labels.extend(host(&uri.host).map(|class| format!("host:{class}")));
    labels.push(
        if uri.port.is_some() {
            "port:given"
        } else {
            "port:none"
        }
        .to_owned(),
    );
    labels.push(format!("path:{}", path(&uri.path)));
    labels.extend(query(uri).into_iter().map(|class| format!("query:{class}")));
    labels.push(
        if uri.carries_token() {
            "token:inside"
        } else {
            "token:absent"
        }
        .to_owned(),
    );
    labels.push(format!("fragment:{}", fragment(uri.fragment.as_deref())));
    labels.push(format!("length:{}", length(uri.template().0.len())));
    labels.sort();
    labels.dedup();
    labels
}

fn host(host: &str) -> impl Iterator<Item = &'static str> {
    let plain = host.trim_end_matches('.').to_ascii_lowercase();
    let kind = if plain.starts_with('[') {
        "ipv6"
    } else if plain.parse::<std::net::Ipv4Addr>().is_ok() {
        "ipv4"
    } else {
        match plain.as_str() {
            "facebook.com" => "live",
            "www.facebook.com" => "www",
            "messenger.com" | "www.messenger.com" => "messenger",
            name if name.split('.').any(|label| label.starts_with("xn--")) => "punycode",
            name if name.ends_with(".facebook.com") => "subdomain",
            _ => "other",
        }
    };
    let upper = host
        .contains(|c: char| c.is_ascii_uppercase())
        .then_some("upper-case");
    let dot = host.ends_with('.').then_some("trailing-dot");
    [Some(kind), upper, dot].into_iter().flatten()
}

fn path(path: &str) -> &'static str {
    match path {
        "/messenger_platform/account_linking/" => "live",
        "" => "empty",
        "/" => "root",
        _ if has_escape(path, |hex| hex.eq_ignore_ascii_case("2f")) => "encoded-slash",
        _ if path.contains('%') || !path.is_ascii() => "unicode",
        _ if path.contains(';') => "matrix",
        _ if path.contains('.') => "dots",
        _ if path.ends_with('/') => "trailing-slash",
        _ => "no-trailing-slash",
    }
}

fn query(uri: &RedirectUri) -> Vec<&'static str> {
    let Some(pairs) = &uri.query else {
        return vec!["none"];
    };
    let own: Vec<&Pair> = pairs
        .iter()
        .filter(|pair| pair.value.as_deref() != Some("{token}"))
        .collect();
    let mut classes = vec![match (pairs.len(), own.len()) {
        (0, _) => "lone",
        (_, 0) => "token-only",
        (1, _) => "one",
        (2..=4, _) => "few",
        _ => "many",
    }];
    for (index, pair) in own.iter().enumerate() {
        classes.extend(pair_classes(pair));
        if own[..index].iter().any(|earlier| earlier.name == pair.name) {
            classes.push("duplicate");
        }
    }
    classes
}

fn pair_classes(pair: &Pair) -> Vec<&'static str> {
    let mut classes = Vec::new();
    let mut class = |name: &'static str, holds: bool| {
        if holds {
            classes.push(name);
        }
    };
    class(
        "framework-name",
        FRAMEWORK_NAMES.contains(&pair.name.as_str()),
    );
    let Some(value) = &pair.value else {
        class("valueless", true);
        return classes;
    };
    let doubled = has_escape(value, |hex| hex == "25")
        && value
            .match_indices("%25")
            .any(|(at, _)| is_hex(&value[at + 3..]));
    let single = value.replace("%25", "");
    class("empty", value.is_empty());
    class("double-encoded", doubled);
    class(
        "percent-upper",
        has_escape(&single, |hex| {
            hex.contains(|c: char| c.is_ascii_uppercase())
        }),
    );
    class(
        "percent-lower",
        has_escape(&single, |hex| {
            hex.contains(|c: char| c.is_ascii_lowercase())
        }),
    );
    class(
        "unicode",
        has_escape(value, |hex| {
            hex.starts_with(|c: char| "89abcdefABCDEF".contains(c))
        }),
    );
    class("raw-utf8", !value.is_ascii());
    class("plus", value.contains('+'));
    class("equals", value.contains('='));
    class("semicolon", value.contains(';'));
    class("nested-url", value.to_ascii_lowercase().starts_with("http"));
    class(
        "plain",
        !value.is_empty()
            && value
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)),
    );
    classes
}

/// Whether some `%XX` has digits that the rule accepts.
fn has_escape(text: &str, rule: impl Fn(&str) -> bool) -> bool {
    text.match_indices('%')
        .any(|(at, _)| is_hex(&text[at + 1..]) && rule(&text[at + 1..at + 3]))
}

fn is_hex(text: &str) -> bool {
    text.len() >= 2 && text.bytes().take(2).all(|byte| byte.is_ascii_hexdigit())
}

fn fragment(fragment: Option<&str>) -> &'static str {
    match fragment {
        None => "none",
        Some("") => "empty",
        Some(text) if text.contains(['?', '&', '=']) => "query-like",
        Some(_) => "text",
    }
}

fn length(length: usize) -> &'static str {
    match length {
        0..256 => "short",
        256..1024 => "256",
        1024..2000 => "1k",
        _ => "2k",
    }
}
