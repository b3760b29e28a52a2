//! Signatures over bodies, and the comparison of secrets.

use hmac::{Hmac, KeyInit as _, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

const ANY_KEY: &str = "HMAC takes a key of any length";

/// Lower-case hex HMAC-SHA256 of `body`.
///
/// ```
/// use linklab_simulator::webhook::sha256_hex;
///
/// // The appsecret_proof of a token is the same function of the token.
/// let proof = sha256_hex("0123456789abcdef0123456789abcdef", b"PAGE_ACCESS_TOKEN");
/// assert_eq!(proof, "1699f26eafc1049c6e526878a87f26d79fd27e7ad558c6e605ef489c3a84602c");
/// ```
pub fn sha256_hex(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect(ANY_KEY);
    hex::encode(mac.chain_update(body).finalize().into_bytes())
}

/// Lower-case hex HMAC-SHA1 of `body`.
pub fn sha1_hex(secret: &str, body: &[u8]) -> String {
    let mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect(ANY_KEY);
    hex::encode(mac.chain_update(body).finalize().into_bytes())
}

/// Whether two secrets are equal, in a time that tells nothing but their lengths.
pub(crate) fn same_secret(given: &str, expected: &str) -> bool {
    given.as_bytes().ct_eq(expected.as_bytes()).into()
}
