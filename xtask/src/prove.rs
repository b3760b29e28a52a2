//! `cargo xtask prove reference`: the whole suite, deep, against the reference backend in its three settings.

use anyhow::Context;

use crate::command::{self, cargo, root, say};
use crate::system;

/// Judges the reference on `SQLite`, on `PostgreSQL`, and as two instances behind a proxy.
///
/// Unlike `cargo test`, a setting that cannot be tried here is a failure: then nothing is proved.
pub(crate) fn reference() -> anyhow::Result<()> {
    system::provide_postgres();
    let server = crate::postgres::Postgres::start();
    drop(server.map_err(anyhow::Error::msg).context(
        "without PostgreSQL two of the three settings cannot be proved; install it and try again",
    )?);
    let reports = root().join("target").join("prove");
    let mut proof = cargo(["test", "--release", "--locked", "--package", "linklab"]);
    proof
        .args(["--test", "proof"])
        .env("PROVE_PROFILE", "deep")
        .env("PROVE_REPORTS", &reports);
    command::run(proof)?;
    say("the reference passes every check of the deep profile in all three settings");
    Ok(())
}
