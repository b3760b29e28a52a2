//! A checked `redirect_uri`, kept byte for byte: the only thing that a code is ever appended to.
//!
//! The address is split by hand and never rebuilt, because a parser that normalises and prints
//! again changes bytes that belong to the platform (protocol P7 to P9).

use std::borrow::Cow;

use percent_encoding::{AsciiSet, percent_decode_str, utf8_percent_encode};
use url::Url;

use super::{allow_list::AllowList, request::LinkRefusal};

/// The longest `redirect_uri` that is taken, in bytes. Live ones have about 200; a longer one than
/// this is refused with a page, never cut.
pub(crate) const LONGEST_REDIRECT: usize = 16 * 1024;

const CODE: &str = "authorization_code";
const TOKEN: &str = "account_linking_token";

/// Only what may not stand in a header as it is: spaces and everything outside ASCII.
const HEADER_UNSAFE: &AsciiSet = &percent_encoding::CONTROLS.add(b' ');

/// A return address that the allow-list accepts and that agrees with its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Destination(String);

impl Destination {
    /// Checks an address as it came, already decoded once.
    pub(crate) fn check(
        given: &str,
        token: &str,
        allowed: &AllowList,
    ) -> Result<Self, LinkRefusal> {
        if given.is_empty() {
            return Err(LinkRefusal::RedirectMissing);
        }
        if LONGEST_REDIRECT < given.len() {
            return Err(LinkRefusal::RedirectTooLong);
        }
        let odd = |c: char| c.is_control() || c == '\\';
        if given.contains(odd) || given.trim() != given || Url::parse(given).is_err() {
            return Err(LinkRefusal::RedirectUnreadable);
        }
        let parts = Parts::split(given).ok_or(LinkRefusal::RedirectUnreadable)?;
        if parts.host.contains('@') || parts.leaves_its_path() || !allowed.accepts(&parts) {
            return Err(LinkRefusal::RedirectNotAllowed);
        }
        parts.agrees_with(token)?;
        Ok(Self(given.to_owned()))
    }

    /// The address exactly as the platform wrote it; what a hidden field carries.
    pub(crate) fn original(&self) -> &str {
        &self.0
    }

    /// The address for a browser, without a code: a refusal or a failure (S21).
    pub(crate) fn without_code(&self) -> Cow<'_, str> {
        ascii(&self.0)
    }

    /// The address with the code appended before any fragment, joined as its own query demands (S19).
    pub(crate) fn with_code(&self, code: &str) -> String {
        let (base, fragment) = match self.0.find('#') {
            Some(at) => self.0.split_at(at),
            None => (self.0.as_str(), ""),
        };
        // Only the first `?` begins the query; a later one belongs to a value.
        let joint = match base.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        ascii(&format!("{base}{joint}{CODE}={code}{fragment}")).into_owned()
    }
}

fn ascii(text: &str) -> Cow<'_, str> {
    utf8_percent_encode(text, HEADER_UNSAFE).into()
}

/// An absolute http(s) address, split but not interpreted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub(super) scheme: &'a str,
    pub(super) host: &'a str,
    port: Option<&'a str>,
    pub(super) path: &'a str,
    pub(super) query: Option<&'a str>,
    pub(super) fragment: Option<&'a str>,
}

impl<'a> Parts<'a> {
    pub(super) fn split(address: &'a str) -> Option<Self> {
        let (scheme, rest) = address.split_once("://")?;
        if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
            return None;
        }
        let (rest, fragment) = cut(rest, '#');
        let (rest, query) = cut(rest, '?');
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        // The last colon outside an IPv6 literal's brackets begins the port.
        let (host, port) = match authority.rfind(':') {
            Some(at) if !authority[at..].contains(']') => {
                (&authority[..at], Some(&authority[at + 1..]))
            }
            _ => (authority, None),
        };
        (!host.is_empty()).then_some(Self {
            scheme,
            host,
            port,
            path,
            query,
            fragment,
        })
    }

    /// The effective port; nothing when what stands there is not a port.
    pub(super) fn port(&self) -> Option<u16> {
        match self.port {
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok(),
            Some(_) => None,
            None if self.scheme.eq_ignore_ascii_case("https") => Some(443),
            None => Some(80),
        }
    }

    /// Whether some server could read the path as leaving the place where it begins: dot segments
    /// in any layer of encoding, `..;x`, empty segments, encoded back-slashes.
    pub(super) fn leaves_its_path(&self) -> bool {
        let mut path = Cow::Borrowed(self.path);
        // Three layers: one that the address itself has and two for servers that decode again.
        for _ in 0..3 {
            let mut segments = path.split(['/', '\\']).map(|segment| cut(segment, ';').0);
            if path.contains("//") || path.contains('\\') || segments.any(|s| s == "." || s == "..")
            {
                return true;
            }
            let decoded = percent_decode_str(&path).decode_utf8_lossy().into_owned();
            if decoded == path {
                return false;
            }
            path = Cow::Owned(decoded);
        }
        false
    }

    /// Refuses an address that already has a code (two codes are one too many, conformance RED-13)
    /// or that carries the token of another flow (protocol P4).
    fn agrees_with(&self, token: &str) -> Result<(), LinkRefusal> {
        for pair in self.query.unwrap_or_default().split('&') {
            let (raw_name, raw_value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = percent_decode_str(raw_name)
                .decode_utf8_lossy()
                .replace('+', " ");
            let name = name.trim().to_ascii_lowercase();
            if name == CODE
                || name
                    .strip_prefix(CODE)
                    .is_some_and(|rest| rest.starts_with('['))
            {
                return Err(LinkRefusal::CodeAlreadyThere);
            }
            if name == TOKEN && !same_token(raw_value, token) {
                return Err(LinkRefusal::TokenMismatch);
            }
        }
        Ok(())
    }
}

/// A token may hold a `+`, and platforms differ in whether they escape it: either reading will do.
fn same_token(raw: &str, token: &str) -> bool {
    raw == token
        || percent_decode_str(raw).decode_utf8_lossy() == token
        || percent_decode_str(&raw.replace('+', " ")).decode_utf8_lossy() == token
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    match text.split_once(at) {
        Some((before, after)) => (before, Some(after)),
        None => (text, None),
    }
}

#[cfg(test)]
#[path = "destination_tests.rs"]
mod tests;
