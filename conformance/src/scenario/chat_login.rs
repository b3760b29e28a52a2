//! Scenario `chat-login`: a user who is not linked asks to log in.

use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::pending::end;
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::stage::{Cut, Recording, Stage};
use crate::transcript::Transcript;

/// The configured word is typed; what the bot sends stands in the Graph calls.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChatLogin;

impl Scenario for ChatLogin {
    type Value = ();

    fn name(&self) -> &'static str {
        "chat-login"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Webhook, Need::Graph, Need::ChatLogin]
    }

    fn examples(&self, _profile: Profile) -> u32 {
        1
    }

    fn strategy(&self, _number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        Just(()).boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, (): Self::Value) -> Transcript {
        let Some(word) = stage.subject().chat.login.clone() else {
            return stage.unplayable(self.name(), case, "[chat] login is not configured");
        };
        let mut recording = stage.record(self.name(), case);
        let played = ask(&mut recording, case.number as usize, &word).await;
        end(recording, played)
    }
}

async fn ask(recording: &mut Recording<'_>, account: usize, word: &str) -> Result<(), Cut> {
    let flow = recording.plain_flow(account)?;
    recording.tag("asked");
    recording.say(flow, word).await?;
    Ok(())
}
