//! Codes: stored before the browser leaves, used up once, in the transaction that links.

use sqlx::{Sqlite, Transaction};

use super::database::{Store, StoreError, failed};

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
    Linked { display_name: String },
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
    flow_hash: Vec<u8>,
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
        let added = sqlx::query(
            "INSERT INTO codes (code_hash, flow_hash, account_id, expected_psid, expires_at)
             SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (
                 SELECT 1 FROM codes
                 WHERE flow_hash = $2 AND used_by IS NOT NULL AND account_id <> $3
             )",
        )
        .bind(code.code_hash)
        .bind(code.flow_hash)
        .bind(code.account)
        .bind(code.expected_psid)
        .bind(code.expires_at)
        .execute(&self.pool)
        .await
        .map_err(failed("storing a code"))?;
        Ok(added.rows_affected() == 1)
    }

    /// Uses a code up and links the PSID to its account, both or neither.
    ///
    /// `event_time` orders this event against others of the same PSID; `None` means that it came
    /// without a time and counts as the newest.
    pub(crate) async fn link(
        &self,
        psid: &str,
        code_hash: &[u8],
        event_time: Option<i64>,
        now: i64,
    ) -> Result<Consumption, StoreError> {
        let mut transaction = self.write().await?;
        let found: Option<Row> = sqlx::query_as(
            "SELECT codes.flow_hash, codes.account_id, accounts.display_name, codes.expected_psid,
                    codes.expires_at, codes.used_at, codes.used_by
             FROM codes JOIN accounts ON accounts.id = codes.account_id
             WHERE codes.code_hash = $1",
        )
        .bind(code_hash)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(failed(DOING))?;
        let Some(row) = found else {
            return Ok(Consumption::Unknown);
        };
        if let Some(refused) = row.refusal(psid, now) {
            return Ok(refused);
        }
        // The flow is over: its other codes, from a form sent twice, die with this one.
        sqlx::query(
            "UPDATE codes SET used_at = $1, used_by = CASE WHEN code_hash = $2 THEN $3 END
             WHERE flow_hash = $4 AND used_at IS NULL",
        )
        .bind(now)
        .bind(code_hash)
        .bind(psid)
        .bind(&row.flow_hash)
        .execute(&mut *transaction)
        .await
        .map_err(failed(DOING))?;
        let linked = attach(&mut transaction, psid, row.account_id, event_time).await?;
        transaction.commit().await.map_err(failed(DOING))?;
        Ok(if linked {
            Consumption::Linked {
                display_name: row.display_name,
            }
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
    transaction: &mut Transaction<'static, Sqlite>,
    psid: &str,
    account: i64,
    event_time: Option<i64>,
) -> Result<bool, StoreError> {
    let written = sqlx::query(
        "INSERT INTO links (psid, account_id, event_time) VALUES ($1, $2, COALESCE($3, 0))
         ON CONFLICT (psid) DO UPDATE
         SET account_id = excluded.account_id,
             event_time = COALESCE($3, links.event_time)
         WHERE links.event_time <= COALESCE($3, links.event_time)",
    )
    .bind(psid)
    .bind(account)
    .bind(event_time)
    .execute(&mut **transaction)
    .await
    .map_err(failed(DOING))?;
    Ok(written.rows_affected() == 1)
}
