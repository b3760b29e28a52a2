//! Codes: stored before the browser leaves, used up once, in the transaction that links.

use super::{
    database::{Store, StoreError},
    outbox::{Letter, void_unlinking},
    query::{Claim, Work, statement},
};

/// A code about to be handed to a browser.
#[derive(Debug)]
pub(crate) struct NewCode<'a> {
    /// SHA-256 of the code; the code itself is never stored.
    pub(crate) code_hash: &'a [u8],
    /// SHA-256 of the `account_linking_token`.
    pub(crate) flow_hash: &'a [u8],
    pub(crate) account: i64,
    /// The PSID that the platform named for the token, when it was asked.
    pub(crate) expected_psid: Option<&'a str>,
    pub(crate) expires_at: i64,
}

/// What became of a code in a `linked` event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Consumption {
    /// This event made the link.
    Linked,
    /// The same event again: the link was made before, nothing is to be done.
    Repeated,
    /// The code was good, but a newer event of this PSID has already been applied.
    Outdated,
    /// No such code was ever issued.
    Unknown,
    /// The code is past its life.
    Expired,
    /// The code belongs to another PSID: it was used by one, its flow was finished with another
    /// code, or the platform named another one for its token.
    Foreign,
}

#[derive(sqlx::FromRow)]
struct Row {
    account_id: i64,
    display_name: String,
    expected_psid: Option<String>,
    expires_at: i64,
    used_at: Option<i64>,
    used_by: Option<String>,
}

const DOING: &str = "using a code";

impl Store {
    /// Stores a code; `false` when its flow has already linked another account (conformance TOK-11).
    ///
    /// When this returns, the code is committed: an event that overtakes the redirect finds it
    /// (protocol P15).
    pub(crate) async fn add_code(&self, code: &NewCode<'_>) -> Result<bool, StoreError> {
        let doing = "storing a code";
        let mut work = self.database.begin(&[Claim::Flow(code.flow_hash)]).await?;
        let added = statement(
            doing,
            "INSERT INTO codes (code_hash, flow_hash, account_id, expected_psid, expires_at)
             SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (
                 SELECT 1 FROM codes
                 WHERE flow_hash = $2 AND used_by IS NOT NULL AND account_id <> $3
             )",
        )
        .with(code.code_hash)
        .with(code.flow_hash)
        .with(code.account)
        .with(code.expected_psid)
        .with(code.expires_at)
        .run(&mut work)
        .await?;
        work.commit(doing).await?;
        Ok(added == 1)
    }

    /// Uses a code up, links the PSID to its account, and writes the thanks: all or nothing.
    ///
    /// `event_time` orders this event against others of the same PSID; `None` means that it came
    /// without a time and counts as the newest. `thanks` is given the account's display name.
    pub(crate) async fn link(
        &self,
        psid: &str,
        code_hash: &[u8],
        event_time: Option<i64>,
        now: i64,
        thanks: impl FnOnce(&str) -> Letter,
    ) -> Result<Consumption, StoreError> {
        // The flow of a code never changes, so it can be read before it is claimed.
        let flow: Option<(Vec<u8>,)> =
            statement(DOING, "SELECT flow_hash FROM codes WHERE code_hash = $1")
                .with(code_hash)
                .first(&self.database)
                .await?;
        let Some((flow,)) = flow else {
            return Ok(Consumption::Unknown);
        };
        let claims = [Claim::Flow(&flow), Claim::Person(psid)];
        let mut work = self.database.begin(&claims).await?;
        let found: Option<Row> = statement(
            DOING,
            "SELECT codes.account_id, accounts.display_name, codes.expected_psid,
                    codes.expires_at, codes.used_at, codes.used_by
             FROM codes JOIN accounts ON accounts.id = codes.account_id
             WHERE codes.code_hash = $1",
        )
        .with(code_hash)
        .first(&mut work)
        .await?;
        let Some(row) = found else {
            return Ok(Consumption::Unknown);
        };
        if let Some(refused) = row.refusal(psid, now) {
            return Ok(refused);
        }
        // The flow is over: its other codes, from a form sent twice, die with this one.
        statement(
            DOING,
            "UPDATE codes SET used_at = $1, used_by = CASE WHEN code_hash = $2 THEN $3 END
             WHERE flow_hash = $4 AND used_at IS NULL",
        )
        .with(now)
        .with(code_hash)
        .with(psid)
        .with(flow.as_slice())
        .run(&mut work)
        .await?;
        let linked = attach(&mut work, psid, row.account_id, event_time).await?;
        if linked {
            void_unlinking(&mut work, psid).await?;
            self.add_letter(&mut work, psid, &thanks(&row.display_name), now)
                .await?;
        }
        work.commit(DOING).await?;
        Ok(if linked {
            Consumption::Linked
        } else {
            Consumption::Outdated
        })
    }
}

impl Row {
    fn refusal(&self, psid: &str, now: i64) -> Option<Consumption> {
        if self.used_at.is_some() {
            let same = self.used_by.as_deref() == Some(psid);
            return Some(if same {
                Consumption::Repeated
            } else {
                Consumption::Foreign
            });
        }
        if self.expires_at <= now {
            return Some(Consumption::Expired);
        }
        let foreign = self
            .expected_psid
            .as_deref()
            .is_some_and(|known| known != psid);
        foreign.then_some(Consumption::Foreign)
    }
}

/// Points the PSID at the account unless a newer event has been applied to it.
async fn attach(
    work: &mut Work,
    psid: &str,
    account: i64,
    event_time: Option<i64>,
) -> Result<bool, StoreError> {
    let written = statement(
        DOING,
        "INSERT INTO links (psid, account_id, event_time) VALUES ($1, $2, COALESCE($3, 0))
         ON CONFLICT (psid) DO UPDATE
         SET account_id = excluded.account_id,
             event_time = COALESCE($3, links.event_time)
         WHERE links.event_time <= COALESCE($3, links.event_time)",
    )
    .with(psid)
    .with(account)
    .with(event_time)
    .run(work)
    .await?;
    Ok(written == 1)
}
