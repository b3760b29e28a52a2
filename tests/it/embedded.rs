//! `linklab check` with no backend named: the embedded reference backend over real sockets.

use serde_json::Value;

use crate::run::linklab;

#[test]
fn the_reference_backend_passes_the_smoke_profile() {
    let ended = linklab(&["check", "--profile", "smoke", "--fail-on", "hardening"]);
    assert_eq!(ended.code, Some(0), "{}\n{}", ended.stdout, ended.stderr);

    let report =
        std::fs::read_to_string(ended.directory.path().join("linklab-report/report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    for key in [
        "tool",
        "set",
        "seed",
        "profile",
        "verdict",
        "exit_code",
        "checks",
    ] {
        assert!(!report[key].is_null(), "{key} is missing");
    }
    assert_eq!(report["exit_code"], 0);
    let outcomes: Vec<&str> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|check| check["outcome"].as_str())
        .collect();
    assert!(
        outcomes
            .iter()
            .filter(|outcome| **outcome == "pass")
            .count()
            >= 45,
        "{outcomes:?}"
    );

    let junit =
        std::fs::read_to_string(ended.directory.path().join("linklab-report/junit.xml")).unwrap();
    assert!(
        junit.contains("RED-01") && junit.contains("<testsuites"),
        "{junit}"
    );
}

#[test]
fn one_check_can_be_asked_for_and_the_report_goes_to_standard_output() {
    let ended = linklab(&[
        "check",
        "--profile",
        "smoke",
        "--check",
        "HOK-01",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let played: Vec<&str> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["examples"].as_u64().unwrap_or_default() > 0)
        .filter_map(|check| check["id"].as_str())
        .filter(|id| !id.starts_with("CTL"))
        .collect();
    assert_eq!(played, ["HOK-01"], "{}", ended.stderr);
}
