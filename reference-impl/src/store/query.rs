//! One way to run a statement on either database: the only file that knows that there are two.
//!
//! Statements keep to what `SQLite` and `PostgreSQL` both understand (`$1`, `ON CONFLICT`, `RETURNING`),
//! so each of them stands in this room once.

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use sqlx::{
    FromRow, PgPool, Postgres, Sqlite, SqlitePool, Transaction,
    postgres::{PgQueryResult, PgRow},
    sqlite::{SqliteQueryResult, SqliteRow},
};

use super::database::{StoreError, failed};

/// The pool of connections to one of the two databases.
#[derive(Clone, Debug)]
pub(super) enum Database {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// A transaction on one of the two.
pub(super) enum Work {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// What a transaction needs for itself, in the order in which everybody takes it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Claim<'a> {
    /// One flow: its codes are used up together.
    Flow(&'a [u8]),
    /// One person: link, unlink and messages follow one another.
    Person(&'a str),
    /// The choice of what to send next.
    Outbox,
}

impl Claim<'_> {
    /// The number of a `PostgreSQL` advisory lock. Two claims that share one only wait for each other.
    fn number(self) -> i64 {
        let hash = match self {
            Self::Flow(flow) => Sha256::new().chain_update(b"flow").chain_update(flow),
            Self::Person(psid) => Sha256::new().chain_update(b"person").chain_update(psid),
            Self::Outbox => Sha256::new().chain_update(b"outbox"),
        };
        let hash: [u8; 32] = hash.finalize().into();
        let (number, _) = hash.split_first_chunk().expect("a hash has 32 bytes");
        i64::from_be_bytes(*number)
    }
}

impl Database {
    /// Begins a transaction that owns what it claims from its start, so that a read in it cannot go
    /// stale before the write. `SQLite` has one writer at a time in any case.
    pub(super) async fn begin(&self, claims: &[Claim<'_>]) -> Result<Work, StoreError> {
        let doing = "beginning a transaction";
        match self {
            Self::Sqlite(pool) => pool
                .begin_with("BEGIN IMMEDIATE")
                .await
                .map(Work::Sqlite)
                .map_err(failed(doing)),
            Self::Postgres(pool) => {
                let mut work = pool.begin().await.map_err(failed(doing))?;
                for claim in claims {
                    sqlx::query("SELECT pg_advisory_xact_lock($1)")
                        .bind(claim.number())
                        .execute(&mut *work)
                        .await
                        .map_err(failed(doing))?;
                }
                Ok(Work::Postgres(work))
            }
        }
    }

    /// Waits for running statements and closes every connection.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite(pool) => pool.close().await,
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

impl Work {
    /// Makes everything in the transaction last.
    pub(super) async fn commit(self, doing: &'static str) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(work) => work.commit().await,
            Self::Postgres(work) => work.commit().await,
        }
        .map_err(failed(doing))
    }
}

/// Where a statement runs: by itself, or inside a transaction.
pub(super) enum On<'a> {
    Database(&'a Database),
    Work(&'a mut Work),
}

impl<'a> From<&'a Database> for On<'a> {
    fn from(database: &'a Database) -> Self {
        Self::Database(database)
    }
}

impl<'a> From<&'a mut Work> for On<'a> {
    fn from(work: &'a mut Work) -> Self {
        Self::Work(work)
    }
}

/// A value that both databases store alike.
#[derive(Clone, Debug)]
pub(super) enum Value<'a> {
    Number(Option<i64>),
    Text(Option<Cow<'a, str>>),
    Bytes(Option<&'a [u8]>),
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Number(Some(number))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        Self::Number(number)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Some(text).into()
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(text: Option<&'a str>) -> Self {
        // PostgreSQL keeps no NUL in a text. Nothing that is stored has one, so no row is missed.
        Self::Text(text.map(|text| {
            if text.contains('\0') {
                Cow::Owned(text.replace('\0', "\u{FFFD}"))
            } else {
                Cow::Borrowed(text)
            }
        }))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl<'a> From<Option<&'a [u8]>> for Value<'a> {
    fn from(bytes: Option<&'a [u8]>) -> Self {
        Self::Bytes(bytes)
    }
}

/// A row that can be read from either database.
pub(super) trait Row:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Row for T where T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{}

/// A statement with its values, and the words that an error begins with.
#[derive(Debug)]
pub(super) struct Statement<'a> {
    doing: &'static str,
    sql: &'static str,
    values: Vec<Value<'a>>,
}

/// A statement; `doing` completes "the database failed while".
pub(super) fn statement(doing: &'static str, sql: &'static str) -> Statement<'static> {
    Statement {
        doing,
        sql,
        values: Vec::new(),
    }
}

/// Binds the values to a query of either driver.
macro_rules! bound {
    ($query:expr, $values:expr) => {
        $values
            .into_iter()
            .fold($query, |query, value| match value {
                Value::Number(number) => query.bind(number),
                Value::Text(text) => query.bind(text),
                Value::Bytes(bytes) => query.bind(bytes),
            })
    };
}

/// Runs a query of `$statement` on whatever `$on` is; `$fetch` is the method of the query.
macro_rules! run {
    ($statement:ident, $on:ident, $query:ident::<_ $(, $row:ident)?>, $fetch:ident $(, $of:path)?) => {
        match $on {
            On::Database(Database::Sqlite(pool)) => {
                bound!(sqlx::$query::<Sqlite $(, $row)?>($statement.sql), $statement.values)
                    .$fetch(pool).await $(.map(|done| $of(&done)))?
            }
            On::Database(Database::Postgres(pool)) => {
                bound!(sqlx::$query::<Postgres $(, $row)?>($statement.sql), $statement.values)
                    .$fetch(pool).await $(.map(|done| $of(&done)))?
            }
            On::Work(Work::Sqlite(work)) => {
                bound!(sqlx::$query::<Sqlite $(, $row)?>($statement.sql), $statement.values)
                    .$fetch(&mut **work).await $(.map(|done| $of(&done)))?
            }
            On::Work(Work::Postgres(work)) => {
                bound!(sqlx::$query::<Postgres $(, $row)?>($statement.sql), $statement.values)
                    .$fetch(&mut **work).await $(.map(|done| $of(&done)))?
            }
        }
    };
}

/// How many rows a statement changed, by either driver.
trait Changed {
    fn rows(&self) -> u64;
}

impl Changed for SqliteQueryResult {
    fn rows(&self) -> u64 {
        self.rows_affected()
    }
}

impl Changed for PgQueryResult {
    fn rows(&self) -> u64 {
        self.rows_affected()
    }
}

impl<'a> Statement<'a> {
    /// Binds the next value.
    pub(super) fn with(mut self, value: impl Into<Value<'a>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs it and gives the number of rows that it changed.
    pub(super) async fn run<'on>(self, on: impl Into<On<'on>>) -> Result<u64, StoreError> {
        let on = on.into();
        run!(self, on, query::<_>, execute, Changed::rows).map_err(failed(self.doing))
    }

    /// The first row, if there is one.
    pub(super) async fn first<'on, T: Row>(
        self,
        on: impl Into<On<'on>>,
    ) -> Result<Option<T>, StoreError> {
        let on = on.into();
        run!(self, on, query_as::<_, T>, fetch_optional).map_err(failed(self.doing))
    }

    /// Every row.
    pub(super) async fn all<'on, T: Row>(
        self,
        on: impl Into<On<'on>>,
    ) -> Result<Vec<T>, StoreError> {
        let on = on.into();
        run!(self, on, query_as::<_, T>, fetch_all).map_err(failed(self.doing))
    }
}
