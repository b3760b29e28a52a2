//! Calibration: one plain linking from never linked to unlinked, looked at by every means that is configured.

use std::time::Duration;

use linklab_simulator::webview::Landing;

use super::looks::Looks;
use super::reading::Reading;
use super::sight::Sight;
use crate::context::ObservationLevel;
use crate::generate::{Event, Parcel};
use crate::scenario::CaseId;
use crate::stage::{Cut, Recording, Stage};
use crate::transcript::Transcript;

/// The name under which the calibration's transcript is filed.
const SCENARIO: &str = "calibration";
/// How long the first positive effect may take; everything later is measured against it.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same where the event was not acknowledged, so that nothing need come of it.
const SHORT_PATIENCE: Duration = Duration::from_secs(1);

/// What calibration found.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    /// The happy path with looks under the tags `never`, `before-event`, `after-event`, `linked` and `unlinked`,
    /// one for each means, the best first.
    pub transcript: Transcript,
    /// The best means that told the three states apart.
    pub level: ObservationLevel,
    /// From the acknowledgement to the visible link.
    pub latency: Duration,
    /// Means that were not reached, and why.
    pub missed: Vec<Missed>,
}

/// A means of observation that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missed {
    /// Which.
    pub level: ObservationLevel,
    /// Why, as a sentence.
    pub why: String,
}

/// Plays the calibration and makes the stage use the best means that works.
pub async fn calibrate(stage: &mut Stage, case: CaseId) -> Calibrated {
    let mut looks = Looks::default();
    let mut recording = stage.record(SCENARIO, case);
    let played = play(stage, &mut recording, &mut looks).await;
    let names: Vec<String> = stage
        .subject()
        .accounts
        .iter()
        .flat_map(|account| [account.name.clone(), account.username.clone()])
        .collect();
    let reading = looks.reading(&names);
    looks.file(&mut recording, reading.as_ref());
    let transcript = match played {
        Ok(()) => recording.finish(),
        Err(cut) => recording.cut(cut),
    };
    let missed = looks.missed(stage, reading.is_some(), &transcript);
    let usable = |level: ObservationLevel| !missed.iter().any(|missed| missed.level == level);
    let level = [ObservationLevel::Probe, ObservationLevel::Chat]
        .into_iter()
        .find(|level| usable(*level))
        .unwrap_or(ObservationLevel::Wire);
    let chat = reading.is_some();
    stage.see_by(
        Sight {
            level,
            reading: reading.unwrap_or(Reading::Buttons),
            sentinel: chat,
        },
        looks.latency,
    );
    Calibrated {
        transcript,
        level,
        latency: looks.latency,
        missed,
    }
}

async fn play(stage: &Stage, recording: &mut Recording<'_>, looks: &mut Looks) -> Result<(), Cut> {
    let flow = recording.plain_flow(0)?;
    let psid = recording.psid(flow).to_owned();
    looks.look(stage, flow, &psid, "never").await;
    recording.tag("");
    let Some(back) = recording.log_in(flow).await? else {
        return Ok(());
    };
    looks.look(stage, flow, &psid, "before-event").await;
    recording.tag("after-event");
    recording.land(flow, &back, Landing::Deliver).await?;
    let linked = stage.simulator().link_of(&psid).is_some();
    let patience = if linked { PATIENCE } else { SHORT_PATIENCE };
    looks.await_change(stage, flow, &psid, patience).await;
    looks.look(stage, flow, &psid, "linked").await;
    recording.tag("unlink");
    let unlinked = Event::unlinked(&psid, &stage.context().page_id, recording.now_ms());
    recording.deliver(flow, &Parcel::one(unlinked)).await?;
    looks.settle(stage, &psid).await;
    looks.look(stage, flow, &psid, "unlinked").await;
    Ok(())
}
