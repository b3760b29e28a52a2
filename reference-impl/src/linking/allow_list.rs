//! Where the browser may be sent with a fresh code in its hand: exact prefixes, nothing clever.
//!
//! A backend that sends the code to any address in the parameter hands it to whoever wrote the
//! link (protocol P3). So scheme, host and port must be equal and the path must start with the
//! entry's path at a segment boundary.

use std::str::FromStr;

use super::destination::Parts;

/// The return addresses that Messenger uses (protocol rows 1.3.3 to 1.3.5).
const MESSENGER: [&str; 4] = [
    "https://facebook.com/messenger_platform/account_linking",
    "https://www.facebook.com/messenger_platform/account_linking",
    "https://messenger.com/messenger_platform/account_linking",
    "https://www.messenger.com/messenger_platform/account_linking",
];

/// A list of accepted prefixes for `redirect_uri`. It is never empty of meaning: an empty list accepts nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowList(Vec<Entry>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    scheme: String,
    host: String,
    port: u16,
    /// Without its trailing slash; empty when the entry does not pin a path.
    path: String,
}

/// An entry that is not a usable prefix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{entry}` is not a usable return address ({reason}); write it as scheme://host[:port]/path, for example https://facebook.com/messenger_platform/account_linking/"
)]
pub struct BadEntry {
    entry: String,
    reason: &'static str,
}

impl AllowList {
    /// Accepts what Messenger itself uses, with and without `www` and the trailing slash.
    pub fn messenger() -> Self {
        let entries = MESSENGER.iter().map(|entry| {
            entry
                .parse()
                .expect("the built-in addresses are well-formed, a test parses them")
        });
        Self(entries.collect())
    }

    /// Accepts exactly these prefixes; reports every bad one.
    pub fn new<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, Vec<BadEntry>> {
        let mut good = Vec::new();
        let mut bad = Vec::new();
        for entry in entries {
            match entry.parse() {
                Ok(parsed) => good.push(parsed),
                Err(problem) => bad.push(problem),
            }
        }
        if bad.is_empty() {
            Ok(Self(good))
        } else {
            Err(bad)
        }
    }

    /// Accepts everything that either list accepts.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The entries as a person would write them.
    pub fn entries(&self) -> impl Iterator<Item = String> + '_ {
        self.0.iter().map(|entry| {
            let Entry {
                scheme,
                host,
                port,
                path,
            } = entry;
            let port = match (scheme.as_str(), port) {
                ("https", 443) | ("http", 80) => String::new(),
                _ => format!(":{port}"),
            };
            format!("{scheme}://{host}{port}{path}/")
        })
    }

    pub(super) fn accepts(&self, parts: &Parts<'_>) -> bool {
        self.0.iter().any(|entry| entry.accepts(parts))
    }
}

impl Default for AllowList {
    fn default() -> Self {
        Self::messenger()
    }
}

impl Entry {
    fn accepts(&self, parts: &Parts<'_>) -> bool {
        parts.scheme.eq_ignore_ascii_case(&self.scheme)
            && parts.host.eq_ignore_ascii_case(&self.host)
            && parts.port() == Some(self.port)
            && self.covers(parts.path)
    }

    /// `/a` covers `/a`, `/a/` and `/a/b`, but not `/ab`.
    fn covers(&self, path: &str) -> bool {
        match path.strip_prefix(self.path.as_str()) {
            Some(rest) => rest.is_empty() || rest.starts_with('/'),
            None => false,
        }
    }
}

impl FromStr for Entry {
    type Err = BadEntry;

    fn from_str(entry: &str) -> Result<Self, Self::Err> {
        let bad = |reason| BadEntry {
            entry: entry.to_owned(),
            reason,
        };
        if !entry.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(bad("it holds spaces, control or non-ASCII characters"));
        }
        let parts = Parts::split(entry).ok_or_else(|| bad("it is not an http or https address"))?;
        if parts.query.is_some() || parts.fragment.is_some() {
            return Err(bad("a prefix ends with its path, before any ? or #"));
        }
        if parts.host.contains(['@', '*']) || entry.contains('\\') {
            return Err(bad(
                "wildcards, user names and back-slashes are not prefixes",
            ));
        }
        if parts.leaves_its_path() {
            return Err(bad("its path holds . or .. segments"));
        }
        let port = parts
            .port()
            .ok_or_else(|| bad("its port is not a number"))?;
        Ok(Self {
            scheme: parts.scheme.to_ascii_lowercase(),
            host: parts.host.to_ascii_lowercase(),
            port,
            path: parts.path.trim_end_matches('/').to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_list_parses() {
        assert_eq!(AllowList::messenger().entries().count(), MESSENGER.len());
    }

    #[test]
    fn every_bad_entry_is_reported() {
        let bad = AllowList::new([
            "*",
            "ftp://a/",
            "https://a/?x=1",
            "https://good/",
            "https://u@h/",
        ]);
        insta::assert_snapshot!(
            bad.unwrap_err()
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join("\n")
        );
    }

    #[test]
    fn an_empty_list_accepts_nothing() {
        let list = AllowList::new([]).unwrap();
        let parts = Parts::split("https://facebook.com/").unwrap();
        assert!(!list.accepts(&parts));
    }
}
