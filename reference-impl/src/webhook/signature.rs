//! The platform's signature, checked over the very bytes that came (protocol rows 3.2.2 to 3.2.8).

use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;

use crate::secret::Secret;

/// The two signature headers as they came.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Signatures<'a> {
    /// `X-Hub-Signature-256`
    pub(super) sha256: Option<&'a str>,
    /// `X-Hub-Signature`
    pub(super) sha1: Option<&'a str>,
}

/// Whether the platform signed this body.
///
/// A SHA-256 header decides alone. SHA-1 is looked at only when it is the only one and the
/// configuration allows it: otherwise whoever can strip a header chooses the weaker one.
pub(super) fn is_genuine(
    secret: &Secret,
    body: &[u8],
    given: Signatures<'_>,
    sha1_allowed: bool,
) -> bool {
    match given {
        Signatures {
            sha256: Some(line), ..
        } => hex_after(line, "sha256=").is_some_and(|mac| {
            keyed::<Hmac<Sha256>>(secret)
                .chain_update(body)
                .verify_slice(&mac)
                .is_ok()
        }),
        Signatures {
            sha256: None,
            sha1: Some(line),
        } if sha1_allowed => hex_after(line, "sha1=").is_some_and(|mac| {
            keyed::<Hmac<Sha1>>(secret)
                .chain_update(body)
                .verify_slice(&mac)
                .is_ok()
        }),
        Signatures { .. } => false,
    }
}

fn hex_after(line: &str, prefix: &str) -> Option<Vec<u8>> {
    hex::decode(line.trim().strip_prefix(prefix)?).ok()
}

fn keyed<M: KeyInit>(secret: &Secret) -> M {
    M::new_from_slice(secret.reveal().as_bytes()).expect("HMAC takes a key of any length")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn genuine(
        vector: &linklab_fixtures::Vector,
        sha256: Option<&str>,
        sha1: Option<&str>,
        allowed: bool,
    ) -> bool {
        is_genuine(
            &Secret::new(vector.secret.clone()),
            vector.body.as_bytes(),
            Signatures { sha256, sha1 },
            allowed,
        )
    }

    #[test]
    fn every_golden_vector_is_genuine() {
        for vector in linklab_fixtures::vectors() {
            assert!(
                genuine(vector, Some(&vector.sha256), None, false),
                "{}",
                vector.name
            );
            assert!(genuine(
                vector,
                Some(&vector.sha256.to_uppercase().replace("SHA256", "sha256")),
                None,
                false
            ));
            assert!(genuine(vector, None, Some(&vector.sha1), true));
        }
    }

    #[test]
    fn sha1_counts_only_alone_and_when_allowed() {
        for vector in linklab_fixtures::vectors() {
            assert!(!genuine(vector, None, Some(&vector.sha1), false));
            let wrong = "sha256=".to_owned() + &"0".repeat(64);
            assert!(!genuine(vector, Some(&wrong), Some(&vector.sha1), true));
        }
    }

    #[test]
    fn whatever_else_is_not_genuine() {
        for vector in linklab_fixtures::vectors() {
            let digits = vector.sha256.strip_prefix("sha256=").unwrap();
            for line in [
                "",
                "sha256=",
                "sha256=zz",
                digits,
                &vector.sha256[..20],
                &vector.sha256.replace("256", "512"),
            ] {
                assert!(!genuine(vector, Some(line), None, true), "{line}");
            }
            assert!(!genuine(vector, None, None, true));
            let mut altered = vector.clone();
            altered.body.push(' ');
            assert!(!genuine(&altered, Some(&vector.sha256), None, true));
        }
    }
}
