//! The address a flow ends at, built from the text of `redirect_uri` alone: byte for byte, unless a fault says otherwise.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};

use percent_encoding::percent_decode_str;
use url::{Url, form_urlencoded};

use crate::fault::Fault;

/// Why an address is not accepted as `redirect_uri`.
///
/// Any `http` or `https` host is fine: the suite varies all of it, and an allow-list would pin it.
pub(crate) fn refusal(redirect_uri: &str) -> Option<&'static str> {
    if redirect_uri.chars().any(|c| c.is_control() || c == '\\') {
        return Some("redirect_uri holds characters that no address has");
    }
    let Ok(url) = Url::parse(redirect_uri) else {
        return Some("redirect_uri is not an absolute address");
    };
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Some("redirect_uri is not a web address");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("redirect_uri holds a user name");
    }
    if url
        .query_pairs()
        .any(|(name, _)| name.eq_ignore_ascii_case("authorization_code"))
    {
        return Some("redirect_uri holds an authorization_code already");
    }
    None
}

/// `redirect_uri` with the code appended, as `Location` wants it.
///
/// `extra` is what a fault adds behind the code, already encoded.
pub(crate) fn success(
    redirect_uri: &str,
    token: &str,
    code: &str,
    extra: &str,
    faults: &BTreeSet<Fault>,
) -> String {
    let has = |fault| faults.contains(&fault);
    let base = damaged(redirect_uri, token, faults);
    let name = if has(Fault::CodeNamedCode) {
        "code"
    } else {
        "authorization_code"
    };
    let code = if has(Fault::CodePrintsUndefined) {
        Cow::Borrowed("undefined")
    } else if has(Fault::CodeNotEscaped) {
        Cow::Borrowed(code)
    } else {
        form_urlencoded::byte_serialize(code.as_bytes())
            .collect::<String>()
            .into()
    };
    to_ascii(
        &append(&base, &format!("{name}={code}{extra}"), faults),
        faults,
    )
}

/// Where a flow goes that did not work out: `redirect_uri` as it came (S21).
pub(crate) fn failure(redirect_uri: &str, faults: &BTreeSet<Fault>) -> String {
    let address = if faults.contains(&Fault::CancelAddsErrorParameter) {
        append(redirect_uri, "error=access_denied", faults)
    } else if faults.contains(&Fault::FailureSendsEmptyCode) {
        append(redirect_uri, "authorization_code=", faults)
    } else {
        redirect_uri.to_owned()
    };
    to_ascii(&address, faults)
}

/// Joins `pair` to the query: before the fragment, with one separator.
fn append(address: &str, pair: &str, faults: &BTreeSet<Fault>) -> String {
    let (front, fragment) = match address.find('#') {
        Some(at) if !faults.contains(&Fault::CodeAfterFragment) => address.split_at(at),
        _ => (address, ""),
    };
    let separator = if faults.contains(&Fault::BlindAmpersand) {
        "&"
    } else if faults.contains(&Fault::SecondQuestionMark) || !front.contains('?') {
        "?"
    } else if front.ends_with(['?', '&']) {
        ""
    } else {
        "&"
    };
    format!("{front}{separator}{pair}{fragment}")
}

/// The address as a faulty backend remembers it; the very text when there is no such fault.
fn damaged(redirect_uri: &str, token: &str, faults: &BTreeSet<Fault>) -> String {
    let has = |fault| faults.contains(&fault);
    let mut address = redirect_uri.to_owned();
    if has(Fault::HostHardCoded) {
        address = format!(
            "https://www.facebook.com/messenger_platform/account_linking?account_linking_token={token}"
        );
    }
    if has(Fault::DoubleDecode) {
        address = percent_decode_str(&address)
            .decode_utf8_lossy()
            .into_owned();
    }
    if has(Fault::PortLost) {
        address = without_port(&address);
    }
    if has(Fault::DecodeAndReencodeQuery) {
        address = with_query(&address, |query| {
            let pairs = form_urlencoded::parse(query.as_bytes());
            form_urlencoded::Serializer::new(String::new())
                .extend_pairs(pairs)
                .finish()
        });
    }
    if has(Fault::DropDuplicatePairs) {
        let mut names = HashSet::new();
        address = with_pairs(&address, |pairs| {
            pairs.retain(|pair| names.insert(name(pair).to_owned()));
        });
    }
    if has(Fault::SortQuery) {
        address = with_pairs(&address, |pairs| pairs.sort_unstable());
    }
    if has(Fault::DropEmptyValues) {
        address = with_pairs(&address, |pairs| {
            pairs.retain(|pair| {
                pair.split_once('=')
                    .is_some_and(|(_, value)| !value.is_empty())
            });
        });
    }
    if has(Fault::StripTokenFromRedirect) {
        address = with_pairs(&address, |pairs| {
            pairs.retain(|pair| name(pair) != "account_linking_token");
        });
    }
    if has(Fault::TruncateRedirect255) {
        address = address.chars().take(255).collect();
    }
    address
}

fn name(pair: &str) -> &str {
    pair.split_once('=').map_or(pair, |(name, _)| name)
}

/// Changes the query and leaves everything around it alone.
fn with_query(address: &str, change: impl FnOnce(&str) -> String) -> String {
    let (front, fragment) = address.split_at(address.find('#').unwrap_or(address.len()));
    match front.split_once('?') {
        Some((path, query)) => format!("{path}?{}{fragment}", change(query)),
        None => address.to_owned(),
    }
}

fn with_pairs(address: &str, change: impl FnOnce(&mut Vec<&str>)) -> String {
    with_query(address, |query| {
        let mut pairs: Vec<&str> = query.split('&').collect();
        change(&mut pairs);
        pairs.join("&")
    })
}

fn without_port(address: &str) -> String {
    let Some(start) = address.find("://").map(|at| at + 3) else {
        return address.to_owned();
    };
    let end = address[start..]
        .find(['/', '?', '#'])
        .map_or(address.len(), |at| start + at);
    let host = &address[start..end];
    let kept = match host.rfind(':') {
        // The last colon of an IPv6 literal without a port stands inside the brackets.
        Some(colon) if host[colon + 1..].bytes().all(|byte| byte.is_ascii_digit()) => {
            &host[..colon]
        }
        _ => host,
    };
    format!("{}{kept}{}", &address[..start], &address[end..])
}

/// A `Location` holds ASCII only: everything else is escaped as UTF-8, what is ASCII stays as it is.
fn to_ascii(address: &str, faults: &BTreeSet<Fault>) -> String {
    let mut ascii = String::with_capacity(address.len());
    for character in address.chars() {
        if character.is_ascii_graphic() {
            ascii.push(character);
        } else if faults.contains(&Fault::LocationInLatin1) {
            let byte = u8::try_from(u32::from(character)).unwrap_or(b'?');
            ascii.extend(form_urlencoded::byte_serialize(&[byte]));
        } else {
            let mut buffer = [0; 4];
            for byte in character.encode_utf8(&mut buffer).bytes() {
                ascii.push_str(percent_encoding::percent_encode_byte(byte));
            }
        }
    }
    ascii
}

#[cfg(test)]
mod tests;
