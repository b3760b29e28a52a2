//! The correct specimen comes out clean, and every artefact of a run keeps its secrets.

use linklab_conformance::report;
use linklab_conformance::run::{Outcome, Verdict};
use linklab_conformance::text::Language;

use crate::specimen::{judge, options};

#[tokio::test(flavor = "multi_thread")]
async fn the_correct_backend_passes_everything() {
    let report = judge(&[], options()).await.expect("a run");
    let shown =
        anstream::adapter::strip_str(&report::terminal(&report, Language::English)).to_string();
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
    assert_eq!(unclean, [], "{shown}");
    assert_eq!(report.verdict, Verdict::Conformant, "{shown}");
}
