//! Scenario `unknown-code`: signed `linked` events with codes that nobody was given, then the right one.

use proptest::strategy::{BoxedStrategy, Strategy};
use serde_json::{Value, json};

use super::pending::{deliver_and_observe, end, event, log_in_unbound};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::generate::EventKind;
use crate::stage::{Cut, Expect, Recording, Stage};
use crate::transcript::Transcript;

/// Codes that were never issued. Tags: `before`, `negative`, `twin`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UnknownCode;

/// How the code differs from the issued one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slip {
    Unknown,
    Truncated,
    CaseChanged,
    Empty,
    Null,
    Number,
    Array,
}

const COVERAGE: [Slip; 7] = [
    Slip::Unknown,
    Slip::Null,
    Slip::Truncated,
    Slip::Empty,
    Slip::CaseChanged,
    Slip::Array,
    Slip::Number,
];

impl Slip {
    fn label(self) -> &'static str {
        match self {
            Self::Unknown => "code:unknown",
            Self::Truncated => "code:truncated",
            Self::CaseChanged => "code:case-changed",
            Self::Empty => "code:empty",
            Self::Null => "code:null",
            Self::Number => "code:number",
            Self::Array => "code:array",
        }
    }

    /// The hostile code, and what it turned out to be: a code without letters has no other case. Arrays
    /// and numbers never hold the issued code, because languages differ in what equals a string.
    fn of(self, issued: &str, strange: &str, number: u32) -> (Self, Value) {
        match self {
            Self::Unknown => (self, json!(strange)),
            Self::Truncated => {
                let mut short = issued.to_owned();
                short.pop();
                (self, json!(short))
            }
            Self::CaseChanged => {
                let changed = swap_case(issued);
                if changed == issued {
                    (Self::Unknown, json!(strange))
                } else {
                    (self, json!(changed))
                }
            }
            Self::Empty => (self, json!("")),
            Self::Null => (self, Value::Null),
            Self::Number => (self, json!(number)),
            Self::Array => (self, json!([strange])),
        }
    }
}

fn swap_case(text: &str) -> String {
    let swapped = |character: char| {
        if character.is_ascii_lowercase() {
            character.to_ascii_uppercase()
        } else {
            character.to_ascii_lowercase()
        }
    };
    text.chars().map(swapped).collect()
}

/// A slip, and a string and a number that no backend issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stranger {
    slip: Slip,
    strange: String,
    number: u32,
}

impl Scenario for UnknownCode {
    type Value = Stranger;

    fn name(&self) -> &'static str {
        "unknown-code"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::Webhook, Need::Observation]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 2,
            Profile::Default => 7,
            Profile::Deep => 140,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        let slip = COVERAGE[number as usize % COVERAGE.len()];
        ("[A-Za-z0-9_-]{22}", 100_000_000..4_000_000_000_u32)
            .prop_map(move |(strange, number)| Stranger {
                slip,
                strange,
                number,
            })
            .boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, value: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = slip(stage, &mut recording, case.number as usize, &value).await;
        end(recording, played)
    }
}

async fn slip(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
    value: &Stranger,
) -> Result<(), Cut> {
    let Some(pending) = log_in_unbound(recording, account).await? else {
        return Ok(());
    };
    let (slip, code) = value.slip.of(&pending.code, &value.strange, value.number);
    recording.label(slip.label());
    let bad = event(stage, recording, pending.flow, EventKind::Linked(code));
    deliver_and_observe(
        recording,
        "negative",
        pending.flow,
        bad,
        Expect::StillUnlinked,
    )
    .await?;
    let right = pending.event(stage, recording);
    deliver_and_observe(recording, "twin", pending.flow, right, Expect::Linked).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{COVERAGE, Slip};

    proptest! {
        #[test]
        fn no_slip_spells_the_issued_code(issued in "[A-Za-z0-9+/=_-]{1,40}", strange in "[A-Za-z0-9_-]{22}") {
            prop_assume!(issued != strange);
            for slip in COVERAGE {
                let (_, code) = slip.of(&issued, &strange, 123_456_789);
                prop_assert_ne!(code, Value::String(issued.clone()));
            }
        }
    }

    #[test]
    fn a_code_without_letters_has_no_other_case() {
        assert_eq!(
            Slip::CaseChanged.of("1234", "strange", 5),
            (Slip::Unknown, json!("strange"))
        );
        assert_eq!(
            Slip::CaseChanged.of("aB4", "strange", 5),
            (Slip::CaseChanged, json!("Ab4"))
        );
    }

    #[test]
    fn a_code_of_one_letter_is_cut_to_nothing() {
        assert_eq!(Slip::Truncated.of("é", "strange", 5).1, json!(""));
    }
}
