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

/// A redirect_uri before it is written out.
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

    /// Written out, with `{token}` still standing in it.
    pub fn template(&self) -> RedirectTemplate {
        unimplemented!()
    }

    /// Class labels, such as `host:ipv6`, `query:percent-lower`, `fragment:none`.
    pub fn labels(&self) -> Vec<String> {
        unimplemented!()
    }
}
