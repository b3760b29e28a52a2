//! Every example backend passes, and one broken line in it is caught and named.
//!
//! A test that needs a runtime which is not there says so by name.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use serde_json::Value;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = vec![
        example("python_stdlib_passes", |copy| copy.passes()),
        example(
            "python_stdlib_with_a_constant_code_fails_on_the_code",
            |copy| {
                copy.broken_at("code = secrets.token_urlsafe(16)", "code = \"1234567890\"")
                    .fails_on("COD-01")
            },
        ),
        example(
            "python_stdlib_without_signature_check_fails_on_the_signature",
            |copy| {
                copy.broken_at("if not is_genuine(", "if False and not is_genuine(")
                    .fails_on("HOK-09")
            },
        ),
        example(
            "python_stdlib_with_any_password_fails_on_the_password",
            |copy| {
                copy.broken_at(
                    "if not password_is_right(",
                    "if False and not password_is_right(",
                )
                .fails_on("FAI-02")
            },
        ),
        example(
            "python_stdlib_that_reads_one_event_of_a_batch_fails_on_the_batch",
            |copy| {
                copy.broken_at(
                    "for event in entry.get(\"messaging\") or []",
                    "for event in (entry.get(\"messaging\") or [])[:1]",
                )
                .fails_on("HOK-05")
            },
        ),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn example(name: &str, test: fn(Copy) -> Result<(), Failed>) -> Trial {
    Trial::ignorable_test(name, move || {
        if !python_is_there() {
            return Ok(Completion::ignored_with("no python3"));
        }
        test(Copy::of("examples/python-stdlib")?)?;
        Ok(Completion::Completed)
    })
}

fn python_is_there() -> bool {
    Command::new("python3")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// An example in a directory and on a port of its own, so that tests run side by side.
struct Copy {
    directory: tempfile::TempDir,
}

impl Copy {
    fn of(example: &str) -> Result<Self, Failed> {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(example);
        let directory = tempfile::tempdir()?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        for name in ["app.py", "linking.toml"] {
            let text = fs::read_to_string(source.join(name))?;
            fs::write(
                directory.path().join(name),
                text.replace("8765", &port.to_string()),
            )?;
        }
        Ok(Self { directory })
    }

    fn broken_at(self, line: &str, instead: &str) -> Self {
        let path = self.directory.path().join("app.py");
        let text = fs::read_to_string(&path).expect("the example was copied");
        assert_eq!(
            text.matches(line).count(),
            1,
            "the example no longer has exactly one `{line}`"
        );
        fs::write(path, text.replace(line, instead)).expect("the copy can be written");
        self
    }

    fn passes(self) -> Result<(), Failed> {
        let (code, report) = self.judged(&["--fail-on", "should"])?;
        expect(code == Some(0), &report, "the example should pass")
    }

    fn fails_on(self, check: &str) -> Result<(), Failed> {
        let (code, report) = self.judged(&["--fail-on", "hardening"])?;
        expect(code == Some(1), &report, "the broken example should fail")?;
        expect(
            outcome(&report, check) == Some("fail"),
            &report,
            &format!("{check} should be named"),
        )
    }

    fn judged(&self, more: &[&str]) -> Result<(Option<i32>, Value), Failed> {
        let reports: PathBuf = self.directory.path().join("report");
        let output = Command::new(env!("CARGO_BIN_EXE_linklab"))
            .args(["check", "--config"])
            .arg(self.directory.path().join("linking.toml"))
            .args(["--profile", "smoke", "--lang", "en", "--report-dir"])
            .arg(&reports)
            .args(more)
            .stdin(Stdio::null())
            .output()?;
        let report = fs::read_to_string(reports.join("report.json"))
            .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))?;
        Ok((output.status.code(), serde_json::from_str(&report)?))
    }
}

fn outcome<'a>(report: &'a Value, id: &str) -> Option<&'a str> {
    report["checks"]
        .as_array()?
        .iter()
        .find(|check| check["id"] == id)?["outcome"]
        .as_str()
}

fn expect(held: bool, report: &Value, what: &str) -> Result<(), Failed> {
    if held {
        return Ok(());
    }
    let bad: Vec<String> = report["checks"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|check| check["outcome"] != "pass")
        .map(|check| {
            format!(
                "{} {}: {} {}",
                check["id"], check["outcome"], check["reason"]["en"], check["findings"]
            )
        })
        .collect();
    Err(format!(
        "{what}; verdict {}, not passed:\n{}",
        report["verdict"],
        bad.join("\n")
    )
    .into())
}
