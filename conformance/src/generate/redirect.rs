//! The `redirect_uri` as a structure: built, labelled, shrunk, and only then written out.

use linklab_simulator::webview::RedirectTemplate;

/// One pair of the query, already in its raw (encoded) spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Raw name.
    pub name: String,
    /// Raw value; `None` is a name without `=`.
    pub value: Option<String>,
}

/// A `redirect_uri` before it is written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    /// `https` or `http`.
    pub scheme: String,
    /// Raw host.
    pub host: String,
    /// Port, where written.
    pub port: Option<u16>,
    /// Raw path, empty or starting with `/`.
    pub path: String,
    /// Raw pairs; `None` is no query at all, an empty list is a lone `?`. The value `{token}` stands for the token.
    pub query: Option<Vec<Pair>>,
    /// Raw fragment.
    pub fragment: Option<String>,
}

impl RedirectUri {
    /// The URI as the live platform gives it (protocol row 1.3.3): facebook.com, the token as only parameter.
    pub fn live() -> Self {
        Self {
            scheme: "https".to_owned(),
            host: "facebook.com".to_owned(),
            port: None,
            path: "/messenger_platform/account_linking/".to_owned(),
            query: Some(vec![Pair {
                name: "account_linking_token".to_owned(),
                value: Some("{token}".to_owned()),
            }]),
            fragment: None,
        }
    }

    /// A place that a prefix of `[redirect] allow` admits, as live as possible, with the token as only parameter.
    ///
    /// The raw spelling of the prefix is kept; where the live path goes on from it, that path is taken.
    /// `None` when the prefix names no host.
    pub fn allowed_by(prefix: &str) -> Option<Self> {
        let (scheme, rest) = prefix.split_once("://")?;
        let (authority, path) = match rest.find(['/', '?', '#']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let bracket = authority.rfind(']').unwrap_or(0);
        let (host, port) = match authority[bracket..].rfind(':') {
            Some(colon) => {
                let (host, port) = authority.split_at(bracket + colon);
                (host, Some(port[1..].parse().ok()?))
            }
            None => (authority, None),
        };
        let live = Self::live();
        let path = if live.path.starts_with(path) {
            live.path.clone()
        } else {
            path.to_owned()
        };
        (!host.is_empty()).then(|| Self {
            scheme: scheme.to_owned(),
            host: host.to_owned(),
            port,
            path,
            ..live
        })
    }

    /// Written out, with `{token}` still standing in it.
    pub fn template(&self) -> RedirectTemplate {
        let mut text = format!("{}://{}", self.scheme, self.host);
        if let Some(port) = self.port {
            text.push(':');
            text.push_str(&port.to_string());
        }
        text.push_str(&self.path);
        if let Some(pairs) = &self.query {
            text.push('?');
            let pairs: Vec<String> = pairs
                .iter()
                .map(|pair| match &pair.value {
                    Some(value) => format!("{}={value}", pair.name),
                    None => pair.name.clone(),
                })
                .collect();
            text.push_str(&pairs.join("&"));
        }
        if let Some(fragment) = &self.fragment {
            text.push('#');
            text.push_str(fragment);
        }
        RedirectTemplate(text)
    }

    /// Whether the token travels in the query.
    pub fn carries_token(&self) -> bool {
        let pairs = self.query.as_deref().unwrap_or_default();
        pairs
            .iter()
            .any(|pair| pair.value.as_deref() == Some("{token}"))
    }

    /// Class labels, such as `host:ipv6`, `query:percent-lower`, `fragment:none`.
    pub fn labels(&self) -> Vec<String> {
        super::labels::of(self)
    }
}

impl Pair {
    /// `name=value`.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: Some(value.into()),
        }
    }

    /// A name without `=`.
    pub fn bare(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            value: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_keep_their_spelling_and_are_made_live() {
        for (prefix, written) in [
            (
                "https://facebook.com/messenger_platform/account_linking/",
                "https://facebook.com/messenger_platform/account_linking/?account_linking_token={token}",
            ),
            (
                "http://[::1]:9100/Back",
                "http://[::1]:9100/Back?account_linking_token={token}",
            ),
            (
                "https://WWW.example.com:8443",
                "https://WWW.example.com:8443/messenger_platform/account_linking/?account_linking_token={token}",
            ),
            (
                "https://a.example/x?y=1#z",
                "https://a.example/x?account_linking_token={token}",
            ),
        ] {
            assert_eq!(
                RedirectUri::allowed_by(prefix).unwrap().template().0,
                written
            );
        }
        assert_eq!(RedirectUri::allowed_by("facebook.com"), None);
        assert_eq!(RedirectUri::allowed_by("https://:x/"), None);
    }
}
