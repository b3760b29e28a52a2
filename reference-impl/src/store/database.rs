//! Opening the database, `SQLite` or `PostgreSQL`, and its housekeeping.

use std::{
    str::FromStr,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use sqlx::{
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

use super::query::{Database, statement};
use crate::clock::millis;

/// How long a statement waits for another writer before it fails.
const BUSY: Duration = Duration::from_secs(5);
/// Connections to a file; `SQLite` lets one of them write at a time.
const FILE_CONNECTIONS: u32 = 4;
/// Connections of one instance to a server. `PostgreSQL` allows 100 unless told otherwise, so that
/// eight instances fit beside its own.
const SERVER_CONNECTIONS: u32 = 12;
/// How long used and expired codes are remembered, so that a late copy is recognised in the log.
const DEAD_CODES: Duration = Duration::from_hours(24);
/// How long an answered message is remembered: the platform redelivers for about 36 hours
/// (protocol row 3.3.6).
const SEEN_MESSAGES: Duration = Duration::from_hours(48);
/// After this long without a wrong guess a series is forgotten.
pub(crate) const FORGET_GUESSES: Duration = Duration::from_mins(15);

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
    pub(super) database: Database,
    /// Rows in the outbox at a time.
    pub(super) most_letters: i64,
    /// How often this instance found it full.
    pub(super) left_out: Arc<AtomicU64>,
}

impl Store {
    /// Opens `url` (`sqlite::memory:`, `sqlite:path` or `postgres://...`) and migrates it. A file is
    /// created if need be. Instances that start at the same time migrate one after the other. Its
    /// outbox then holds at most `most_letters` rows.
    pub(crate) async fn open(url: &str, most_letters: i64) -> Result<Self, StoreError> {
        let server = url.starts_with("postgres:") || url.starts_with("postgresql:");
        let database = if server {
            open_server(url).await?
        } else {
            open_file(url).await?
        };
        Ok(Self {
            database,
            most_letters,
            left_out: Arc::default(),
        })
    }

    /// Forgets what has been dead for long; this is what bounds the tables.
    pub(crate) async fn sweep(&self, now: i64) -> Result<u64, StoreError> {
        let mut gone = 0;
        for (sql, before) in [
            ("DELETE FROM sessions WHERE expires_at <= $1", now),
            (
                "DELETE FROM codes WHERE expires_at <= $1",
                now - millis(DEAD_CODES),
            ),
            (
                "DELETE FROM messages WHERE seen_at <= $1",
                now - millis(SEEN_MESSAGES),
            ),
            (
                "DELETE FROM guesses WHERE last_at <= $1",
                now - millis(FORGET_GUESSES),
            ),
        ] {
            gone += statement("sweeping out old rows", sql)
                .with(before)
                .run(&self.database)
                .await?;
        }
        Ok(gone)
    }

    /// Waits for running statements and closes every connection.
    pub(crate) async fn close(&self) {
        self.database.close().await;
    }
}

async fn open_file(url: &str) -> Result<Database, StoreError> {
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
        pool.max_connections(FILE_CONNECTIONS)
    };
    let pool = pool
        .connect_with(options)
        .await
        .map_err(failed("opening"))?;
    sqlx::migrate!("./migrations/sqlite")
        .run(&pool)
        .await
        .map_err(|error| failed("migrating")(error.into()))?;
    Ok(Database::Sqlite(pool))
}

async fn open_server(url: &str) -> Result<Database, StoreError> {
    let patience = format!("{}ms", BUSY.as_millis());
    let options = PgConnectOptions::from_str(url)
        .map_err(failed("reading DATABASE_URL"))?
        .application_name("linklab-reference")
        .options([
            ("statement_timeout", patience.as_str()),
            ("lock_timeout", patience.as_str()),
        ]);
    let pool = PgPoolOptions::new()
        .max_connections(SERVER_CONNECTIONS)
        .acquire_timeout(BUSY)
        .connect_with(options)
        .await
        .map_err(failed("opening"))?;
    sqlx::migrate!("./migrations/postgres")
        .run(&pool)
        .await
        .map_err(|error| failed("migrating")(error.into()))?;
    Ok(Database::Postgres(pool))
}
