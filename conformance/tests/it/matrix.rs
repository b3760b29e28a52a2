//! The kill matrix: every specimen with one fault is caught by exactly the checks that the matrix names, collateral
//! included, and the main finding says what is wrong.
//!
//! `LINKLAB_BLESS=1 cargo test -p linklab-conformance --test it matrix` writes the file anew; read the difference.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use futures_util::StreamExt as _;
use linklab_conformance::catalogue;
use linklab_conformance::report::Report;
use linklab_conformance::run::Outcome;
use linklab_specimens::Fault;
use serde::Deserialize;

use crate::specimen::{judge, options};

/// Specimens judged at the same time.
const AT_ONCE: usize = 10;
const HEAD: &str = "\
# The kill matrix: what the suite says about specimens with exactly one fault.
#
# main       the check that is there to catch the fault
# says       words of that check's first message: the finding names the defect, not a symptom
# must_fail  every check that is broken by the fault (fail, warn, hardening or flaky), no more and no less
# may_fail   checks that may break as well: whether they do follows from what the specimen draws at random
# examples   examples of each scenario, where the usual number does not meet the class that shows the fault
# awaits     the check that will catch the fault, where the catalogue does not have it yet
#
# Written by LINKLAB_BLESS=1 cargo test -p linklab-conformance --test it matrix; all but must_fail is kept.
";

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// Empty where the check that would catch the fault is not in the catalogue yet.
    #[serde(default)]
    main: String,
    #[serde(default)]
    says: String,
    must_fail: Vec<String>,
    /// Checks that may break as well: whether they do follows from what the specimen draws at random.
    #[serde(default)]
    may_fail: Vec<String>,
    /// Examples of each scenario, where the usual number does not meet the class that shows the fault.
    #[serde(default)]
    examples: Option<u32>,
    /// The check to come.
    #[serde(default)]
    awaits: Option<String>,
}

impl Row {
    /// What is wrong with the row itself, or with what was found.
    fn problem(&self, found: &[String], message: &str) -> Option<String> {
        let certain: Vec<&String> = found
            .iter()
            .filter(|id| !self.may_fail.contains(id))
            .collect();
        if certain != self.must_fail.iter().collect::<Vec<_>>() {
            return Some(format!(
                "broken {found:?}, the matrix has {:?} and may have {:?}",
                self.must_fail, self.may_fail
            ));
        }
        if let Some(awaits) = &self.awaits {
            let here = catalogue::find(awaits).is_some();
            return here.then(|| format!("awaits {awaits}, which is in the catalogue now"));
        }
        if !self.must_fail.contains(&self.main) {
            return Some(format!("main {:?} is not among must_fail", self.main));
        }
        let told = !self.says.is_empty() && message.contains(&self.says);
        (!told).then(|| format!("{} says {message:?}, not {:?}", self.main, self.says))
    }
}

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("specimens/kill-matrix.toml")
}

fn written() -> BTreeMap<String, Row> {
    let text = std::fs::read_to_string(path()).unwrap_or_default();
    toml::from_str(&text).expect("the kill matrix is TOML of the form it says")
}

fn broken(report: &Report) -> Vec<String> {
    report
        .checks
        .iter()
        .filter(|check| {
            matches!(
                check.outcome,
                Outcome::Fail | Outcome::Warn | Outcome::Hardening | Outcome::Flaky
            ) || check.outcome == Outcome::HarnessError
        })
        .map(|check| check.id.clone())
        .collect()
}

fn message<'r>(report: &'r Report, check: &str) -> &'r str {
    report
        .check(check)
        .and_then(|check| check.findings.first())
        .map_or("", |finding| &finding.message.en)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_fault_is_caught_by_exactly_the_checks_of_the_matrix() {
    let rows = written();
    let only = std::env::var("LINKLAB_FAULT").ok();
    let faults: Vec<Fault> = Fault::ALL
        .iter()
        .copied()
        .filter(|fault| {
            only.as_deref()
                .is_none_or(|only| only.split(',').any(|name| name == fault.name()))
        })
        .collect();
    let reports: Vec<(Fault, Report)> = futures_util::stream::iter(faults)
        .map(|fault| {
            let mut options = options();
            let examples = rows.get(fault.name()).and_then(|row| row.examples);
            options.most_examples = examples.or(options.most_examples);
            async move {
                (
                    fault,
                    judge(&[fault], options)
                        .await
                        .expect("a run ends with a report"),
                )
            }
        })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    tell_slowest(&reports);
    if std::env::var_os("LINKLAB_BLESS").is_some() {
        bless(&reports, rows);
        return;
    }
    let mut wrong = String::new();
    for (fault, report) in &reports {
        let problem = match rows.get(fault.name()) {
            None => Some("is not in the matrix".to_owned()),
            Some(row) => row.problem(&broken(report), message(report, &row.main)),
        };
        if let Some(problem) = problem {
            let _ = writeln!(wrong, "{}: {problem}", fault.name());
        }
    }
    if only.is_none() {
        for name in rows.keys().filter(|name| name.parse::<Fault>().is_err()) {
            let _ = writeln!(
                wrong,
                "{name}: in the matrix, but no specimen has this fault"
            );
        }
    }
    assert!(wrong.is_empty(), "the kill matrix does not hold:\n{wrong}");
}

/// The slowest runs, for whoever reads the output of a failed or a verbose test.
fn tell_slowest(reports: &[(Fault, Report)]) {
    let mut times: Vec<(u64, &str)> = reports
        .iter()
        .map(|(fault, report)| (report.figures.elapsed_ms, fault.name()))
        .collect();
    times.sort_unstable_by(|left, right| right.cmp(left));
    for (ms, name) in times.iter().take(8) {
        println!("{ms:>7} ms {name}");
    }
}

fn bless(reports: &[(Fault, Report)], mut rows: BTreeMap<String, Row>) {
    for (fault, report) in reports {
        let mut row = rows.remove(fault.name()).unwrap_or_default();
        row.must_fail = broken(report);
        row.must_fail.retain(|id| !row.may_fail.contains(id));
        if !row.must_fail.contains(&row.main) {
            let expected = fault.expected_checks().iter().map(ToString::to_string);
            let known = expected
                .chain(row.must_fail.iter().cloned())
                .find(|id| row.must_fail.contains(id));
            row.main = known.unwrap_or_default();
        }
        let message = message(report, &row.main);
        if row.says.is_empty() || !message.contains(&row.says) {
            message.clone_into(&mut row.says);
        }
        let to_come = fault
            .expected_checks()
            .iter()
            .find(|id| catalogue::find(id).is_none());
        row.awaits = to_come
            .filter(|_| row.must_fail.is_empty())
            .map(ToString::to_string);
        rows.insert(fault.name().to_owned(), row);
    }
    let mut text = HEAD.to_owned();
    for (name, row) in &rows {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let ids: Vec<String> = row.must_fail.iter().map(|id| quoted(id)).collect();
        let _ = write!(text, "\n[{name}]\n");
        if !row.main.is_empty() {
            let _ = write!(
                text,
                "main = {}\nsays = {}\n",
                quoted(&row.main),
                quoted(&row.says)
            );
        }
        if let Some(awaits) = &row.awaits {
            let _ = writeln!(text, "awaits = {}", quoted(awaits));
        }
        if !row.may_fail.is_empty() {
            let ids: Vec<String> = row.may_fail.iter().map(|id| quoted(id)).collect();
            let _ = writeln!(text, "may_fail = [{}]", ids.join(", "));
        }
        if let Some(examples) = row.examples {
            let _ = writeln!(text, "examples = {examples}");
        }
        let _ = writeln!(text, "must_fail = [{}]", ids.join(", "));
    }
    std::fs::write(path(), text).expect("the matrix can be written");
}
