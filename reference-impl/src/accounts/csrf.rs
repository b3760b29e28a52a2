//! Proof that a form was sent from a page of this site: a token bound to the browser's cookie.
//!
//! The token is a hash of the visitor cookie, which is random and unreadable to scripts, so nothing
//! has to be stored for people who only look at the page.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// What a form does; a token for one purpose is worth nothing for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Logging in and signing up, before anybody is known.
    Enter,
    /// Acting for the account with this id. When another account has signed in meanwhile, in another
    /// tab, a page that names the first one no longer speaks for the browser.
    ActFor(i64),
}

impl Purpose {
    /// The token to be written into a form.
    pub(crate) fn token(self, visitor: &str) -> String {
        let account = match self {
            Self::Enter => 0,
            Self::ActFor(account) => account,
        };
        let hash = Sha256::new()
            .chain_update(b"form token\0")
            .chain_update(account.to_be_bytes())
            .chain_update(visitor.as_bytes())
            .finalize();
        URL_SAFE_NO_PAD.encode(hash)
    }

    /// Whether a form's token is the one that the browser was given.
    pub(crate) fn accepts(self, visitor: &str, given: &str) -> bool {
        self.token(visitor)
            .as_bytes()
            .ct_eq(given.as_bytes())
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_one_browser_and_one_purpose() {
        let token = Purpose::ActFor(7).token("visitor");
        assert!(Purpose::ActFor(7).accepts("visitor", &token));
        assert!(!Purpose::ActFor(7).accepts("another", &token));
        assert!(!Purpose::ActFor(8).accepts("visitor", &token));
        assert!(!Purpose::Enter.accepts("visitor", &token));
        assert!(!Purpose::ActFor(7).accepts("visitor", ""));
    }
}
