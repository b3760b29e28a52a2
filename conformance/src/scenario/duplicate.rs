//! Scenario `duplicate`: a parameter of the platform comes twice, with different values.

use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::beside::{control, newcomer};
use super::linking_url::doubled;
use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::generate::RedirectUri;
use crate::stage::{Cut, Ended, Recording, Stage};
use crate::transcript::{Intent, Transcript};

/// Which parameter comes twice, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Twice {
    label: &'static str,
    parameter: &'static str,
    in_front: bool,
    /// What is put behind the name, as PHP and Rails read lists.
    suffix: &'static str,
}

const CASES: [Twice; 5] = [
    Twice::of("twice:redirect-uri-behind", "redirect_uri", false, ""),
    Twice::of("twice:redirect-uri-in-front", "redirect_uri", true, ""),
    Twice::of("twice:token-behind", "account_linking_token", false, ""),
    Twice::of("twice:token-in-front", "account_linking_token", true, ""),
    Twice::of("twice:redirect-uri-list", "redirect_uri", false, "[]"),
];

impl Twice {
    const fn of(
        label: &'static str,
        parameter: &'static str,
        in_front: bool,
        suffix: &'static str,
    ) -> Self {
        Self {
            label,
            parameter,
            in_front,
            suffix,
        }
    }
}

/// Flow 0 with the doubled parameter (tag `negative`), flow 1 a plain login (tag `control`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Duplicate;

impl Scenario for Duplicate {
    type Value = Twice;

    fn name(&self) -> &'static str {
        "duplicate"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 0,
            Profile::Default => 5,
            Profile::Deep => 20,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        match CASES.get(usize::try_from(number).unwrap_or(usize::MAX)) {
            Some(case) => Just(*case).boxed(),
            None => select(&CASES[..]).boxed(),
        }
    }

    async fn play(&self, stage: &Stage, case: CaseId, twice: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        recording.label(twice.label);
        let played = double(stage, &mut recording, twice, case.number as usize).await;
        end(recording, played)
    }
}

/// The other value: a foreign address of the same shape, or a token of the same shape that no one was given.
fn second(stage: &Stage, twice: Twice) -> String {
    const UNKNOWN_TOKEN: &str = "ARQotherTokenOfTheSameShapeThatNobodyWasEverGiven";
    if twice.parameter == "redirect_uri" {
        let foreign = RedirectUri {
            host: "attacker.test".to_owned(),
            port: None,
            ..stage.plain_redirect()
        };
        foreign.template().0.replace("{token}", UNKNOWN_TOKEN)
    } else {
        UNKNOWN_TOKEN.to_owned()
    }
}

async fn double(
    stage: &Stage,
    recording: &mut Recording<'_>,
    twice: Twice,
    account: usize,
) -> Result<(), Cut> {
    let flow = recording.flow(newcomer(account, stage.plain_redirect()))?;
    let second = second(stage, twice);
    let url = doubled(
        recording.linking_url(flow),
        twice.parameter,
        &second,
        twice.in_front,
        twice.suffix,
    );
    recording.tag("negative");
    if recording.open_url(flow, &url).await? == Ended::Stayed {
        recording.intent(flow, Intent::Login, "").await?;
    }
    control(recording, account, stage.plain_redirect()).await
}
