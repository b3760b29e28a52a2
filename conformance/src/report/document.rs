//! The one document of a run; everything that people or programs read is a projection of it.

use serde::{Deserialize, Serialize};

use crate::check::Level;
use crate::context::ObservationLevel;
use crate::run::{Outcome, Verdict};
use crate::scenario::Profile;
use crate::text::Text;

use super::Figures;

/// A whole run, redacted: no secret that the suite knew is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Name and version of the tool.
    pub tool: String,
    /// Id of the requirement set.
    pub set: String,
    /// Seed of the run.
    pub seed: u64,
    /// How much was played.
    #[serde(with = "profile_word")]
    pub profile: Profile,
    /// From which level on a broken check counts.
    pub fail_on: Level,
    /// What the run says.
    pub verdict: Verdict,
    /// What was judged.
    pub target: Target,
    /// One entry a selected check, in catalogue order.
    pub checks: Vec<CheckReport>,
    /// Expectations and waivers past their last day.
    pub stale: Vec<Stale>,
    /// Counts and times.
    pub figures: Figures,
}

/// The backend as it was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// The url of the Log In button.
    pub linking_url: String,
    /// Where events went.
    pub webhook_url: Option<String>,
    /// How the link state was seen.
    pub observation: ObservationLevel,
    /// Why it was not seen better, where it was not.
    pub observation_note: Option<Text>,
    /// Number of accounts.
    pub accounts: usize,
    /// Slowest positive effect of the calibration, in milliseconds.
    pub latency_ms: u64,
    /// Whether the backend insists on the origin, and on the path, of the `redirect_uri`.
    pub pinned: Vec<String>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CheckReport {
    /// Catalogue id.
    pub id: String,
    /// Weight.
    pub level: Level,
    /// What became of it.
    pub outcome: Outcome,
    /// The rule.
    pub title: Text,
    /// The sentences that it stands on.
    pub basis: Vec<Basis>,
    /// Examples that were judged.
    pub examples: usize,
    /// Examples that broke the rule.
    pub broken: usize,
    /// How the link state was seen, where the check needs to see it.
    pub observation: Option<ObservationLevel>,
    /// Class labels of the examples that broke the rule and of no example that held, at most 12.
    pub classes: Vec<String>,
    /// Why it was not judged, or what an expectation says; with what to do about it.
    pub reason: Option<Text>,
    /// The control check that failed first.
    pub blocked_by: Option<String>,
    /// How many checks wait for this one.
    pub blocks: usize,
    /// What goes wrong on the real platform.
    pub why: Text,
    /// The usual mistake.
    pub fault: Text,
    /// Breaks, simplest first, at most [`CheckReport::MOST_FINDINGS`].
    pub findings: Vec<FindingReport>,
}

impl CheckReport {
    /// Bound of `findings`; `broken` has the whole number.
    pub const MOST_FINDINGS: usize = 5;
    /// Bound of `classes`.
    pub const MOST_CLASSES: usize = 12;
}

/// A sentence that a check stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// `S23`, or `url`, `wh`, `ev`, `btn`, `lit`.
    pub id: String,
    /// Our paraphrase, or the name of the source.
    pub text: Text,
}

/// One break.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FindingReport {
    /// Id of the transcript.
    pub transcript: String,
    /// What went wrong.
    pub message: Text,
    /// What was sent, where a `redirect_uri` is concerned.
    pub sent: Option<String>,
    /// What should have been there.
    pub expected: String,
    /// What was there.
    pub got: String,
    /// Arguments of `linklab` that play it again.
    pub replay: String,
    /// The simplest example that still breaks the rule, where one was looked for.
    pub minimal: Option<Minimal>,
}

/// An example made smaller.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Minimal {
    /// The generated value, for people.
    pub value: String,
    /// Candidates that were played on the way.
    pub steps: usize,
    /// Whether the search ended by itself; `false`: its time box was over.
    pub complete: bool,
    /// What happened: a transcript as JSON, long texts cut at 2 KiB.
    pub transcript: serde_json::Value,
}

/// An expectation or waiver that no longer counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stale {
    /// Id of the check.
    pub check: String,
    /// What to do, as a sentence.
    pub message: Text,
}

impl Report {
    /// The process exit code.
    pub fn exit_code(&self) -> u8 {
        self.verdict.exit_code()
    }

    /// The checks with this outcome, in order.
    pub fn with(&self, outcome: Outcome) -> impl Iterator<Item = &CheckReport> {
        self.checks
            .iter()
            .filter(move |check| check.outcome == outcome)
    }

    /// One check by id.
    pub fn check(&self, id: &str) -> Option<&CheckReport> {
        self.checks.iter().find(|check| check.id == id)
    }
}

mod profile_word {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::scenario::Profile;

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature is serde's"
    )]
    pub(super) fn serialize<S: Serializer>(profile: &Profile, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(match profile {
            Profile::Smoke => "smoke",
            Profile::Default => "default",
            Profile::Deep => "deep",
        })
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Profile, D::Error> {
        match String::deserialize(from)?.as_str() {
            "smoke" => Ok(Profile::Smoke),
            "default" => Ok(Profile::Default),
            "deep" => Ok(Profile::Deep),
            other => Err(serde::de::Error::custom(format!(
                "no profile is called `{other}`"
            ))),
        }
    }
}
