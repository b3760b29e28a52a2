//! Opening the database, its transactions, and its housekeeping.

use std::{str::FromStr, time::Duration};

use sqlx::{
    Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use crate::clock::millis;

/// How long a statement waits for another writer before it fails.
const BUSY: Duration = Duration::from_secs(5);
/// Connections to a file; `SQLite` lets one of them write at a time.
const CONNECTIONS: u32 = 4;
/// How long used and expired codes are remembered, so that a late copy is recognised in the log.
const DEAD_CODES: Duration = Duration::from_hours(24);
/// How long an answered message is remembered: the platform redelivers for about 36 hours
/// (protocol row 3.3.6).
const SEEN_MESSAGES: Duration = Duration::from_hours(48);

/// The database did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[error("the database failed while {doing}: {source}")]
pub struct StoreError {
    doing: &'static str,
    source: sqlx::Error,
}

/// Turns a driver's error into one that says what was being done.
pub(super) fn failed(doing: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |source| StoreError { doing, source }
}

/// A handle to the database; clones share one pool.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(super) pool: SqlitePool,
}

impl Store {
    /// Opens `url` (`sqlite::memory:` or `sqlite:path`), creates the file if need be and migrates it.
    pub(crate) async fn open(url: &str) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(failed("reading DATABASE_URL"))?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // An acknowledged event is never sent again, so it has to be on the disk by then.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY);
        let pool = SqlitePoolOptions::new().acquire_timeout(BUSY);
        let pool = if url.contains(":memory:") || url.contains("mode=memory") {
            // Each connection to `:memory:` is a database of its own: there must be exactly one,
            // and it must never be retired.
            pool.max_connections(1)
                .idle_timeout(None)
                .max_lifetime(None)
        } else {
            pool.max_connections(CONNECTIONS)
        };
        let pool = pool
            .connect_with(options)
            .await
            .map_err(failed("opening"))?;
        sqlx::migrate!("./migrations")
            .run(&pool)
            .await
            .map_err(|error| failed("migrating")(error.into()))?;
        Ok(Self { pool })
    }

    /// Begins a transaction that owns the write lock from its start, so that a read in it cannot
    /// go stale before the write.
    pub(super) async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.pool
            .begin_with("BEGIN IMMEDIATE")
            .await
            .map_err(failed("beginning a transaction"))
    }

    /// Whether the database answers.
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1")
            .execute(&self.pool)
            .await
            .map_err(failed("answering a ping"))?;
        Ok(())
    }

    /// Forgets what has been dead for long; this is what bounds the tables.
    pub(crate) async fn sweep(&self, now: i64) -> Result<u64, StoreError> {
        let mut gone = 0;
        for (statement, before) in [
            ("DELETE FROM sessions WHERE expires_at <= $1", now),
            (
                "DELETE FROM codes WHERE expires_at <= $1",
                now - millis(DEAD_CODES),
            ),
            (
                "DELETE FROM messages WHERE seen_at <= $1",
                now - millis(SEEN_MESSAGES),
            ),
        ] {
            gone += sqlx::query(statement)
                .bind(before)
                .execute(&self.pool)
                .await
                .map_err(failed("sweeping out old rows"))?
                .rows_affected();
        }
        Ok(gone)
    }

    /// Waits for running statements and closes the file.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }
}
