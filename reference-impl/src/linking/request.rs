//! What the platform asks for when it opens the linking URL: a token and a return address.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::{allow_list::AllowList, destination::Destination};
use crate::{
    fields::{Fields, Given},
    secret::digest,
};

/// The longest token that is taken, in characters. Live ones have 110 (protocol row 1.4.4), but
/// they are opaque, so nothing else is assumed of them.
pub(crate) const LONGEST_TOKEN: usize = 4096;

/// Everything but the characters that mean themselves everywhere in an address.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A linking request that was checked. It travels from page to page in hidden fields and is checked
/// again each time, so that two tabs of one browser never share it (conformance CON-02).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LinkRequest {
    token: String,
    destination: Destination,
}

/// Why a linking request is not accepted. Shown to the person in front of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LinkRefusal {
    #[error("account_linking_token is missing")]
    TokenMissing,
    #[error("account_linking_token is longer than 4096 characters or holds control characters")]
    TokenUnreadable,
    #[error("account_linking_token or redirect_uri is given more than once")]
    Repeated,
    #[error("redirect_uri is missing")]
    RedirectMissing,
    #[error("redirect_uri is not a complete web address")]
    RedirectUnreadable,
    #[error("redirect_uri is longer than 16384 bytes")]
    RedirectTooLong,
    #[error("redirect_uri does not lead back to Messenger")]
    RedirectNotAllowed,
    #[error("redirect_uri already carries an authorization_code")]
    CodeAlreadyThere,
    #[error("redirect_uri carries another account_linking_token")]
    TokenMismatch,
}

impl LinkRequest {
    /// Reads both parameters by name, wherever they stand (protocol row 1.2.3), and checks them.
    pub(crate) fn read(fields: &Fields, allowed: &AllowList) -> Result<Self, LinkRefusal> {
        let token = match fields.given("account_linking_token") {
            Given::Nothing | Given::Once("") => return Err(LinkRefusal::TokenMissing),
            Given::Repeated => return Err(LinkRefusal::Repeated),
            Given::Garbled => return Err(LinkRefusal::TokenUnreadable),
            Given::Once(token) => token,
        };
        if LONGEST_TOKEN < token.chars().count() || token.contains(char::is_control) {
            return Err(LinkRefusal::TokenUnreadable);
        }
        let redirect = match fields.given("redirect_uri") {
            Given::Nothing => return Err(LinkRefusal::RedirectMissing),
            Given::Repeated => return Err(LinkRefusal::Repeated),
            Given::Garbled => return Err(LinkRefusal::RedirectUnreadable),
            Given::Once(redirect) => redirect,
        };
        Ok(Self {
            token: token.to_owned(),
            destination: Destination::check(redirect, token, allowed)?,
        })
    }

    /// The platform's token, opaque.
    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// Where the browser goes in the end, with or without a code.
    pub(crate) fn destination(&self) -> &Destination {
        &self.destination
    }

    /// Names the flow in the store without keeping the token itself.
    pub(crate) fn flow(&self) -> [u8; 32] {
        digest(&self.token)
    }

    /// One of this backend's own pages, with the request carried along.
    pub(crate) fn address_of(&self, path: &str) -> String {
        let token = utf8_percent_encode(&self.token, VALUE);
        let redirect = utf8_percent_encode(self.destination.original(), VALUE);
        format!("{path}?account_linking_token={token}&redirect_uri={redirect}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str = "https%3A%2F%2Ffacebook.com%2Fmessenger_platform%2Faccount_linking%2F%3Faccount_linking_token%3DT0k";

    fn read(query: &str) -> Result<LinkRequest, LinkRefusal> {
        LinkRequest::read(&Fields::parse(query), &AllowList::messenger())
    }

    #[test]
    fn both_orders_and_an_own_query_are_read() {
        let one = read(&format!("account_linking_token=T0k&redirect_uri={PLAIN}")).unwrap();
        let two = read(&format!(
            "shop=7&redirect_uri={PLAIN}&account_linking_token=T0k"
        ))
        .unwrap();
        assert_eq!(one, two);
        assert_eq!(
            one.destination().original(),
            "https://facebook.com/messenger_platform/account_linking/?account_linking_token=T0k"
        );
    }

    #[test]
    fn what_is_missing_doubled_or_garbled_is_named() {
        let cases = [
            (format!("redirect_uri={PLAIN}"), LinkRefusal::TokenMissing),
            (
                format!("account_linking_token=&redirect_uri={PLAIN}"),
                LinkRefusal::TokenMissing,
            ),
            (
                format!("account_linking_token=a%00b&redirect_uri={PLAIN}"),
                LinkRefusal::TokenUnreadable,
            ),
            (
                format!(
                    "account_linking_token={}&redirect_uri={PLAIN}",
                    "x".repeat(4097)
                ),
                LinkRefusal::TokenUnreadable,
            ),
            (
                format!("account_linking_token=T0k&account_linking_token=T0k&redirect_uri={PLAIN}"),
                LinkRefusal::Repeated,
            ),
            (
                format!("account_linking_token=T0k&redirect_uri={PLAIN}&redirect_uri={PLAIN}"),
                LinkRefusal::Repeated,
            ),
            (
                "account_linking_token=T0k".to_owned(),
                LinkRefusal::RedirectMissing,
            ),
            (
                "account_linking_token=T0k&redirect_uri=".to_owned(),
                LinkRefusal::RedirectMissing,
            ),
            (
                "account_linking_token=T0k&redirect_uri=%2Fmessenger_platform".to_owned(),
                LinkRefusal::RedirectUnreadable,
            ),
            (
                "account_linking_token=T0k&redirect_uri=https%3A%2F%2Fa%FF".to_owned(),
                LinkRefusal::RedirectUnreadable,
            ),
            (
                format!("account_linking_token=other&redirect_uri={PLAIN}"),
                LinkRefusal::TokenMismatch,
            ),
        ];
        for (query, refusal) in cases {
            assert_eq!(read(&query), Err(refusal), "{query}");
        }
    }

    #[test]
    fn its_own_pages_read_the_same_request_again() {
        let query = "account_linking_token=a%2Bb%20c%C3%A9&redirect_uri=https%3A%2F%2Ffacebook.com%2Fmessenger_platform%2Faccount_linking%3Fx%3D%252F%26y%3D%C3%A9";
        let request = read(query).unwrap();
        let address = request.address_of("/authorize");
        let (_, own_query) = address.split_once('?').unwrap();
        assert_eq!(read(own_query).unwrap(), request);
    }
}
