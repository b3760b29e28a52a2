//! The linking URL as the platform opens it.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters is encoded, once, in upper-case hex (protocol row 1.2.6).
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The path of the platform's own `redirect_uri` (protocol row 1.3.3).
pub(crate) const REDIRECT_PATH: &str = "/messenger_platform/account_linking/";

/// The shape of a `redirect_uri`, before the token is known.
///
/// `{token}` stands where the platform puts the `account_linking_token`; a template without it
/// yields a URI without token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectTemplate(pub String);

impl RedirectTemplate {
    /// The platform's own shape: its origin, the well-known path and the token as the only parameter.
    pub(crate) fn own(origin: &str) -> Self {
        Self(format!(
            "{origin}{REDIRECT_PATH}?account_linking_token={{token}}"
        ))
    }

    fn fill(&self, token: &str) -> String {
        self.0.replace("{token}", token)
    }
}

/// A linking URL that has been opened for one user.
#[derive(Debug, Clone)]
pub struct Opening {
    /// What the webview loads: the button's URL with both parameters appended (protocol rows 1.2.1-1.2.6).
    pub url: String,
    /// The token, valid for five minutes of platform time.
    pub account_linking_token: String,
    /// The `redirect_uri` before encoding.
    pub redirect_uri: String,
    /// The platform's own address that makes a browser this user's and leads on to `url`.
    ///
    /// A browser needs it only while the knob `redirect_needs_cookie` is on.
    pub start_url: String,
    /// Who tapped.
    pub psid: String,
}

/// The opening of `button_url` for one user with a fresh token.
pub(crate) fn open(
    button_url: &str,
    redirect: &RedirectTemplate,
    psid: &str,
    token: String,
    start: impl FnOnce(&str) -> String,
) -> Opening {
    let redirect_uri = redirect.fill(&token);
    let parameters = [
        ("account_linking_token", token.as_str()),
        ("redirect_uri", redirect_uri.as_str()),
    ];
    let url = join_query(button_url, parameters);
    Opening {
        start_url: start(&url),
        url,
        account_linking_token: token,
        redirect_uri,
        psid: psid.to_owned(),
    }
}

/// Appends parameters to a URL as the platform does.
///
/// Its own query is kept in front byte for byte (row 1.2.4); parameters go before a fragment (row 1.2.8); a
/// parameter that is there already appears twice then (row 1.2.9).
pub(crate) fn join_query<'a>(
    url: &str,
    parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> String {
    let (front, fragment) = match url.find('#') {
        Some(at) => url.split_at(at),
        None => (url, ""),
    };
    let mut joined = front.to_owned();
    for (name, value) in parameters {
        match joined.split_once('?') {
            None => joined.push('?'),
            Some((_, query)) if query.is_empty() || query.ends_with('&') => {}
            Some(_) => joined.push('&'),
        }
        joined.extend(utf8_percent_encode(name, ENCODED));
        joined.push('=');
        joined.extend(utf8_percent_encode(value, ENCODED));
    }
    joined.push_str(fragment);
    joined
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    fn opened(button_url: &str) -> String {
        let template = RedirectTemplate::own("https://facebook.com");
        open(
            button_url,
            &template,
            "1",
            "ART-_9".to_owned(),
            str::to_owned,
        )
        .url
    }

    const BOTH: &str = "account_linking_token=ART-_9&redirect_uri=https%3A%2F%2Ffacebook.com%2Fmessenger_platform\
                        %2Faccount_linking%2F%3Faccount_linking_token%3DART-_9";

    #[test]
    fn parameters_are_appended_as_observed() {
        assert_eq!(
            opened("https://shop.test/login"),
            format!("https://shop.test/login?{BOTH}")
        );
        assert_eq!(
            opened("https://shop.test/l.html?rid=7"),
            format!("https://shop.test/l.html?rid=7&{BOTH}")
        );
        assert_eq!(
            opened("https://shop.test/login#top?"),
            format!("https://shop.test/login?{BOTH}#top?")
        );
        assert_eq!(
            opened("https://shop.test/login?"),
            format!("https://shop.test/login?{BOTH}")
        );
        assert_eq!(
            opened("https://shop.test?a=1&"),
            format!("https://shop.test?a=1&{BOTH}")
        );
    }

    #[test]
    fn a_template_without_a_token_yields_a_uri_without_one() {
        let template = RedirectTemplate("https://facebook.com/done".to_owned());
        let opening = open(
            "https://shop.test/",
            &template,
            "1",
            "ARQ".to_owned(),
            str::to_owned,
        );
        assert_eq!(opening.redirect_uri, "https://facebook.com/done");
        assert_eq!(opening.account_linking_token, "ARQ");
    }

    fn button_url() -> impl Strategy<Value = String> {
        (
            "https?://[a-z]{1,8}(\\.[a-z]{2,5})?(:[1-9][0-9]{1,3})?",
            prop::option::of("(/[A-Za-z0-9._~%20-]{0,6}){1,3}"),
            prop::option::of("([a-z]{1,4}=[A-Za-z0-9%2F+.:/?-]{0,8}&?){0,3}"),
            prop::option::of("[a-z?&=/]{0,8}"),
        )
            .prop_map(|(origin, path, query, fragment)| {
                let query = query.map(|query| format!("?{query}")).unwrap_or_default();
                let fragment = fragment
                    .map(|fragment| format!("#{fragment}"))
                    .unwrap_or_default();
                format!("{origin}{}{query}{fragment}", path.unwrap_or_default())
            })
    }

    proptest! {
        #[test]
        fn whatever_is_appended_comes_out_again_behind_the_untouched_url(
            url in button_url(), token in "[A-Za-z0-9_-]{1,20}", redirect in "\\PC{0,40}",
        ) {
            let template = RedirectTemplate(redirect.clone());
            let opening = open(&url, &template, "1", token.clone(), str::to_owned);
            let (front, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
            prop_assert!(opening.url.starts_with(front), "{}", opening.url);
            prop_assert!(opening.url.ends_with(fragment), "{}", opening.url);

            let own: Vec<_> = Url::parse(&url).unwrap().query_pairs().into_owned().collect();
            let all: Vec<_> = Url::parse(&opening.url).unwrap().query_pairs().into_owned().collect();
            prop_assert_eq!(&all[..own.len()], &own[..]);
            let appended = [
                ("account_linking_token".to_owned(), token),
                ("redirect_uri".to_owned(), opening.redirect_uri.clone()),
            ];
            prop_assert_eq!(&all[own.len()..], &appended[..]);

            let (_, encoded) = opening.url[..opening.url.len() - fragment.len()].rsplit_once("redirect_uri=").unwrap();
            prop_assert!(encoded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.~%".contains(&byte)));
            prop_assert!(!encoded.split('%').skip(1).any(|hex| hex[..2].contains(|c: char| c.is_ascii_lowercase())));
        }
    }
}
