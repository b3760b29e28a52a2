//! The kill matrix: every specimen with one fault is caught by exactly the checks that the matrix names, collateral
//! included, and the main finding says what is wrong.
//!
//! `LINKLAB_BLESS=1 cargo test -p linklab-conformance --test it matrix` writes the file anew; read the difference.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use futures_util::StreamExt as _;
use linklab_conformance::report::Report;
use linklab_conformance::run::Outcome;
use linklab_specimens::Fault;
use serde::Deserialize;

use crate::specimen::{judge, options};

/// Specimens judged at the same time.
const AT_ONCE: usize = 8;
const HEAD: &str = "\
# The kill matrix: what the suite says about specimens with exactly one fault.
#
# main       the check that is there to catch the fault
# says       words of that check's first message: the finding names the defect, not a symptom
# must_fail  every check that is broken by the fault (fail, warn, hardening or flaky), no more and no less
#
# Written by LINKLAB_BLESS=1 cargo test -p linklab-conformance --test it matrix; main and says are kept.
";

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    main: String,
    says: String,
    must_fail: Vec<String>,
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
            matches!(check.outcome, Outcome::Fail | Outcome::Warn | Outcome::Hardening | Outcome::Flaky)
                || check.outcome == Outcome::HarnessError
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
    let only = std::env::var("LINKLAB_FAULT").ok();
    let faults: Vec<Fault> =
        Fault::ALL.iter().copied().filter(|fault| only.as_deref().is_none_or(|only| only == fault.name())).collect();
    let reports: Vec<(Fault, Report)> = futures_util::stream::iter(faults)
        .map(|fault| async move { (fault, judge(&[fault], options()).await.expect("a run ends with a report")) })
        .buffer_unordered(AT_ONCE)
        .collect()
        .await;
    let rows = written();
    if std::env::var_os("LINKLAB_BLESS").is_some() {
        bless(&reports, rows);
        return;
    }
    let mut wrong = String::new();
    for (fault, report) in &reports {
        let found = broken(report);
        let Some(row) = rows.get(fault.name()) else {
            let _ = writeln!(wrong, "{}: not in the matrix; broken: {found:?}", fault.name());
            continue;
        };
        if found != row.must_fail {
            let _ = writeln!(wrong, "{}: broken {found:?}, the matrix has {:?}", fault.name(), row.must_fail);
        }
        if !row.must_fail.contains(&row.main) {
            let _ = writeln!(wrong, "{}: main {} is not among must_fail", fault.name(), row.main);
        }
        let message = message(report, &row.main);
        if row.says.is_empty() || !message.contains(&row.says) {
            let _ = writeln!(wrong, "{}: {} says {message:?}, not {:?}", fault.name(), row.main, row.says);
        }
    }
    if only.is_none() {
        for name in rows.keys().filter(|name| name.parse::<Fault>().is_err()) {
            let _ = writeln!(wrong, "{name}: in the matrix, but no specimen has this fault");
        }
    }
    assert!(wrong.is_empty(), "the kill matrix does not hold:\n{wrong}");
}

fn bless(reports: &[(Fault, Report)], mut rows: BTreeMap<String, Row>) {
    for (fault, report) in reports {
        let must_fail = broken(report);
        let old = rows.remove(fault.name());
        let main = old.as_ref().map(|row| row.main.clone()).filter(|main| must_fail.contains(main)).unwrap_or_else(|| {
            let expected = fault.expected_checks().iter().map(ToString::to_string);
            expected.chain(must_fail.iter().cloned()).find(|id| must_fail.contains(id)).unwrap_or_default()
        });
        let message = message(report, &main);
        let says = old.map(|row| row.says).filter(|says| !says.is_empty() && message.contains(says.as_str()));
        let says = says.unwrap_or_else(|| message.to_owned());
        rows.insert(fault.name().to_owned(), Row { main, says, must_fail });
    }
    let mut text = HEAD.to_owned();
    for (name, row) in &rows {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let ids: Vec<String> = row.must_fail.iter().map(|id| quoted(id)).collect();
        let _ = write!(
            text,
            "\n[{name}]\nmain = {}\nsays = {}\nmust_fail = [{}]\n",
            quoted(&row.main),
            quoted(&row.says),
            ids.join(", ")
        );
    }
    std::fs::write(path(), text).expect("the matrix can be written");
}
