//! Links between PSIDs and accounts. One PSID has one account; one account may have many PSIDs.

use super::{
    database::{Store, StoreError},
    outbox::{Letter, void_unlinking},
    query::{Claim, statement},
};

impl Store {
    /// The display name of the account behind a PSID.
    pub(crate) async fn linked_name(&self, psid: &str) -> Result<Option<String>, StoreError> {
        let name: Option<(String,)> = statement(
            "looking a link up",
            "SELECT accounts.display_name
             FROM links JOIN accounts ON accounts.id = links.account_id
             WHERE links.psid = $1",
        )
        .with(psid)
        .first(&self.database)
        .await?;
        Ok(name.map(|(name,)| name))
    }

    /// The PSIDs linked to an account.
    pub(crate) async fn psids_of(&self, account: i64) -> Result<Vec<String>, StoreError> {
        let psids: Vec<(String,)> = statement(
            "listing links",
            "SELECT psid FROM links WHERE account_id = $1 ORDER BY psid",
        )
        .with(account)
        .all(&self.database)
        .await?;
        Ok(psids.into_iter().map(|(psid,)| psid).collect())
    }

    /// Applies an `unlinked` event; `true` when there was a link and it is gone now.
    ///
    /// The event carries no code, so the PSID alone says what to do (protocol P22). Its time is
    /// kept even for a PSID that was never linked, so that an older `linked` still to come loses.
    pub(crate) async fn unlink_by_event(
        &self,
        psid: &str,
        event_time: Option<i64>,
        goodbye: &Letter,
        now: i64,
    ) -> Result<bool, StoreError> {
        let doing = "applying an unlinked event";
        let mut work = self.database.begin(&[Claim::Person(psid)]).await?;
        let before: Option<(Option<i64>,)> =
            statement(doing, "SELECT account_id FROM links WHERE psid = $1")
                .with(psid)
                .first(&mut work)
                .await?;
        let written = statement(
            doing,
            "INSERT INTO links (psid, account_id, event_time) VALUES ($1, NULL, COALESCE($2, 0))
             ON CONFLICT (psid) DO UPDATE
             SET account_id = NULL, event_time = COALESCE($2, links.event_time)
             WHERE links.event_time <= COALESCE($2, links.event_time)",
        )
        .with(psid)
        .with(event_time)
        .run(&mut work)
        .await?;
        let gone = written == 1 && before.is_some_and(|(account,)| account.is_some());
        if gone {
            void_unlinking(&mut work, psid).await?;
            self.add_letter(&mut work, psid, goodbye, now).await?;
        }
        work.commit(doing).await?;
        Ok(gone)
    }

    /// Takes a link away because this side decided so and the platform agreed; `true` when there was
    /// one.
    ///
    /// The time of the last event stays: this side's clock and the platform's may disagree, and a
    /// later `linked` event must not lose to ours.
    pub(crate) async fn unlink_locally(
        &self,
        psid: &str,
        goodbye: &Letter,
        now: i64,
    ) -> Result<bool, StoreError> {
        let doing = "taking a link away";
        let mut work = self.database.begin(&[Claim::Person(psid)]).await?;
        void_unlinking(&mut work, psid).await?;
        let gone = statement(
            doing,
            "UPDATE links SET account_id = NULL WHERE psid = $1 AND account_id IS NOT NULL",
        )
        .with(psid)
        .run(&mut work)
        .await?;
        if gone == 1 {
            self.add_letter(&mut work, psid, goodbye, now).await?;
        }
        work.commit(doing).await?;
        Ok(gone == 1)
    }
}
