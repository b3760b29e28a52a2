//! Whose page is it: which addresses belong to the backend and which navigation leaves it.

use url::{Host, Url};

/// The origins of the backend. A navigation elsewhere is intercepted.
#[derive(Debug, Clone, Default)]
pub(crate) struct Site {
    origins: Vec<Url>,
}

/// Where a navigation goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Course {
    /// On to another page of the backend.
    Inside(Url),
    /// Away from the backend: kept as given, never fetched.
    Away,
}

/// How a target relates to the `redirect_uri` of the linking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Return {
    /// It is the `redirect_uri` and nothing more: the way of a user who declines (S21).
    Bare,
    /// It is the `redirect_uri` with a code: the way of a user who agrees (S18).
    WithCode,
    /// It goes to the same place with another query.
    Altered,
}

impl Site {
    /// The origins of these addresses; those that are no URLs are left out.
    pub(crate) fn of<'a>(addresses: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            origins: addresses
                .into_iter()
                .filter_map(|address| Url::parse(address).ok())
                .collect(),
        }
    }

    /// Whether a URL is the backend's own. All names of the loopback are one host.
    pub(crate) fn owns(&self, url: &Url) -> bool {
        self.origins.iter().any(|own| {
            own.scheme() == url.scheme()
                && own.port_or_known_default() == url.port_or_known_default()
                && (own.host() == url.host() || (is_loopback(own) && is_loopback(url)))
        })
    }

    /// Where `target`, written on a page at `base`, leads.
    pub(crate) fn course(&self, base: &Url, target: &str, redirect_uri: &str) -> Course {
        if returning(target, redirect_uri).is_some() {
            return Course::Away;
        }
        match base.join(target) {
            Ok(url) if self.owns(&url) => Course::Inside(url),
            _ => Course::Away,
        }
    }
}

/// Whether `target` is the `redirect_uri`, and with what.
pub(crate) fn returning(target: &str, redirect_uri: &str) -> Option<Return> {
    let target = target.trim_matches(|c: char| c <= ' ');
    if target == redirect_uri {
        return Some(Return::Bare);
    }
    let there = Url::parse(target).ok()?;
    let wanted = Url::parse(redirect_uri).ok()?;
    let same = there.scheme() == wanted.scheme()
        && there.host() == wanted.host()
        && there.port_or_known_default() == wanted.port_or_known_default()
        && there.path() == wanted.path();
    same.then(|| {
        if there
            .query_pairs()
            .any(|(name, value)| name == "authorization_code" && !value.is_empty())
        {
            Return::WithCode
        } else if there.query() == wanted.query() {
            Return::Bare
        } else {
            Return::Altered
        }
    })
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REDIRECT: &str =
        "https://facebook.com/messenger_platform/account_linking/?account_linking_token=T";

    fn course(target: &str) -> Course {
        let base = Url::parse("http://127.0.0.1:8000/a/login?x=1").unwrap();
        Site::of(["http://127.0.0.1:8000/authorize"]).course(&base, target, REDIRECT)
    }

    #[test]
    fn relative_targets_and_other_names_of_the_loopback_stay_inside() {
        for target in [
            "next",
            "/authorize?y",
            "?again",
            "//127.0.0.1:8000/z",
            "http://localhost:8000/",
        ] {
            assert!(matches!(course(target), Course::Inside(_)), "{target}");
        }
    }

    #[test]
    fn other_hosts_ports_and_schemes_are_away() {
        for target in [
            REDIRECT,
            "https://127.0.0.1:8000/",
            "http://127.0.0.1:8001/",
            "//facebook.com/",
            "javascript:alert(1)",
            "fb-messenger://x",
            "http://[broken",
        ] {
            assert_eq!(course(target), Course::Away, "{target}");
        }
    }

    #[test]
    fn a_redirect_uri_on_the_backend_itself_is_still_intercepted() {
        let base = Url::parse("http://127.0.0.1:8000/login").unwrap();
        let site = Site::of(["http://127.0.0.1:8000/authorize"]);
        let redirect = "http://127.0.0.1:8000/back?account_linking_token=T";
        assert_eq!(
            site.course(&base, &format!("{redirect}&authorization_code=1"), redirect),
            Course::Away
        );
    }

    #[test]
    fn the_way_back_is_told_by_what_is_added() {
        assert_eq!(returning(REDIRECT, REDIRECT), Some(Return::Bare));
        assert_eq!(
            returning(&format!("{REDIRECT}&authorization_code=1"), REDIRECT),
            Some(Return::WithCode)
        );
        assert_eq!(
            returning(&format!("{REDIRECT}&error=1"), REDIRECT),
            Some(Return::Altered)
        );
        assert_eq!(returning("https://facebook.com/", REDIRECT), None);
    }
}
