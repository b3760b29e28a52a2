//! Accounts as rows: who they are and the hash that proves it.

use super::{
    database::{Store, StoreError},
    query::statement,
};

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub(crate) struct Account {
    pub(crate) id: i64,
    pub(crate) username: String,
    pub(crate) display_name: String,
}

/// What a login is checked against.
#[derive(Debug, sqlx::FromRow)]
pub(crate) struct Credentials {
    pub(crate) id: i64,
    pub(crate) password_hash: String,
}

impl Store {
    /// Adds an account; `None` when the user name is taken. An existing account is never changed,
    /// whoever asks (conformance SEC-18).
    pub(crate) async fn add_account(
        &self,
        username: &str,
        display_name: &str,
        password_hash: &str,
        now: i64,
    ) -> Result<Option<i64>, StoreError> {
        let added: Option<(i64,)> = statement(
            "adding an account",
            "INSERT INTO accounts (username, display_name, password_hash, created_at)
             VALUES ($1, $2, $3, $4) ON CONFLICT (username) DO NOTHING RETURNING id",
        )
        .with(username)
        .with(display_name)
        .with(password_hash)
        .with(now)
        .first(&self.database)
        .await?;
        Ok(added.map(|(id,)| id))
    }

    /// The credentials behind a user name.
    pub(crate) async fn credentials(
        &self,
        username: &str,
    ) -> Result<Option<Credentials>, StoreError> {
        statement(
            "looking an account up",
            "SELECT id, password_hash FROM accounts WHERE username = $1",
        )
        .with(username)
        .first(&self.database)
        .await
    }
}
