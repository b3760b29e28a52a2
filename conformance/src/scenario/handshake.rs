//! Scenario `handshake`: verification GETs with random challenges, right and wrong.

use proptest::strategy::{BoxedStrategy, Strategy};

use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Recording, Stage};
use crate::transcript::{Case, Transcript};

/// Verification GETs. Wrong ones are followed by a right one under the tag `twin`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct HandshakeScenario;

/// One handshake to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attempt {
    case: Case,
    shape: &'static str,
    challenge: String,
    twin: String,
}

/// Cases and challenge shapes in the order of the coverage pass.
const COVERAGE: [(Case, &str); 7] = [
    (Case::Right, "digits"),
    (Case::WrongToken, "digits"),
    (Case::Right, "long"),
    (Case::MissingToken, "digits"),
    (Case::WrongMode, "digits"),
    (Case::Right, "symbols"),
    (Case::DuplicateToken, "digits"),
];

/// Challenges of one shape. Live ones are decimal (protocol row 3.1.3). Characters that HTML escapes are
/// left out: a backend that escapes them guards itself (protocol pitfall P28) and harms no live challenge.
fn challenges(shape: &str) -> BoxedStrategy<String> {
    match shape {
        "long" => "[A-Za-z]{1000,1024}".boxed(),
        "symbols" => "[-_.~+/=:;,!*()$@%#?]{12,40}".boxed(),
        _ => "[1-9][0-9]{8,9}".boxed(),
    }
}

impl Scenario for HandshakeScenario {
    type Value = Attempt;

    fn name(&self) -> &'static str {
        "handshake"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Webhook]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 7,
            Profile::Default => 14,
            Profile::Deep => 70,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        let (case, shape) = COVERAGE[number as usize % COVERAGE.len()];
        (challenges(shape), challenges("digits"))
            .prop_map(move |(challenge, twin)| Attempt {
                case,
                shape,
                challenge,
                twin,
            })
            .boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, value: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = greet(&mut recording, &value).await;
        end(recording, played)
    }
}

async fn greet(recording: &mut Recording<'_>, value: &Attempt) -> Result<(), Cut> {
    recording.label(format!("challenge:{}", value.shape));
    recording.handshake(value.case, &value.challenge).await?;
    if value.case != Case::Right {
        recording.tag("twin");
        recording.handshake(Case::Right, &value.twin).await?;
    }
    Ok(())
}
