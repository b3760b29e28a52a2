//! Messages already answered, so that a redelivery is not answered twice (protocol row 3.3.9).

use super::database::{Store, StoreError, failed};

impl Store {
    /// Notes a message id; `true` when it had not been seen before.
    pub(crate) async fn first_sight(&self, mid: &str, now: i64) -> Result<bool, StoreError> {
        let noted = sqlx::query(
            "INSERT INTO messages (mid, seen_at) VALUES ($1, $2) ON CONFLICT (mid) DO NOTHING",
        )
        .bind(mid)
        .bind(now)
        .execute(&self.pool)
        .await
        .map_err(failed("noting a message"))?;
        Ok(noted.rows_affected() == 1)
    }
}
