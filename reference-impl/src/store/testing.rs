//! Databases for tests: `SQLite`, or `PostgreSQL` when `TEST_POSTGRES` holds the address of a server.
//!
//! `cargo xtask test` runs every test of this crate a second time with it.

use std::{
    process,
    sync::atomic::{AtomicU32, Ordering},
};

use sqlx::{Connection, PgConnection};

/// A database that nobody else has seen; on `SQLite` it belongs to one pool and lies in memory.
pub(crate) async fn fresh_url() -> String {
    match std::env::var("TEST_POSTGRES") {
        Ok(server) => on_server(&server).await,
        Err(_) => "sqlite::memory:".to_owned(),
    }
}

/// The same for several instances: on `SQLite` it is a file.
pub(crate) async fn fresh_shared_url() -> String {
    if let Ok(server) = std::env::var("TEST_POSTGRES") {
        return on_server(&server).await;
    }
    let folder = tempfile::tempdir().unwrap().keep();
    format!("sqlite:{}", folder.join("shared.db").display())
}

/// A new database on this server.
pub(crate) async fn on_server(server: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("unit_{}_{number}", process::id());
    let mut connection = PgConnection::connect(server).await.unwrap();
    let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    sqlx::raw_sql(create)
        .execute(&mut connection)
        .await
        .unwrap();
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(&name);
    url.to_string()
}
