//! A backend with everything around it that a run needs: how it starts, what it was told, what is expected of it.

use std::net::IpAddr;

use url::{Host, Url};

use super::{PlatformFacts, Start, Subject, SubjectError};
use crate::context::Policy;
use crate::date::Date;

/// A whole description, validated. What is checked against the machine (is it reachable?) comes later.
#[derive(Debug)]
pub struct Described {
    /// The backend.
    pub subject: Subject,
    /// What it has been told about Meta.
    pub platform: PlatformFacts,
    /// Who starts it; `None`: it runs already.
    pub start: Option<Start>,
    /// Checks that are known to fail.
    pub expectations: Vec<Exception>,
    /// Checks that cannot be tested here, and are accepted as such.
    pub waivers: Vec<Exception>,
}

/// An entry of `[[expect]]` or `[[waive]]`: one check, a reason and an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Id of the check; never a wildcard.
    pub check: String,
    /// Why.
    pub reason: String,
    /// The last day on which it counts.
    pub until: Date,
}

impl Described {
    /// A backend of which only the linking URL is known: no accounts, no webhook, no Graph.
    pub fn from_url(linking_url: &str) -> Result<Self, SubjectError> {
        super::rule::backend_url(linking_url)
            .map_err(|message| SubjectError::one("the linking URL on the command line", message))?;
        Ok(Self {
            subject: Subject {
                linking_url: linking_url.to_owned(),
                webhook_url: None,
                graph: false,
                redirect_allow: Vec::new(),
                accounts: Vec::new(),
                hints: super::LoginHints::default(),
                chat: super::ChatWords::default(),
                probe: None,
                unlink: None,
                policy: Policy::default(),
            },
            platform: PlatformFacts::default(),
            start: None,
            expectations: Vec::new(),
            waivers: Vec::new(),
        })
    }

    /// URLs that a run would send to and that do not lie on this machine, each with its name.
    ///
    /// They need the owner's word (`--i-own-this`): the suite sends hostile requests.
    pub fn foreign_urls(&self) -> Vec<(&'static str, &str)> {
        let subject = &self.subject;
        let named = [
            ("backend.linking_url", Some(subject.linking_url.as_str())),
            ("backend.webhook_url", subject.webhook_url.as_deref()),
            (
                "observe.probe.url",
                subject.probe.as_ref().map(|probe| probe.url.as_str()),
            ),
            (
                "actions.unlink.url",
                subject.unlink.as_ref().map(|unlink| unlink.url.as_str()),
            ),
        ];
        named
            .into_iter()
            .filter_map(|(name, url)| url.map(|url| (name, url)))
            .filter(|(_, url)| !on_this_machine(url))
            .collect()
    }
}

fn on_this_machine(url: &str) -> bool {
    match Url::parse(url).ok().as_ref().and_then(Url::host) {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).to_canonical().is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_lie_on_this_machine() {
        for url in [
            "http://127.0.0.1:8000/a",
            "http://127.9.9.9/a",
            "http://localhost/a",
            "http://app.localhost:3000/",
            "http://[::1]:80/",
            "http://[::ffff:127.0.0.1]/",
        ] {
            assert!(on_this_machine(url), "{url}");
        }
        for url in [
            "http://10.0.0.1/",
            "http://example.test/",
            "http://localhost.example.test/",
            "http://127.0.0.1.example.test/",
            "http://[::2]/",
        ] {
            assert!(!on_this_machine(url), "{url}");
        }
    }

    #[test]
    fn a_bare_url_leaves_everything_else_unknown() {
        let described = Described::from_url("http://127.0.0.1:9/authorize").expect("a good URL");
        assert!(!described.subject.graph);
        assert!(described.subject.webhook_url.is_none() && described.subject.accounts.is_empty());
        for (url, word) in [
            ("127.0.0.1:9/x", "http"),
            ("https://127.0.0.1/x", "TLS"),
            ("", "URL"),
        ] {
            let error = Described::from_url(url).expect_err("a bad URL").to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
