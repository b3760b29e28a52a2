//! junit.xml: one test case a check, for CI systems. What was not judged is `skipped`, always with its reason.
//!
//! Red is what turns the exit code: a check that fails, is flaky at a level that counts, passes against its
//! expectation, or cannot be believed. Findings below the bar stay green and are told in `system-out`.

use std::time::Duration;

use quick_junit::{
    NonSuccessKind, Property, Report as Document, TestCase, TestCaseStatus, TestSuite, XmlString,
};

use super::{CheckReport, Report};
use crate::run::Outcome;
use crate::text::Language;

/// The report as `JUnit` XML, in the dialect of Jenkins.
pub fn junit(report: &Report, language: Language) -> String {
    let mut suite = TestSuite::new("linklab");
    suite.set_time(Duration::from_millis(report.figures.elapsed_ms));
    suite.add_property(Property::new("set", report.set.as_str()));
    suite.add_property(Property::new("seed", report.seed.to_string()));
    suite.add_property(Property::new(
        "verdict",
        report.verdict.text().told(language),
    ));
    suite.add_property(Property::new("exit_code", report.exit_code().to_string()));
    for check in &report.checks {
        suite.add_test_case(case(report, check, language));
    }
    let mut document = Document::new(report.tool.as_str());
    document.add_test_suite(suite);
    document
        .to_string()
        .expect("quick-junit writes any document into a String: characters that XML cannot hold are left out")
}

fn case(report: &Report, check: &CheckReport, language: Language) -> TestCase {
    // The id alone is the name: it never changes, so the history of a case survives other words and languages.
    let mut case = TestCase::new(check.id.as_str(), status(report, check, language));
    case.set_classname(format!(
        "linklab.{}",
        check.id.split('-').next().unwrap_or_default()
    ));
    case.set_assertions(check.examples);
    case.add_property(Property::new("title", check.title.told(language)));
    let level = serde_json::to_value(check.level).ok();
    if let Some(level) = level.as_ref().and_then(|level| level.as_str()) {
        case.add_property(Property::new("level", level));
    }
    case.add_property(Property::new("outcome", check.outcome.word()));
    for basis in &check.basis {
        case.add_property(Property::new("basis", basis.id.as_str()));
    }
    if matches!(
        check.outcome,
        Outcome::Warn | Outcome::Hardening | Outcome::Review | Outcome::Flaky
    ) {
        case.set_system_out(details(check, language));
    }
    case
}

fn status(report: &Report, check: &CheckReport, language: Language) -> TestCaseStatus {
    let red = |kind: NonSuccessKind| {
        let mut status = TestCaseStatus::non_success(kind);
        let message = check
            .findings
            .first()
            .map(|finding| finding.message.told(language))
            .or(check.reason.as_ref().map(|reason| reason.told(language)))
            .unwrap_or_default();
        status.set_type(check.outcome.word());
        status.set_message(message);
        status.set_description(details(check, language));
        status
    };
    match check.outcome {
        Outcome::Pass | Outcome::Warn | Outcome::Hardening | Outcome::Review => {
            TestCaseStatus::success()
        }
        Outcome::Flaky if report.fail_on < check.level => TestCaseStatus::success(),
        Outcome::Fail | Outcome::Flaky | Outcome::UnexpectedPass => red(NonSuccessKind::Failure),
        Outcome::HarnessError => red(NonSuccessKind::Error),
        Outcome::ExpectedFail
        | Outcome::NotTestable
        | Outcome::Waived
        | Outcome::NotApplicable
        | Outcome::Blocked
        | Outcome::Incomplete => {
            let mut status = TestCaseStatus::skipped();
            status.set_type(check.outcome.word());
            if let Some(reason) = &check.reason {
                status.set_message(reason.told(language));
            }
            status
        }
    }
}

fn details(check: &CheckReport, language: Language) -> XmlString {
    let lines = check.findings.iter().map(|finding| {
        format!(
            "{}\nexpected {}\ngot      {}\nagain    {}\n",
            finding.message.told(language),
            finding.expected,
            finding.got,
            finding.replay
        )
    });
    XmlString::new(lines.collect::<Vec<_>>().join("\n"))
}
