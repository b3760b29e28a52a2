//! The signature of a delivery: HMAC over the very bytes that came, SHA-256 first, SHA-1 only where it stands alone.

use std::collections::BTreeSet;

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::Sha256;

use crate::fault::Fault;

/// The two signature headers of a delivery.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Signatures<'header> {
    /// `X-Hub-Signature-256`.
    pub(crate) sha256: Option<&'header str>,
    /// `X-Hub-Signature`, which older platforms sent alone (protocol row 3.2.3).
    pub(crate) sha1: Option<&'header str>,
}

/// Whether `body` comes from someone who knows `secret`.
pub(crate) fn is_genuine(
    secret: &str,
    body: &[u8],
    given: Signatures<'_>,
    faults: &BTreeSet<Fault>,
) -> bool {
    let has = |fault| faults.contains(&fault);
    if has(Fault::SignatureNeverChecked) {
        return true;
    }
    let rewritten;
    let body = if has(Fault::SignatureOverReserialised) {
        rewritten = match reserialised(body) {
            Some(rewritten) => rewritten,
            None => return false,
        };
        &rewritten
    } else {
        body
    };
    let by_sha1 = || {
        given
            .sha1
            .is_some_and(|header| sha1_matches(secret, body, header))
    };
    if has(Fault::Sha1Only) || (has(Fault::PrefersSha1OverWrongSha256) && by_sha1()) {
        return by_sha1();
    }
    match given.sha256 {
        Some(header) => sha256_matches(secret, body, header),
        None if given.sha1.is_none() => has(Fault::UnsignedAccepted),
        None => by_sha1(),
    }
}

/// The body parsed and written again, as `JSON.stringify(JSON.parse(body))` does it: keys stay in their order, escapes go.
fn reserialised(body: &[u8]) -> Option<Vec<u8>> {
    let mut written = Vec::with_capacity(body.len());
    serde_transcode::transcode(
        &mut serde_json::Deserializer::from_slice(body),
        &mut serde_json::Serializer::new(&mut written),
    )
    .ok()?;
    Some(written)
}

fn sha256_matches(secret: &str, body: &[u8], header: &str) -> bool {
    let Some(given) = digits(header, "sha256=") else {
        return false;
    };
    Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .expect("HMAC takes a key of any length")
        .chain_update(body)
        .verify_slice(&given)
        .is_ok()
}

fn sha1_matches(secret: &str, body: &[u8], header: &str) -> bool {
    let Some(given) = digits(header, "sha1=") else {
        return false;
    };
    Hmac::<Sha1>::new_from_slice(secret.as_bytes())
        .expect("HMAC takes a key of any length")
        .chain_update(body)
        .verify_slice(&given)
        .is_ok()
}

fn digits(header: &str, prefix: &str) -> Option<Vec<u8>> {
    hex::decode(header.strip_prefix(prefix)?).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Signatures, is_genuine};
    use crate::fault::Fault;

    // The vector of protocol 3.2, with escapes that a parser would write differently.
    const SECRET: &str = "0123456789abcdef0123456789abcdef";
    const BODY: &[u8] = br#"{"object":"page","entry":[{"id":"1691462197845448","time":1472028542079,"messaging":[{"sender":{"id":"1134343043305865"},"recipient":{"id":"1691462197845448"},"timestamp":1472028542079,"account_linking":{"authorization_code":"a\/b\u0040c\u0025\u00e4\ud83d\ude00","status":"linked"}}]}]}"#;
    const SHA256: &str = "sha256=5d5b0b58f13652dd733439e53c7bdc09eade76f1e4ce44a441028db286cffbc5";
    const SHA1: &str = "sha1=24b657accd57c4514e8b8229757e5147edbe9e9e";
    const WRONG: &str = "sha256=0000000000000000000000000000000000000000000000000000000000000000";

    fn genuine(sha256: Option<&str>, sha1: Option<&str>, faults: &[Fault]) -> bool {
        let faults: BTreeSet<_> = faults.iter().copied().collect();
        is_genuine(SECRET, BODY, Signatures { sha256, sha1 }, &faults)
    }

    #[test]
    fn sha256_decides_and_sha1_counts_alone_only() {
        assert!(genuine(Some(SHA256), Some(SHA1), &[]));
        assert!(genuine(Some(SHA256), None, &[]));
        assert!(genuine(None, Some(SHA1), &[]));
        assert!(!genuine(Some(WRONG), Some(SHA1), &[]));
        assert!(!genuine(None, None, &[]));
        assert!(!genuine(Some("sha256="), None, &[]));
        assert!(!genuine(Some(&SHA256[..40]), None, &[]));
        assert!(genuine(
            Some(&format!("sha256={}", SHA256[7..].to_uppercase())),
            None,
            &[]
        ));
    }

    #[test]
    fn a_rewritten_body_without_escapes_is_the_same_body() {
        let plain = br#"{"object":"page","entry":[{"id":"1","time":2,"messaging":[]}]}"#;
        assert_eq!(
            super::reserialised(plain).as_deref(),
            Some(plain.as_slice())
        );
        assert_ne!(super::reserialised(BODY).as_deref(), Some(BODY));
        assert_eq!(super::reserialised(b"{"), None);
    }

    #[test]
    fn each_signature_fault_shows_itself() {
        assert!(genuine(None, None, &[Fault::UnsignedAccepted]));
        assert!(!genuine(Some(WRONG), None, &[Fault::UnsignedAccepted]));
        assert!(genuine(Some(WRONG), None, &[Fault::SignatureNeverChecked]));
        assert!(!genuine(
            Some(SHA256),
            Some(SHA1),
            &[Fault::SignatureOverReserialised]
        ));
        assert!(!genuine(Some(SHA256), None, &[Fault::Sha1Only]));
        assert!(genuine(
            Some(WRONG),
            Some(SHA1),
            &[Fault::PrefersSha1OverWrongSha256]
        ));
        assert!(genuine(
            Some(SHA256),
            None,
            &[Fault::PrefersSha1OverWrongSha256]
        ));
    }
}
