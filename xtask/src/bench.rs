//! `cargo xtask bench`: the figures that the documentation may quote, printed from real runs.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use anyhow::Context;
use serde_json::Value;

use crate::command::{self, cargo, root, say, spelled};
use crate::postgres::Postgres;

/// Runs of each profile; the median is printed with the extremes beside it.
const ROUNDS: usize = 3;

/// Prints the figures; with `clean`, a clean release build is timed too.
pub(crate) fn run(clean: bool) -> anyhow::Result<()> {
    command::run(cargo(["build", "--release", "--locked"]))?;
    for profile in ["smoke", "default"] {
        check(profile)?;
    }
    flows()?;
    after_touching_a_file()?;
    if clean {
        clean_build()?;
    } else {
        say("clean release build: not measured (ask for it with `cargo xtask bench --clean`)");
    }
    Ok(())
}

/// One profile of `linklab check` on the embedded reference backend.
fn check(profile: &str) -> anyhow::Result<()> {
    let reports = root().join("target").join("bench");
    let mut wall = Vec::new();
    let mut last = Value::Null;
    for _ in 0..ROUNDS {
        let mut command = cargo([
            "run",
            "--release",
            "--quiet",
            "--locked",
            "--",
            "check",
            "--profile",
            profile,
        ]);
        command
            .arg("--report-dir")
            .arg(&reports)
            .stdout(std::process::Stdio::null());
        let line = spelled(&command);
        let start = Instant::now();
        let status = command
            .status()
            .with_context(|| format!("could not start `{line}`"))?;
        wall.push(start.elapsed());
        anyhow::ensure!(status.success(), "`{line}` did not pass ({status})");
        let text = std::fs::read_to_string(reports.join("report.json"))?;
        last = serde_json::from_str(&text).context("report.json is not JSON")?;
    }
    say(&format!(
        "check --profile {profile}: {} (whole process)",
        spread(&mut wall)
    ));
    if let Some(Value::Object(figures)) = last.get("figures") {
        for (name, value) in figures {
            say(&format!("    {name} {value}"));
        }
    }
    Ok(())
}

/// The reference backend under load: link flows a minute on either store.
fn flows() -> anyhow::Result<()> {
    let server = Postgres::start();
    let mut bench = cargo([
        "bench",
        "--quiet",
        "--locked",
        "--package",
        "linklab-reference",
    ]);
    bench.args(["--bench", "flows"]);
    match &server {
        Ok(server) => {
            bench.env("TEST_POSTGRES", server.url());
        }
        Err(reason) => say(&format!(
            "{reason}: the reference is measured on SQLite only"
        )),
    }
    command::run(bench)
}

/// The developer's loop: touch one file of the simulator, check the whole workspace.
fn after_touching_a_file() -> anyhow::Result<()> {
    let touched = root().join("simulator/src/lib.rs");
    let mut wall = Vec::new();
    command::run(cargo(["check", "--workspace", "--locked"]))?;
    for _ in 0..ROUNDS {
        touch(&touched)?;
        let start = Instant::now();
        let status = cargo(["check", "--workspace", "--locked", "--quiet"]).status()?;
        anyhow::ensure!(status.success(), "`cargo check` failed");
        wall.push(start.elapsed());
    }
    say(&format!(
        "cargo check --workspace after touching simulator/src/lib.rs: {}",
        spread(&mut wall)
    ));
    Ok(())
}

#[expect(
    clippy::disallowed_methods,
    reason = "a file's time stamp is the file system's business, not the platform's clock"
)]
fn touch(path: &Path) -> anyhow::Result<()> {
    let file = std::fs::File::options().append(true).open(path)?;
    file.set_modified(SystemTime::now())?;
    Ok(())
}

/// A release build of everything from nothing, sources already fetched, in a directory of its own.
fn clean_build() -> anyhow::Result<()> {
    let directory = root().join("target").join("bench-clean");
    if directory.exists() {
        std::fs::remove_dir_all(&directory)?;
    }
    command::run(cargo(["fetch", "--locked"]))?;
    let mut build = cargo(["build", "--release", "--locked", "--quiet"]);
    build.env("CARGO_TARGET_DIR", &directory);
    let start = Instant::now();
    command::run(build)?;
    let took = start.elapsed();
    std::fs::remove_dir_all(&directory)?;
    let processors = std::thread::available_parallelism().map_or(0, usize::from);
    say(&format!(
        "clean cargo build --release: {} on {processors} processors",
        seconds(took)
    ));
    Ok(())
}

fn spread(times: &mut [Duration]) -> String {
    times.sort_unstable();
    match &*times {
        [] => "no run".to_owned(),
        [first, .., last] => format!(
            "median {} of {} runs ({} to {})",
            seconds(times[times.len() / 2]),
            times.len(),
            seconds(*first),
            seconds(*last)
        ),
        [only] => seconds(*only),
    }
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
