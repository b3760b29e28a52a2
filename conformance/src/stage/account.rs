//! Accounts as the driver types them and as transcripts name them.

use crate::driver::Credentials;
use crate::stage::{Cut, Stage};
use crate::transcript::GivenAccount;

/// An account that a linking uses.
#[derive(Debug, Clone)]
pub(super) struct Actor {
    pub(super) given: GivenAccount,
    pub(super) credentials: Credentials,
}

impl Actor {
    /// The account at this position, modulo their number; `None` where none is configured.
    pub(super) fn at(stage: &Stage, position: usize) -> Option<Self> {
        let accounts = &stage.subject().accounts;
        let index = position.checked_rem(accounts.len())?;
        let account = accounts.get(index)?;
        Some(Self {
            given: GivenAccount {
                index,
                username: account.username.clone(),
                name: account.name.clone(),
            },
            credentials: Credentials {
                username: account.username.clone(),
                password: account.password.clone(),
            },
        })
    }

    /// Nobody can log in where there is no account.
    pub(super) fn required(actor: Option<&Self>) -> Result<Credentials, Cut> {
        actor.map(|actor| actor.credentials.clone()).ok_or_else(|| {
            Cut("no account is configured; add [[accounts]] with username and password".to_owned())
        })
    }
}
