//! Calibration of a run: the happy path once, then what the backend pins and which controls its pages have.
//!
//! Nothing is judged here; a backend that is stricter than others must not look worse for it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::capability::Capabilities;
use super::play::case;
use super::selection::CALIBRATION;
use crate::check::Need;
use crate::context::{Calibration, ObservationLevel};
use crate::generate::{PsidShape, RedirectUri};
use crate::observe::{self, Sight};
use crate::stage::{Ended, FlowSetup, Stage};
use crate::text::Text;
use crate::transcript::{Delivered, Intent, LinkState, Observed, Transcript, What};

/// A host that no backend has on its list (RFC 2606).
const FOREIGN_HOST: &str = "linklab.example";
/// A path that no backend expects.
const FOREIGN_PATH: &str = "/linklab/calibration";
/// Name under which side looks are recorded; no check reads them.
const ASIDE: &str = "calibration-aside";

/// What calibration learned.
#[derive(Debug, Clone)]
pub(super) struct Calibrated {
    /// The happy path; `None` where nobody can log in.
    pub(super) transcript: Option<Transcript>,
    /// What judges may know of it.
    pub(super) calibration: Calibration,
    /// Why the link state is not seen better.
    pub(super) note: Option<Text>,
    /// The login page refused the right password.
    pub(super) accounts_rejected: bool,
    /// How far the happy path went.
    pub(super) reached: Reached,
}

/// How far the happy path went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reached {
    /// Not even to a navigation that left the backend.
    Nowhere,
    /// The browser came back, but the webhook gave no answer at all.
    Return,
    /// The webhook answered, but no link was seen.
    Answer,
    /// Linked, as far as can be seen.
    Link,
}

/// Plays the calibration and tells the stage and the capabilities what it found.
pub(super) async fn calibrate(
    stage: &mut Stage,
    capabilities: &mut Capabilities,
    wanted: &BTreeSet<Need>,
    seed: u64,
    limit: Duration,
) -> Calibrated {
    let mut calibrated = Calibrated {
        transcript: None,
        calibration: stage.context().calibration.clone(),
        note: None,
        accounts_rejected: false,
        reached: Reached::Nowhere,
    };
    if capabilities.has(Need::Login) {
        walk(stage, &mut calibrated, seed, limit).await;
        if calibrated.reached > Reached::Nowhere {
            look_aside(stage, capabilities, wanted, &mut calibrated, seed).await;
        }
    }
    let named = stage
        .subject()
        .probe
        .as_ref()
        .is_some_and(|probe| probe.account.is_some());
    capabilities.observed(&calibrated.calibration, named, calibrated.note.as_ref());
    let mut context = stage.context().clone();
    context.calibration = calibrated.calibration.clone();
    stage.set_context(context);
    calibrated
}

async fn walk(stage: &mut Stage, calibrated: &mut Calibrated, seed: u64, limit: Duration) {
    let case = case(seed, CALIBRATION, 0);
    let Ok(found) = tokio::time::timeout(limit, observe::calibrate(stage, case)).await else {
        let why = format!("the happy path did not end within {} s", limit.as_secs());
        calibrated.transcript = Some(stage.unplayable(CALIBRATION, case, &why));
        return;
    };
    calibrated.reached = reached(&found.transcript);
    calibrated.accounts_rejected = rejected(&found.transcript);
    let mut level = found.level;
    if calibrated.reached >= Reached::Answer
        && level == ObservationLevel::Wire
        && sober(&found.transcript)
    {
        // The probe says unlinked of a stranger, so it does not say the same of everybody: where it does not follow
        // an acknowledged event, that is a finding about the backend and no reason to look away. A probe that says
        // linked of a stranger is for CTL-02.
        stage.see_by(Sight::configured(stage.subject()), Duration::ZERO);
        level = ObservationLevel::Probe;
    }
    calibrated.calibration.observation = level;
    calibrated.calibration.latency_ms = match calibrated.reached {
        Reached::Link => u64::try_from(found.latency.as_millis()).unwrap_or(u64::MAX),
        // What never came says nothing about how long to wait for it.
        _ => 0,
    };
    if level < ObservationLevel::Probe {
        let why: Vec<&str> = found
            .missed
            .iter()
            .filter(|missed| missed.level > level)
            .map(|missed| missed.why.as_str())
            .collect();
        let why = why.join("; ");
        calibrated.note = (!why.is_empty()).then(|| Text::new(why.clone(), why));
    }
    calibrated.transcript = Some(found.transcript);
}

/// What the backend pins, and which controls its pages have.
async fn look_aside(
    stage: &mut Stage,
    capabilities: &mut Capabilities,
    wanted: &BTreeSet<Need>,
    calibrated: &mut Calibrated,
    seed: u64,
) {
    let plain = stage.plain_redirect();
    let elsewhere = RedirectUri {
        host: FOREIGN_HOST.to_owned(),
        port: None,
        ..plain.clone()
    };
    let astray = RedirectUri {
        path: FOREIGN_PATH.to_owned(),
        ..plain
    };
    calibrated.calibration.origin_pinned = !accepts(stage, elsewhere, seed, 0).await;
    calibrated.calibration.path_pinned = !accepts(stage, astray, seed, 1).await;
    for (need, intent, detail, number) in [
        (Need::BadPassword, Intent::BadPassword, "wrong", 2),
        (Need::Cancel, Intent::Cancel, "", 3),
    ] {
        if !wanted.contains(&need) {
            continue;
        }
        if let Some(why) = stuck(stage, intent, detail, seed, number).await {
            capabilities.lack(need, Some(&Text::new(why.clone(), why)));
        }
    }
}

/// Whether a login under this `redirect_uri` yields a code, wherever it is sent: a backend that sends codes to a
/// place of its own choice is not strict, it is wrong, and RED-01 must see it.
async fn accepts(stage: &Stage, redirect: RedirectUri, seed: u64, number: u32) -> bool {
    let mut recording = stage.record(ASIDE, case(seed, ASIDE, number));
    let setup = FlowSetup {
        account: 0,
        redirect,
        psid: PsidShape::Live,
        user_of: None,
        browser_of: None,
        button_url: None,
    };
    let Ok(flow) = recording.flow(setup) else {
        return false;
    };
    match recording.log_in(flow).await {
        Ok(Some(url)) => url
            .split_once('?')
            .is_some_and(|(_, query)| query.contains("code")),
        Ok(None) | Err(_) => false,
    }
}

/// Why the driver cannot act on the first page in this way; `None` where it can.
async fn stuck(
    stage: &Stage,
    intent: Intent,
    detail: &str,
    seed: u64,
    number: u32,
) -> Option<String> {
    let mut recording = stage.record(ASIDE, case(seed, ASIDE, number));
    let flow = recording.plain_flow(0).ok()?;
    recording.open(flow).await.ok()?;
    match recording.intent(flow, intent, detail).await {
        Ok(Ended::Stuck(why)) => Some(why),
        Ok(Ended::Navigated(_) | Ended::Stayed) | Err(_) => None,
    }
}

fn reached(transcript: &Transcript) -> Reached {
    if transcript.navigation(0).is_none() {
        return Reached::Nowhere;
    }
    let answered = transcript.tagged("after-event").any(|step| {
        matches!(
            &step.what,
            What::Delivered(Delivered {
                status: Some(_),
                ..
            })
        )
    });
    if !answered {
        return Reached::Return;
    }
    let mut looks = ["after-event", "linked"]
        .into_iter()
        .flat_map(|tag| transcript.tagged(tag))
        .filter_map(|step| match &step.what {
            What::Observed(observed) => Some(observed),
            _ => None,
        })
        .peekable();
    // Without any look, nothing speaks against the link.
    let unseen = looks.peek().is_none();
    if unseen || looks.any(|look| matches!(look.state, LinkState::Linked { .. })) {
        Reached::Link
    } else {
        Reached::Answer
    }
}

/// Whether the probe clearly said unlinked before any linking.
fn sober(transcript: &Transcript) -> bool {
    transcript.tagged("never").any(|step| {
        matches!(
            &step.what,
            What::Observed(Observed {
                state: LinkState::Unlinked,
                level: ObservationLevel::Probe,
                ..
            })
        )
    })
}

/// Whether the right password was sent and the form with a password field came back.
fn rejected(transcript: &Transcript) -> bool {
    let sent = transcript
        .exchanges(0)
        .any(|exchange| !exchange.form.is_empty());
    let asks_again = transcript.exchanges(0).last().is_some_and(|last| {
        let page = last.body.to_ascii_lowercase();
        page.contains("type=\"password\"")
            || page.contains("type='password'")
            || page.contains("type=password")
    });
    transcript.navigation(0).is_none() && sent && asks_again
}
