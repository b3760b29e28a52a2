//! `cargo xtask prove reference`: the whole suite, deep, against the reference backend in each of its settings.

use anyhow::Context;

use crate::command::{self, cargo, root, say};
use crate::system;

/// Judges the reference in every setting of `tests/proof`: databases, and two instances behind a proxy.
///
/// Unlike `cargo test`, a setting that cannot be tried here is a failure: then nothing is proved.
pub(crate) fn reference() -> anyhow::Result<()> {
    system::provide_postgres();
    let server = crate::postgres::Postgres::start();
    drop(
        server.map_err(anyhow::Error::msg).context(
            "without PostgreSQL not every setting can be proved; install it and try again",
        )?,
    );
    let reports = root().join("target").join("prove");
    let mut proof = cargo(["test", "--release", "--locked", "--package", "linklab"]);
    proof
        .args(["--test", "proof"])
        .env("PROVE_PROFILE", "deep")
        .env("PROVE_REPORTS", &reports);
    command::run(proof)?;
    say("the reference passes the proof, in the deep profile, in every setting");
    Ok(())
}
