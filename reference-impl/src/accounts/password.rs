//! Passwords: argon2id on two threads of its own, so that the memory is bounded whatever the load.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Block, Params, PasswordHash, Version,
    password_hash::{
        self,
        phc::{Output, ParamsString, Salt},
    },
};
use subtle::ConstantTimeEq;
use tokio::{
    sync::{mpsc, oneshot},
    time,
};

use crate::secret::{NoEntropy, random_bytes, random_text};

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Hashes at a time. Each thread keeps one block of memory for ever: handed back and asked for
/// again, 38 MiB grew into 400, because the allocator does not find large aligned blocks again.
const THREADS: usize = 2;
/// Logins that wait for a thread; further ones wait outside.
const WAITING: usize = 32;
/// How long a login waits outside before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// Hashes and checks passwords. The threads end when the last clone is gone.
#[derive(Clone)]
pub(crate) struct Passwords {
    jobs: mpsc::Sender<Job>,
    /// The hash of a password that nobody knows: an unknown user costs what a known one costs.
    decoy: Arc<str>,
}

type Job = Box<dyn FnOnce(&mut Vec<Block>) + Send>;

/// A password could not be hashed or checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// Too many logins are waiting for their turn.
    #[error("too many logins at once; try again in a moment")]
    Busy,
    /// The hash function refused.
    #[error("a password could not be hashed: {0}")]
    Hash(password_hash::Error),
    /// There was no salt.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// No thread could be started.
    #[error("no thread for hashing passwords: {0}")]
    NoThread(#[from] io::Error),
    /// The hashing threads have ended.
    #[error("a password was not hashed because the server is stopping")]
    Stopped,
}

impl Passwords {
    /// Starts the threads and prepares the decoy; costs one hash.
    pub(crate) async fn new() -> Result<Self, PasswordError> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..THREADS {
            let waiting = Arc::clone(&waiting);
            thread::Builder::new()
                .name("password".to_owned())
                .spawn(move || work_off(&waiting))?;
        }
        let mut passwords = Self {
            jobs,
            decoy: "".into(),
        };
        passwords.decoy = passwords.hash(&random_text::<32>()?).await?.into();
        Ok(passwords)
    }

    /// Hashes a new password under a fresh salt; gives a PHC string.
    pub(crate) async fn hash(&self, password: &str) -> Result<String, PasswordError> {
        let password = password.to_owned();
        let salt = random_bytes::<16>()?;
        self.in_turn(move |memory| new_hash(&password, &salt, memory))
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
            .in_turn(move |memory| is_match(&password, &hash, memory))
            .await?
            .map_err(PasswordError::Hash)?;
        Ok(matched && known)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Vec<Block>) -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |memory| {
            // Nobody waits any more when the browser has gone away.
            answer.send(work(memory)).ok();
        });
        time::timeout(PATIENCE, self.jobs.send(job))
            .await
            .map_err(|_| PasswordError::Busy)?
            .map_err(|_| PasswordError::Stopped)?;
        answered.await.map_err(|_| PasswordError::Stopped)
    }
}

/// One thread's life. The lock is held while waiting for a job, never while doing one.
fn work_off(waiting: &Mutex<mpsc::Receiver<Job>>) {
    let mut memory = Vec::new();
    loop {
        let next = waiting
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .blocking_recv();
        match next {
            Some(job) => job(&mut memory),
            None => break,
        }
    }
}

fn new_hash(
    password: &str,
    salt: &[u8],
    memory: &mut Vec<Block>,
) -> Result<String, password_hash::Error> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None)?;
    let written = ParamsString::try_from(&params)?;
    let mut output = [0; Params::DEFAULT_OUTPUT_LEN];
    fill(params, password, salt, &mut output, memory)?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: written,
        salt: Some(Salt::new(salt)?),
        hash: Some(Output::new(&output)?),
    };
    Ok(hash.to_string())
}

/// Hashes under the stored parameters, which may be older than today's.
fn is_match(
    password: &str,
    stored: &str,
    memory: &mut Vec<Block>,
) -> Result<bool, password_hash::Error> {
    let stored = PasswordHash::new(stored)?;
    let (Some(salt), Some(expected)) = (stored.salt, stored.hash) else {
        return Err(password_hash::Error::EncodingInvalid);
    };
    let mut output = vec![0; expected.len()];
    let params = Params::try_from(&stored)?;
    fill(params, password, salt.as_ref(), &mut output, memory)?;
    Ok(output.ct_eq(expected.as_bytes()).into())
}

fn fill(
    params: Params,
    password: &str,
    salt: &[u8],
    output: &mut [u8],
    memory: &mut Vec<Block>,
) -> Result<(), password_hash::Error> {
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::new());
    }
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, output, memory)?;
    Ok(())
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
    async fn hashes_are_those_of_any_other_argon2id() {
        use argon2::{PasswordHasher, PasswordVerifier};

        let passwords = Passwords::new().await.unwrap();
        let ours = passwords.hash("correct horse").await.unwrap();
        let library = Argon2::default();
        library
            .verify_password(b"correct horse", ours.as_str())
            .unwrap();
        let theirs: PasswordHash = library
            .hash_password_with_salt(b"correct horse", b"some other salt")
            .unwrap();
        let theirs = theirs.to_string();
        assert!(
            passwords
                .verify("correct horse", Some(&theirs))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .verify("wrong horse", Some(&theirs))
                .await
                .unwrap()
        );
        assert!(
            passwords
                .verify("correct horse", Some("not a hash"))
                .await
                .is_err()
        );
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
