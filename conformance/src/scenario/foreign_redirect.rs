//! Scenario `foreign-redirect`: a right login towards an address where the platform does not live.

use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::beside::{control, newcomer};
use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::generate::RedirectUri;
use crate::stage::{Cut, Recording, Stage};
use crate::transcript::Transcript;

/// Hosts that belong to nobody (RFC 6761), or to somebody else in any case.
const HOSTS: [&str; 3] = [
    "attacker.test",
    "facebook.com.attacker.test",
    "attacker.example",
];

/// Flow 0 towards the foreign host (tag `negative`), flow 1 a plain login (tag `control`).
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForeignRedirect;

impl Scenario for ForeignRedirect {
    type Value = &'static str;

    fn name(&self) -> &'static str {
        "foreign-redirect"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 0,
            Profile::Default => 3,
            Profile::Deep => 12,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        match HOSTS.get(usize::try_from(number).unwrap_or(usize::MAX)) {
            Some(host) => Just(*host).boxed(),
            None => select(&HOSTS[..]).boxed(),
        }
    }

    async fn play(&self, stage: &Stage, case: CaseId, host: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = log_in_towards(stage, &mut recording, host, case.number as usize).await;
        end(recording, played)
    }
}

async fn log_in_towards(
    stage: &Stage,
    recording: &mut Recording<'_>,
    host: &str,
    account: usize,
) -> Result<(), Cut> {
    let foreign = RedirectUri {
        host: host.to_owned(),
        port: None,
        ..stage.plain_redirect()
    };
    let flow = recording.flow(newcomer(account, foreign))?;
    recording.tag("negative");
    recording.log_in(flow).await?;
    control(recording, account, stage.plain_redirect()).await
}
