//! Browser sessions: only the hash of the cookie is kept.

use super::{
    accounts::Account,
    database::{Store, StoreError},
    query::statement,
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
        // A new id and a browser's own old one: nobody else writes either, so nothing is claimed.
        let mut work = self.database.begin(&[]).await?;
        statement(doing, "DELETE FROM sessions WHERE id_hash = $1")
            .with(previous)
            .run(&mut work)
            .await?;
        statement(
            doing,
            "INSERT INTO sessions (id_hash, account_id, expires_at) VALUES ($1, $2, $3)",
        )
        .with(id_hash)
        .with(account)
        .with(expires_at)
        .run(&mut work)
        .await?;
        work.commit(doing).await
    }

    /// The account of a live session.
    pub(crate) async fn session(
        &self,
        id_hash: &[u8],
        now: i64,
    ) -> Result<Option<Account>, StoreError> {
        statement(
            "looking a session up",
            "SELECT accounts.id, accounts.username, accounts.display_name
             FROM sessions JOIN accounts ON accounts.id = sessions.account_id
             WHERE sessions.id_hash = $1 AND sessions.expires_at > $2",
        )
        .with(id_hash)
        .with(now)
        .first(&self.database)
        .await
    }

    /// Ends a session.
    pub(crate) async fn end_session(&self, id_hash: &[u8]) -> Result<(), StoreError> {
        statement(
            "ending a session",
            "DELETE FROM sessions WHERE id_hash = $1",
        )
        .with(id_hash)
        .run(&self.database)
        .await
        .map(drop)
    }
}
