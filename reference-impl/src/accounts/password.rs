//! Passwords: argon2id, off the async threads, never more than two at a time.

use std::{sync::Arc, time::Duration};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::{sync::Semaphore, task, time};

use crate::secret::{NoEntropy, random_bytes, random_text};

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes at a time, in one process. Bounds the memory to 38 MiB whatever the load.
const AT_A_TIME: usize = 2;
/// How long a login waits for its turn before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hashes and checks passwords.
#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    /// The hash of a password that nobody knows: an unknown user costs what a known one costs.
    decoy: Arc<str>,
}

/// A password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many logins are waiting for their turn.
    #[error("too many logins at once; try again in a moment")]
    Busy,
    /// The hash function refused.
    #[error("a password could not be hashed: {0}")]
    Hash(argon2::password_hash::Error),
    /// There was no salt.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// The hashing thread ended early.
    #[error("a password was not hashed because the server is stopping")]
    Stopped(#[from] task::JoinError),
}

impl Passwords {
    /// Prepares the decoy; costs one hash.
    pub(crate) async fn new() -> Result<Self, PasswordError> {
        let mut passwords = Self {
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
            decoy: "".into(),
        };
        passwords.decoy = passwords.hash(&random_text::<32>()?).await?.into();
        Ok(passwords)
    }

    /// Hashes a new password under a fresh salt; gives a PHC string.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let password = password.to_owned();
        let salt = random_bytes::<16>()?;
        self.in_turn(move || {
            let hash: argon2::PasswordHash =
                argon2id().hash_password_with_salt(password.as_bytes(), &salt)?;
            Ok(hash.to_string())
        })
        .await?
        .map_err(PasswordError::Hash)
    }

    /// Checks a password against a stored hash, or against the decoy, which never matches.
    pub(crate) async fn verify(
        &self,
        password: &str,
        stored: Option<&str>,
    ) -> Result<bool, PasswordError> {
        let known = stored.is_some();
        let hash = stored.unwrap_or(&self.decoy).to_owned();
        let password = password.to_owned();
        let matched = self
            .in_turn(move || {
                argon2id()
                    .verify_password(password.as_bytes(), hash.as_str())
                    .is_ok()
            })
            .await?;
        Ok(matched && known)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let turn = time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned())
            .await
            .map_err(|_| PasswordError::Busy)?
            .expect("the semaphore is never closed");
        Ok(task::spawn_blocking(move || {
            let _turn = turn;
            work()
        })
        .await?)
    }
}

fn argon2id() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .expect("19 MiB, two passes and one lane are within argon2's limits");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_right_password_matches_its_hash() {
        let passwords = Passwords::new().await.unwrap();
        let hash = passwords.hash("correct horse").await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        assert!(
            passwords
                .verify("correct horse", Some(&hash))
                .await
                .unwrap()
        );
        assert!(!passwords.verify("correct hors", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("", Some(&hash)).await.unwrap());
    }

    #[tokio::test]
    async fn an_unknown_user_never_matches() {
        let passwords = Passwords::new().await.unwrap();
        assert!(!passwords.verify("anything", None).await.unwrap());
    }

    #[tokio::test]
    async fn one_password_hashes_differently_each_time() {
        let passwords = Passwords::new().await.unwrap();
        let (one, two) = (
            passwords.hash("same").await.unwrap(),
            passwords.hash("same").await.unwrap(),
        );
        assert_ne!(one, two);
    }
}
