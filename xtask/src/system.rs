//! What the tests need of the system: a browser and its driver, from the system's own packages.

use std::process::{Command, Stdio};

use crate::command::{found, run, say};

/// Installs Chromium and its driver where they are missing and the system lets us.
///
/// Nothing here fails the run: tests that need a browser name themselves as ignored without one.
pub(crate) fn provide_browser() {
    if browser_is_there() {
        return;
    }
    if !found("apt-get") {
        say(
            "no chromedriver, and no apt-get to install it: the browser tests will say that they are ignored",
        );
        return;
    }
    let Some(prefix) = privilege() else {
        say(
            "no chromedriver, and no right to install packages: run `apt-get install chromium chromium-driver` as root",
        );
        return;
    };
    let steps: [&[&str]; 2] = [
        &["apt-get", "update"],
        &[
            "apt-get",
            "install",
            "--yes",
            "--no-install-recommends",
            "chromium",
            "chromium-driver",
        ],
    ];
    for step in steps {
        let words: Vec<&str> = prefix.iter().chain(step).copied().collect();
        let Some((program, arguments)) = words.split_first() else {
            return;
        };
        let mut command = Command::new(program);
        command
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdout(Stdio::null());
        if let Err(error) = run(command) {
            say(&format!(
                "{error:#}: the browser tests will say that they are ignored"
            ));
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
