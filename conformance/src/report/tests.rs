//! All projections of one report, as people and programs read them.

use anstream::adapter::strip_str;

use super::*;
use crate::run::Outcome;
use crate::text::Language;

#[test]
fn the_terminal_report_in_both_languages() {
    let report = sample::report();
    for (name, language) in [
        ("terminal_en", Language::English),
        ("terminal_zh", Language::Chinese),
    ] {
        let styled = terminal(&report, language);
        assert!(styled.contains('\u{1b}'), "styles are there for a terminal");
        insta::assert_snapshot!(name, strip_str(&styled).to_string());
    }
}

#[test]
fn a_failure_block_has_at_most_25_lines() {
    let mut report = sample::report();
    let long = "word ".repeat(400);
    for check in &mut report.checks {
        check.why = crate::text::Text::new(long.clone(), long.clone());
        check.fault = check.why.clone();
        check.reason = Some(check.why.clone());
        check.title = crate::text::Text::fixed("The rule", "规则");
        for finding in &mut check.findings {
            finding.message = check.why.clone();
            finding.expected = format!("{long}x");
            finding.got = format!("{long}y");
        }
    }
    let shown = strip_str(&terminal(&report, Language::English)).to_string();
    for block in shown
        .split("\n\n")
        .filter(|block| block.starts_with("FAIL"))
    {
        assert!(block.lines().count() <= 25, "{block}");
    }
}

#[test]
fn the_json_report() {
    let text = json(&sample::report());
    insta::assert_snapshot!("report_json", text);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    for key in [
        "tool",
        "set",
        "seed",
        "profile",
        "verdict",
        "exit_code",
        "checks",
    ] {
        assert!(!value[key].is_null(), "{key}");
    }
    for key in [
        "id",
        "level",
        "outcome",
        "examples",
        "observation",
        "findings",
    ] {
        assert!(value["checks"][3].get(key).is_some(), "{key}");
    }
    for key in ["message", "expected", "got", "replay"] {
        assert!(
            value["checks"][3]["findings"][0].get(key).is_some(),
            "{key}"
        );
    }
    let read: Report = serde_json::from_value(value).unwrap();
    assert_eq!(read, sample::report(), "a report reads back");
}

#[test]
fn the_junit_report() {
    insta::assert_snapshot!("junit_xml", junit(&sample::report(), Language::English));
}

#[test]
fn junit_is_red_exactly_where_the_exit_code_is() {
    let mut report = sample::report();
    report.checks.truncate(1);
    report.checks[0].level = crate::check::Level::Should;
    for (outcome, red) in [
        (Outcome::Pass, false),
        (Outcome::Fail, true),
        (Outcome::Flaky, false),
        (Outcome::Warn, false),
        (Outcome::Hardening, false),
        (Outcome::Review, false),
        (Outcome::ExpectedFail, false),
        (Outcome::UnexpectedPass, true),
        (Outcome::NotTestable, false),
        (Outcome::Waived, false),
        (Outcome::NotApplicable, false),
        (Outcome::Blocked, false),
        (Outcome::HarnessError, true),
    ] {
        report.checks[0].outcome = outcome;
        let xml = junit(&report, Language::English);
        assert_eq!(
            xml.contains("<failure") || xml.contains("<error"),
            red,
            "{outcome:?}\n{xml}"
        );
    }
}

#[test]
fn no_artefact_holds_what_the_run_knew_to_be_secret() {
    let secrets = [
        "Zq7-alice&horse",
        "EAAsecretpagetoken",
        "appsecret0123",
        "verify-me-please",
    ];
    let mut redaction = Redaction::default();
    for (number, secret) in secrets.iter().enumerate() {
        redaction.secret(&format!("secret {number}"), secret);
    }
    redaction.code("c0de-that-is-long");
    let mut report = sample::report();
    let everywhere = format!("{} c0de-that-is-long Zq7-alice%26horse", secrets.join(" "));
    let text = crate::text::Text::new(everywhere.clone(), everywhere.clone());
    report.target.linking_url.push_str(&everywhere);
    report.target.webhook_url = Some(everywhere.clone());
    report.target.observation_note = Some(text.clone());
    for stale in &mut report.stale {
        stale.message = text.clone();
    }
    for check in &mut report.checks {
        check.reason = Some(text.clone());
        for finding in &mut check.findings {
            finding.message = text.clone();
            finding.sent = Some(everywhere.clone());
            finding.expected = everywhere.clone();
            finding.got = everywhere.clone();
            if let Some(minimal) = &mut finding.minimal {
                minimal.value = everywhere.clone();
                minimal.transcript = serde_json::json!({"deep": [{"body": everywhere.clone()}]});
            }
        }
    }
    redaction.report(&mut report);
    let directory = tempfile::tempdir().unwrap();
    let files = write(&report, Language::Chinese, directory.path()).unwrap();
    let mut artefacts: Vec<String> = files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap())
        .collect();
    artefacts
        .extend([Language::English, Language::Chinese].map(|language| terminal(&report, language)));
    assert_eq!(artefacts.len(), 4);
    for artefact in artefacts {
        for secret in secrets.iter().chain(&["alice%26horse", "c0de-that"]) {
            assert!(!artefact.contains(secret), "{secret} in {artefact}");
        }
        assert!(artefact.contains("c0de…"), "the beginning of a code stays");
    }
}

#[test]
fn a_report_directory_that_cannot_be_made_is_a_sentence() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = write(&sample::report(), Language::English, &file.join("below")).unwrap_err();
    assert!(error.to_string().contains("--report-dir"), "{error}");
}
