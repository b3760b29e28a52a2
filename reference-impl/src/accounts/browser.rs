//! What a request tells of the browser that sent it: cookies, language, address.

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

use warp::{
    Filter,
    http::{HeaderMap, HeaderValue, header},
};

use crate::{
    pages::Language,
    secret::{NoEntropy, random_text},
    server::App,
    serving::Peer,
};

/// Two cookies: one says which browser this is and outlives logins, the other who is signed in.
/// They are apart so that a login in one tab does not break the form in another (conformance CON-02).
const VISITOR: &str = "visitor";
const SESSION: &str = "session";

/// The browser behind a request.
#[derive(Clone, Debug)]
pub(crate) struct Browser {
    visitor: String,
    visitor_is_new: bool,
    pub(super) session: Option<String>,
    /// The language that the person reads.
    pub(crate) language: Language,
    /// Whether the browser itself says that another site sent this request.
    cross_site: bool,
    pub(super) address: Option<IpAddr>,
    https: bool,
}

impl Browser {
    fn read(headers: &HeaderMap, peer: Option<SocketAddr>, https: bool) -> Result<Self, NoEntropy> {
        let known = cookie(headers, &cookie_name(VISITOR, https)).filter(|text| !text.is_empty());
        let visitor_is_new = known.is_none();
        let visitor = match known {
            Some(visitor) => visitor,
            None => random_text::<32>()?,
        };
        Ok(Self {
            visitor,
            visitor_is_new,
            session: cookie(headers, &cookie_name(SESSION, https)),
            language: Language::negotiate(text(headers, header::ACCEPT_LANGUAGE.as_str())),
            cross_site: text(headers, "sec-fetch-site") == "cross-site",
            address: peer.map(|peer| peer.ip()),
            https,
        })
    }

    /// The token for a form on a page for this browser.
    pub(crate) fn form_token(&self, purpose: super::Purpose) -> String {
        purpose.token(&self.visitor)
    }

    /// Whether a form came from a page that this browser was shown.
    pub(crate) fn sent(&self, purpose: super::Purpose, given: &str) -> bool {
        !self.visitor_is_new && !self.cross_site && purpose.accepts(&self.visitor, given)
    }

    /// Adds the visitor cookie if the browser has none yet.
    pub(crate) fn remember(&self, headers: &mut HeaderMap) {
        if self.visitor_is_new {
            set_cookie(headers, VISITOR, &self.visitor, self.https, None);
        }
    }

    /// Adds the cookie of a new session.
    pub(super) fn set_session(&self, headers: &mut HeaderMap, id: &str) {
        set_cookie(headers, SESSION, id, self.https, None);
    }

    /// Takes the session cookie away.
    pub(super) fn clear_session(&self, headers: &mut HeaderMap) {
        set_cookie(headers, SESSION, "", self.https, Some(0));
    }
}

/// Extracts the browser; fails only when the operating system has no random bytes.
pub(crate) fn browser(
    app: App,
) -> impl Filter<Extract = (Result<Browser, NoEntropy>,), Error = Infallible> + Clone {
    warp::header::headers_cloned()
        .and(warp::ext::optional::<Peer>())
        .map(move |headers: HeaderMap, peer: Option<Peer>| {
            Browser::read(&headers, peer.map(|peer| peer.0), app.is_https())
        })
}

/// On https the prefix makes browsers refuse the cookie from any other host or from plain http.
fn cookie_name(name: &str, https: bool) -> String {
    if https {
        format!("__Host-{name}")
    } else {
        name.to_owned()
    }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let pairs = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    pairs
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// `SameSite=Lax` because the webview arrives from another site by a top-level GET and must keep
/// its cookies; `Strict` would lose them (protocol P26).
fn set_cookie(headers: &mut HeaderMap, name: &str, value: &str, https: bool, max_age: Option<u32>) {
    let name = cookie_name(name, https);
    let mut line = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax");
    if https {
        line.push_str("; Secure");
    }
    if let Some(seconds) = max_age {
        line = format!("{line}; Max-Age={seconds}");
    }
    let line = HeaderValue::try_from(line).expect("names and base64url values are plain ASCII");
    headers.append(header::SET_COOKIE, line);
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn cookies_are_strict_about_scripts_and_plain_http() {
        for (https, expected) in [
            (false, "session=x; Path=/; HttpOnly; SameSite=Lax"),
            (
                true,
                "__Host-session=x; Path=/; HttpOnly; SameSite=Lax; Secure",
            ),
        ] {
            let browser = Browser::read(&HeaderMap::new(), None, https).unwrap();
            let mut set = HeaderMap::new();
            browser.set_session(&mut set, "x");
            assert_eq!(set[header::SET_COOKIE], expected);
        }
    }

    #[test]
    fn on_https_a_cookie_without_the_prefix_is_nobody() {
        let sent = headers(&[("cookie", "visitor=planted; session=planted")]);
        let browser = Browser::read(&sent, None, true).unwrap();
        assert!(browser.visitor_is_new);
        assert_eq!(browser.session, None);
    }

    #[test]
    fn a_form_is_believed_only_from_the_browser_that_saw_the_page() {
        let purpose = super::super::Purpose::Enter;
        let sent = headers(&[("cookie", "a=b; visitor=v1")]);
        let browser = Browser::read(&sent, None, false).unwrap();
        let token = browser.form_token(purpose);
        assert!(browser.sent(purpose, &token));

        let crossed = headers(&[("cookie", "visitor=v1"), ("sec-fetch-site", "cross-site")]);
        assert!(
            !Browser::read(&crossed, None, false)
                .unwrap()
                .sent(purpose, &token)
        );
        let other = headers(&[("cookie", "visitor=v2")]);
        assert!(
            !Browser::read(&other, None, false)
                .unwrap()
                .sent(purpose, &token)
        );
        let fresh = Browser::read(&HeaderMap::new(), None, false).unwrap();
        assert!(!fresh.sent(purpose, &fresh.form_token(purpose)));
    }
}
