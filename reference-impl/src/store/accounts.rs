//! Accounts as rows: who they are and the hash that proves it.

use super::database::{Store, StoreError, failed};

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
        sqlx::query_scalar(
            "INSERT INTO accounts (username, display_name, password_hash, created_at)
             VALUES ($1, $2, $3, $4) ON CONFLICT (username) DO NOTHING RETURNING id",
        )
        .bind(username)
        .bind(display_name)
        .bind(password_hash)
        .bind(now)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed("adding an account"))
    }

    /// The credentials behind a user name.
    pub(crate) async fn credentials(
        &self,
        username: &str,
    ) -> Result<Option<Credentials>, StoreError> {
        sqlx::query_as("SELECT id, password_hash FROM accounts WHERE username = $1")
            .bind(username)
            .fetch_optional(&self.pool)
            .await
            .map_err(failed("looking an account up"))
    }
}
