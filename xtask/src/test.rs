//! `cargo xtask test`: everything that must hold before a change may land, in the order of its cost.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use crate::command::{self, cargo, say, spelled};
use crate::postgres::Postgres;
use crate::system;

/// Format check, lints, tests; prints how many tests ran.
pub(crate) fn run() -> anyhow::Result<()> {
    component("rustfmt", "fmt")?;
    component("clippy", "clippy")?;
    command::run(cargo(["fmt", "--all", "--check"]))?;
    command::run(cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--",
        "--deny",
        "warnings",
    ]))?;
    system::provide_browser();
    system::provide_postgres();
    let mut tests = cargo(["test", "--workspace", "--locked", "--no-fail-fast"]);
    // Snapshots are compared here, never rewritten.
    tests.env("INSTA_UPDATE", "no");
    counted(tests)?;
    on_postgres()
}

/// The reference backend's tests once more, with `PostgreSQL` in the place of `SQLite`.
fn on_postgres() -> anyhow::Result<()> {
    let server = match Postgres::start() {
        Ok(server) => server,
        Err(reason) => {
            say(&format!(
                "{reason}: the reference backend was tested on SQLite only"
            ));
            return Ok(());
        }
    };
    say("the reference backend on PostgreSQL:");
    let mut tests = cargo(["test", "--package", "linklab-reference", "--locked"]);
    tests
        .args(["--lib", "--test", "it", "--no-fail-fast"])
        .env("INSTA_UPDATE", "no")
        .env("TEST_POSTGRES", server.url());
    counted(tests)
}

/// A toolchain may come without a component; rustup can add it.
fn component(name: &str, subcommand: &str) -> anyhow::Result<()> {
    let there = cargo([subcommand, "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if there {
        return Ok(());
    }
    let mut rustup = Command::new("rustup");
    rustup.args(["component", "add", name]);
    command::run(rustup).with_context(|| {
        format!("`cargo {subcommand}` is missing: install the toolchain's component {name}")
    })
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Counts {
    /// Reads a closing line of the test harness, such as `test result: ok. 12 passed; 0 failed; 1 ignored; ...`.
    fn add(&mut self, line: &str) {
        let Some(result) = line.trim_start().strip_prefix("test result:") else {
            return;
        };
        for part in result.split([';', '.']) {
            let mut words = part.split_whitespace();
            let (Some(number), Some(what)) = (
                words.next().and_then(|word| word.parse::<u64>().ok()),
                words.next(),
            ) else {
                continue;
            };
            match what {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}

fn counted(mut tests: Command) -> anyhow::Result<()> {
    let line = spelled(&tests);
    say(&format!("==> {line}"));
    let mut child = tests
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start `{line}`"))?;
    let mut counts = Counts::default();
    if let Some(output) = child.stdout.take() {
        for text in BufReader::new(output).lines() {
            let text = text.context("the tests' output is not text")?;
            counts.add(&text);
            say(&text);
        }
    }
    let status = child.wait()?;
    say(&format!(
        "tests: {} passed, {} failed, {} skipped",
        counts.passed, counts.failed, counts.ignored
    ));
    if counts.passed == 0 {
        bail!("no test ran");
    }
    if !status.success() {
        bail!("`{line}` failed ({status})");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Counts;

    #[test]
    fn closing_lines_of_several_binaries_are_added_up() {
        let mut counts = Counts::default();
        counts.add("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.52s");
        counts
            .add("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out");
        counts.add("test login::passed ... ok");
        assert_eq!(
            counts,
            Counts {
                passed: 15,
                failed: 2,
                ignored: 1
            }
        );
    }
}
