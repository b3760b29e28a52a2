//! Scenario `forged`: events under wrong, half or missing signatures, then the same event signed as it should be.

use proptest::strategy::{BoxedStrategy, Just, Strategy};

use super::pending::{
    Pending, after, end, event, is_linked, link, log_in_unbound, post_and_observe,
};
use super::{CaseId, Profile, Scenario};
use crate::check::Need;
use crate::generate::{Event, EventKind, Parcel, Signature};
use crate::stage::{Cut, Expect, FlowId, Recording, Stage};
use crate::transcript::Transcript;

/// Signatures. Tags: `negative` (must change nothing) or `accepted` (must work), then `twin`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Forged;

/// What is signed, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Forgery {
    signature: Signature,
    unlinks: bool,
}

/// Signature and whether it goes with an `unlinked` event, which needs no code and so tempts most
/// (protocol pitfall P5). Upper-case hex is allowed and not demanded, so nothing could be judged by it.
const COVERAGE: [(Signature, bool); 11] = [
    (Signature::Missing, false),
    (Signature::WrongKey, true),
    (Signature::Sha256Only, false),
    (Signature::WrongSha256, false),
    (Signature::WrongKey, false),
    (Signature::Missing, true),
    (Signature::OtherBytes, false),
    (Signature::Truncated, false),
    (Signature::Empty, false),
    (Signature::WrongSha256, true),
    (Signature::Empty, true),
];

/// Stable names of signatures in labels.
fn label(signature: Signature) -> &'static str {
    match signature {
        Signature::Both => "signature:both",
        Signature::Sha256Only => "signature:sha256-only",
        Signature::UpperCase => "signature:upper-case",
        Signature::WrongSha256 => "signature:wrong-sha256",
        Signature::Missing => "signature:missing",
        Signature::WrongKey => "signature:wrong-key",
        Signature::OtherBytes => "signature:other-bytes",
        Signature::Truncated => "signature:truncated",
        Signature::Empty => "signature:empty",
    }
}

impl Scenario for Forged {
    type Value = Forgery;

    fn name(&self) -> &'static str {
        "forged"
    }

    fn needs(&self) -> &'static [Need] {
        &[Need::Login, Need::Webhook, Need::Observation]
    }

    fn examples(&self, profile: Profile) -> u32 {
        match profile {
            Profile::Smoke => 2,
            Profile::Default => 11,
            Profile::Deep => 110,
        }
    }

    fn strategy(&self, number: u32, _stage: &Stage) -> BoxedStrategy<Self::Value> {
        let (signature, unlinks) = COVERAGE[number as usize % COVERAGE.len()];
        Just(Forgery { signature, unlinks }).boxed()
    }

    async fn play(&self, stage: &Stage, case: CaseId, value: Self::Value) -> Transcript {
        let mut recording = stage.record(self.name(), case);
        let played = forge(stage, &mut recording, case.number as usize, value).await;
        end(recording, played)
    }
}

async fn forge(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
    value: Forgery,
) -> Result<(), Cut> {
    recording.label(label(value.signature));
    if value.unlinks {
        return forge_unlinked(stage, recording, account, value.signature).await;
    }
    let Some(pending) = log_in_unbound(recording, account).await? else {
        return Ok(());
    };
    if value.signature == Signature::Sha256Only {
        return sign_once(stage, recording, &pending).await;
    }
    let event = pending.event(stage, recording);
    let expects = (Expect::StillUnlinked, Expect::Linked);
    negative_then_twin(recording, pending.flow, event, value.signature, expects).await
}

async fn forge_unlinked(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
    signature: Signature,
) -> Result<(), Cut> {
    let Some((pending, linked)) = link(stage, recording, "before", account).await? else {
        return Ok(());
    };
    let flow = pending.flow;
    let gone = after(event(stage, recording, flow, EventKind::Unlinked), &linked);
    negative_then_twin(
        recording,
        flow,
        gone,
        signature,
        (Expect::StillLinked, Expect::Unlinked),
    )
    .await
}

async fn negative_then_twin(
    recording: &mut Recording<'_>,
    flow: FlowId,
    event: Event,
    signature: Signature,
    (still, changed): (Expect, Expect),
) -> Result<(), Cut> {
    let signed = Parcel::one(event);
    let forged = Parcel {
        signature,
        ..signed.clone()
    };
    post_and_observe(recording, "negative", flow, &forged, still).await?;
    post_and_observe(recording, "twin", flow, &signed, changed).await?;
    Ok(())
}

/// A delivery with the SHA-256 header alone must work; should it not, the same event with both headers tells
/// whether the missing SHA-1 was the reason.
async fn sign_once(
    stage: &Stage,
    recording: &mut Recording<'_>,
    pending: &Pending,
) -> Result<(), Cut> {
    let signed = Parcel::one(pending.event(stage, recording));
    let half = Parcel {
        signature: Signature::Sha256Only,
        ..signed.clone()
    };
    let flow = pending.flow;
    let seen = post_and_observe(recording, "accepted", flow, &half, Expect::Linked).await?;
    if !is_linked(&seen) {
        post_and_observe(recording, "twin", flow, &signed, Expect::Linked).await?;
    }
    Ok(())
}
