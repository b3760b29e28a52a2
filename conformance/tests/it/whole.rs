//! The correct specimen comes out clean, and every artefact of a run keeps its secrets.

use std::time::Duration;

use linklab_conformance::report::{self, Report};
use linklab_conformance::run::{self, Options, Outcome, Silent, Verdict};
use linklab_conformance::subject::Exception;
use linklab_conformance::text::Language;
use linklab_specimens::Fault;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers};

use crate::specimen::{PASSWORDS, described, judge, options};

fn only(checks: &[&str]) -> Options {
    let mut options = options();
    options.check = checks.iter().map(ToString::to_string).collect();
    options
}

fn shown(report: &Report) -> String {
    anstream::adapter::strip_str(&report::terminal(report, Language::English)).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_correct_backend_passes_everything() {
    let mut options = options();
    // All classes of redirect_uri, several examples at once: nothing of it may disturb a correct backend.
    options.most_examples = None;
    options.jobs = None;
    let report = judge(&[], options).await.expect("a run");
    let unclean: Vec<(&str, Outcome)> = report
        .checks
        .iter()
        .filter(|check| {
            !matches!(
                check.outcome,
                Outcome::Pass | Outcome::NotApplicable | Outcome::ExpectedFail
            )
        })
        .map(|check| (check.id.as_str(), check.outcome))
        .collect();
    assert_eq!(unclean, [], "{}", shown(&report));
    assert_eq!(report.verdict, Verdict::Conformant, "{}", shown(&report));
    // The specimen never asks for the PSID by token; everything else is met.
    let unmet: Vec<&str> = report
        .with(Outcome::NotApplicable)
        .map(|check| check.id.as_str())
        .collect();
    assert_eq!(unmet, ["TOK-01", "TOK-02"], "{}", shown(&report));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_selection_plays_only_what_it_needs() {
    let report = judge(&[], only(&["HOK-01", "HOK-02"]))
        .await
        .expect("a run");
    let ids: Vec<&str> = report
        .checks
        .iter()
        .map(|check| check.id.as_str())
        .collect();
    assert_eq!(report.exit_code(), 0, "{}", shown(&report));
    assert!(
        ids.contains(&"CTL-01") && ids.contains(&"HOK-02") && !ids.contains(&"RED-01"),
        "{ids:?}"
    );
    assert!(report.figures.flows < 8, "{:?}", report.figures);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_made_smaller_and_its_secrets_stay_hidden() {
    let mut options = only(&["RED-05", "RED-17"]);
    options.most_examples = None;
    options.shrink_limit = Duration::from_secs(20);
    let report = judge(&[Fault::DoubleDecode], options).await.expect("a run");
    assert_eq!(report.exit_code(), 1, "{}", shown(&report));
    let finding = &report.check("RED-05").expect("asked for").findings[0];
    let minimal = finding.minimal.as_ref().expect("a smaller example");
    assert!(
        minimal.steps > 0 && minimal.value.len() < 600,
        "{} steps: {}",
        minimal.steps,
        minimal.value
    );
    assert_eq!(minimal.transcript["scenario"], "flow");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_artefact_of_a_leaking_backend_leaks() {
    let report = judge(&[Fault::CredentialsInRedirect], only(&["RED-17"]))
        .await
        .expect("a run");
    let leak = report.check("RED-17").expect("asked for");
    assert_eq!(leak.outcome, Outcome::Fail);
    assert!(
        leak.findings[0].got.contains("[password of"),
        "{}",
        leak.findings[0].got
    );
    let directory = tempfile::tempdir().expect("a directory");
    let files = report::write(&report, Language::English, directory.path()).expect("files");
    let texts = files
        .iter()
        .map(|file| std::fs::read_to_string(file).expect("a text"));
    for text in texts.chain([shown(&report)]) {
        for password in PASSWORDS {
            let form: String = url::form_urlencoded::byte_serialize(password.as_bytes()).collect();
            assert!(!text.contains(password) && !text.contains(&form), "{text}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_probe_that_says_linked_of_everybody_is_exit_5() {
    let server = MockServer::start().await;
    Mock::given(matchers::any())
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(serde_json::json!({"linked": true, "account": "Alice Archer"})),
        )
        .mount(&server)
        .await;
    let (mut described, running) = described([].into());
    if let Some(probe) = &mut described.subject.probe {
        probe.url = format!("{}/status?psid={{psid}}", server.uri());
    }
    let mut options = options();
    options.most_examples = Some(2);
    let report = run::run(described, options, Silent).await.expect("a run");
    drop(running);
    assert_eq!(
        report.check("CTL-02").expect("always there").outcome,
        Outcome::HarnessError
    );
    assert_eq!(report.exit_code(), 5, "{}", shown(&report));
}

#[tokio::test(flavor = "multi_thread")]
async fn expectations_and_waivers_count_until_their_day_and_are_told_after_it() {
    let exception = |check: &str, until: &str| Exception {
        check: check.to_owned(),
        reason: "tracked".to_owned(),
        until: until.parse().expect("a date"),
    };
    for (until, outcome, exit_code) in [
        ("2026-12-01", Outcome::ExpectedFail, 0),
        ("2026-11-30", Outcome::Fail, 1),
    ] {
        let (mut described, running) = described([Fault::SortQuery].into());
        described.expectations = vec![exception("RED-06", until)];
        let report = run::run(described, only(&["RED-06"]), Silent)
            .await
            .expect("a run");
        drop(running);
        assert_eq!(
            report.check("RED-06").expect("asked for").outcome,
            outcome,
            "{}",
            shown(&report)
        );
        assert_eq!(report.exit_code(), exit_code, "{}", shown(&report));
    }
    let (mut correct, running) = described([].into());
    correct.expectations = vec![exception("RED-06", "2027-01-01")];
    let report = run::run(correct, only(&["RED-06"]), Silent)
        .await
        .expect("a run");
    drop(running);
    assert_eq!(report.exit_code(), 6, "{}", shown(&report));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_seed_generates_the_same_examples() {
    let mut options = only(&["RED-01", "RED-05"]);
    options.confirmations = 0;
    let mut classes = Vec::new();
    for seed in [1, 1] {
        options.seed = seed;
        options.most_examples = None;
        let report = judge(&[Fault::DoubleDecode], options.clone())
            .await
            .expect("a run");
        let red = report.check("RED-05").expect("asked for");
        let ids: Vec<String> = red
            .findings
            .iter()
            .map(|finding| finding.transcript.clone())
            .collect();
        classes.push((red.broken, ids));
    }
    assert_eq!(classes[0], classes[1]);
}
