//! Wrong guesses of passwords, counted for all instances together.

use super::{
    database::{FORGET_GUESSES, Store, StoreError},
    query::statement,
};
use crate::clock::millis;

impl Store {
    /// Counts a guess before it is looked at, so that guesses sent side by side do not all count as
    /// the first; gives how many wrong ones went before it.
    pub(crate) async fn count_guess(&self, series: &[u8], now: i64) -> Result<i64, StoreError> {
        let counted: Option<(i64,)> = statement(
            "counting a guess",
            "INSERT INTO guesses (series, wrong, last_at) VALUES ($1, 1, $2)
             ON CONFLICT (series) DO UPDATE
             SET wrong = CASE WHEN guesses.last_at <= $3 THEN 1 ELSE guesses.wrong + 1 END,
                 last_at = $2
             RETURNING wrong",
        )
        .with(series)
        .with(now)
        .with(now - millis(FORGET_GUESSES))
        .first(&self.database)
        .await?;
        Ok(counted.map_or(0, |(wrong,)| wrong - 1))
    }

    /// Forgets a series: the owner is here.
    pub(crate) async fn forget_guesses(&self, series: &[u8]) -> Result<(), StoreError> {
        statement(
            "forgetting guesses",
            "DELETE FROM guesses WHERE series = $1",
        )
        .with(series)
        .run(&self.database)
        .await
        .map(drop)
    }
}
