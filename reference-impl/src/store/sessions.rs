//! Browser sessions: only the hash of the cookie is kept.

use super::{
    accounts::Account,
    database::{Store, StoreError, failed},
};

impl Store {
    /// Begins a session and ends the one that the browser had before, in one step.
    pub(crate) async fn begin_session(
        &self,
        id_hash: &[u8],
        previous: Option<&[u8]>,
        account: i64,
        expires_at: i64,
    ) -> Result<(), StoreError> {
        let doing = "beginning a session";
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM sessions WHERE id_hash = $1")
            .bind(previous)
            .execute(&mut *transaction)
            .await
            .map_err(failed(doing))?;
        sqlx::query("INSERT INTO sessions (id_hash, account_id, expires_at) VALUES ($1, $2, $3)")
            .bind(id_hash)
            .bind(account)
            .bind(expires_at)
            .execute(&mut *transaction)
            .await
            .map_err(failed(doing))?;
        transaction.commit().await.map_err(failed(doing))
    }

    /// The account of a live session.
    pub(crate) async fn session(
        &self,
        id_hash: &[u8],
        now: i64,
    ) -> Result<Option<Account>, StoreError> {
        sqlx::query_as(
            "SELECT accounts.id, accounts.username, accounts.display_name
             FROM sessions JOIN accounts ON accounts.id = sessions.account_id
             WHERE sessions.id_hash = $1 AND sessions.expires_at > $2",
        )
        .bind(id_hash)
        .bind(now)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed("looking a session up"))
    }

    /// Ends a session.
    pub(crate) async fn end_session(&self, id_hash: &[u8]) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM sessions WHERE id_hash = $1")
            .bind(id_hash)
            .execute(&self.pool)
            .await
            .map_err(failed("ending a session"))?;
        Ok(())
    }
}
