//! Links between PSIDs and accounts. One PSID has one account; one account may have many PSIDs.

use super::database::{Store, StoreError, failed};

impl Store {
    /// The display name of the account behind a PSID.
    pub(crate) async fn linked_name(&self, psid: &str) -> Result<Option<String>, StoreError> {
        sqlx::query_scalar(
            "SELECT accounts.display_name
             FROM links JOIN accounts ON accounts.id = links.account_id
             WHERE links.psid = $1",
        )
        .bind(psid)
        .fetch_optional(&self.pool)
        .await
        .map_err(failed("looking a link up"))
    }

    /// The PSIDs linked to an account.
    pub(crate) async fn psids_of(&self, account: i64) -> Result<Vec<String>, StoreError> {
        sqlx::query_scalar("SELECT psid FROM links WHERE account_id = $1 ORDER BY psid")
            .bind(account)
            .fetch_all(&self.pool)
            .await
            .map_err(failed("listing links"))
    }

    /// Applies an `unlinked` event; `true` when there was a link and it is gone now.
    ///
    /// The event carries no code, so the PSID alone says what to do (protocol P22). Its time is
    /// kept even for a PSID that was never linked, so that an older `linked` still to come loses.
    pub(crate) async fn unlink_by_event(
        &self,
        psid: &str,
        event_time: Option<i64>,
    ) -> Result<bool, StoreError> {
        let doing = "applying an unlinked event";
        let mut transaction = self.write().await?;
        let was_linked: Option<Option<i64>> =
            sqlx::query_scalar("SELECT account_id FROM links WHERE psid = $1")
                .bind(psid)
                .fetch_optional(&mut *transaction)
                .await
                .map_err(failed(doing))?;
        let written = sqlx::query(
            "INSERT INTO links (psid, account_id, event_time) VALUES ($1, NULL, COALESCE($2, 0))
             ON CONFLICT (psid) DO UPDATE
             SET account_id = NULL, event_time = COALESCE($2, links.event_time)
             WHERE links.event_time <= COALESCE($2, links.event_time)",
        )
        .bind(psid)
        .bind(event_time)
        .execute(&mut *transaction)
        .await
        .map_err(failed(doing))?;
        transaction.commit().await.map_err(failed(doing))?;
        Ok(written.rows_affected() == 1 && was_linked.flatten().is_some())
    }

    /// Takes a link away because this side decided so; `true` when there was one.
    ///
    /// The time of the last event stays: this side's clock and the platform's may disagree, and a
    /// later `linked` event must not lose to ours.
    pub(crate) async fn unlink_locally(&self, psid: &str) -> Result<bool, StoreError> {
        let changed = sqlx::query(
            "UPDATE links SET account_id = NULL WHERE psid = $1 AND account_id IS NOT NULL",
        )
        .bind(psid)
        .execute(&self.pool)
        .await
        .map_err(failed("taking a link away"))?;
        Ok(changed.rows_affected() == 1)
    }
}
