//! What odd linkings are held against: a plain login beside them, and a `redirect_uri` that shows what was done to it.

use linklab_simulator::webview::Landing;

use crate::context::ObservationLevel;
use crate::generate::{Pair, PsidShape, RedirectUri};
use crate::stage::{Cut, Expect, FlowId, FlowSetup, Recording, Stage};

/// A `redirect_uri` that this backend accepts, with one more parameter: an address inside, escaped twice in one place,
/// so that a decoding too much, a lost parameter and a forgotten query all show.
pub(crate) fn telling_redirect(stage: &Stage) -> RedirectUri {
    let mut redirect = stage.plain_redirect();
    redirect
        .query
        .get_or_insert_default()
        .push(Pair::new("next", "%2Fshop%3Fid%3D7%26from%3D%252Fmenu"));
    redirect
}

/// A new user with a fresh browser towards this `redirect_uri`.
pub(crate) fn newcomer(account: usize, redirect: RedirectUri) -> FlowSetup {
    FlowSetup {
        account,
        redirect,
        psid: PsidShape::Live,
        user_of: None,
        browser_of: None,
        button_url: None,
    }
}

/// Plays an ordinary login of a new user as the next flow, under the tag `control`: where it does not come back,
/// nothing odd is to blame.
pub(crate) async fn control(
    recording: &mut Recording<'_>,
    account: usize,
    redirect: RedirectUri,
) -> Result<(), Cut> {
    recording.tag("control");
    let flow = recording.flow(newcomer(account, redirect))?;
    recording.log_in(flow).await?;
    Ok(())
}

/// Whether events can be posted and the link state can be seen.
pub(crate) fn can_see_links(stage: &Stage) -> bool {
    stage.subject().webhook_url.is_some()
        && stage.context().calibration.observation != ObservationLevel::Wire
}

/// Hands a return to the platform and looks whether the user is linked then, under the tag `after-event`.
pub(crate) async fn arrive(
    stage: &Stage,
    recording: &mut Recording<'_>,
    flow: FlowId,
    url: &str,
) -> Result<(), Cut> {
    recording.tag("after-event");
    let code = recording.land(flow, url, Landing::Deliver).await?;
    if code.is_some() && can_see_links(stage) {
        recording.observe(flow, Expect::Linked).await?;
    }
    Ok(())
}

/// Looks that nobody is linked after a failure, under the tag `after-failure`.
pub(crate) async fn see_nothing_linked(
    stage: &Stage,
    recording: &mut Recording<'_>,
    flow: FlowId,
) -> Result<(), Cut> {
    if can_see_links(stage) {
        recording.tag("after-failure");
        recording.observe(flow, Expect::StillUnlinked).await?;
    }
    Ok(())
}
