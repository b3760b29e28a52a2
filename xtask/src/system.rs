//! What the tests need of the system, from its own packages: a browser with its driver, and `PostgreSQL`.

use std::process::{Command, Stdio};

use crate::command::{found, run, say};

/// Installs Chromium and its driver where they are missing and the system lets us.
///
/// Nothing here fails the run: tests that need a browser name themselves as ignored without one.
pub(crate) fn provide_browser() {
    if !browser_is_there() {
        provide("chromedriver", &["chromium", "chromium-driver"]);
    }
}

/// Installs `PostgreSQL` where it is missing and the system lets us; without it, tests that need it say so.
pub(crate) fn provide_postgres() {
    if crate::postgres::programs().is_none() {
        provide("postgres", &["postgresql"]);
    }
}

fn provide(missing: &str, packages: &[&str]) {
    let ignored = "the tests that need it will say that they are ignored";
    if !found("apt-get") {
        say(&format!(
            "no {missing}, and no apt-get to install it: {ignored}"
        ));
        return;
    }
    let Some(prefix) = privilege() else {
        say(&format!(
            "no {missing}, and no right to install packages: run `apt-get install {}` as root",
            packages.join(" ")
        ));
        return;
    };
    let install = ["apt-get", "install", "--yes", "--no-install-recommends"];
    let steps = [
        vec!["apt-get", "update"],
        install.iter().chain(packages).copied().collect(),
    ];
    for step in steps {
        let words: Vec<&str> = prefix.iter().copied().chain(step).collect();
        let Some((program, arguments)) = words.split_first() else {
            return;
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null());
        if let Err(error) = run(command) {
            say(&format!("{error:#}: {ignored}"));
            return;
        }
    }
}

fn browser_is_there() -> bool {
    found("chromedriver")
        && ["chromium", "chromium-browser", "google-chrome"]
            .into_iter()
            .any(found)
}

/// Words to put before a command that needs root; `None` when root cannot be had without asking.
fn privilege() -> Option<&'static [&'static str]> {
    let quiet = |program: &str, arguments: &[&str]| {
        Command::new(program)
            .args(arguments)
            .stderr(Stdio::null())
            .output()
            .ok()
    };
    let id = quiet("id", &["-u"])?;
    if id.stdout.trim_ascii() == b"0" {
        return Some(&[]);
    }
    let sudo = quiet("sudo", &["--non-interactive", "true"])?;
    sudo.status
        .success()
        .then_some(&["sudo", "--non-interactive"])
}
