//! What webhook scenarios begin with: a login whose event is still held, and events made by hand for it.

use crate::generate::{Event, EventKind, Parcel, PsidShape};
use crate::stage::{Cut, Expect, FlowId, FlowSetup, Recording, Stage};
use crate::transcript::{LinkState, Transcript};

/// A linking that waits for its event: the browser has been sent back with a code, nothing was posted yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pending {
    /// The linking.
    pub(crate) flow: FlowId,
    /// The code that the platform's URL parser found.
    pub(crate) code: String,
}

impl Pending {
    /// The `linked` event of this linking, as the platform would date it now.
    pub(crate) fn event(&self, stage: &Stage, recording: &Recording<'_>) -> Event {
        let kind = EventKind::Linked(serde_json::Value::String(self.code.clone()));
        event(stage, recording, self.flow, kind)
    }
}

/// A new user logs in to this account and comes back with a code; `None` when the login ended elsewhere.
pub(crate) async fn log_in(
    recording: &mut Recording<'_>,
    account: usize,
) -> Result<Option<Pending>, Cut> {
    let flow = recording.plain_flow(account)?;
    let code = recording.code(flow).await?;
    Ok(code.map(|code| Pending { flow, code }))
}

/// As [`log_in`], and the state before any event is looked at under the tag `before`, so that a backend
/// that binds at login is not blamed for what is posted afterwards.
pub(crate) async fn log_in_unbound(
    recording: &mut Recording<'_>,
    account: usize,
) -> Result<Option<Pending>, Cut> {
    let pending = log_in(recording, account).await?;
    if let Some(pending) = &pending {
        recording.tag("before");
        recording
            .observe(pending.flow, Expect::StillUnlinked)
            .await?;
    }
    Ok(pending)
}

/// As [`log_in`], and its event is posted and the state looked at under this tag; the event comes along.
/// `None` as well when the user is not linked then: there is nothing to go on from.
pub(crate) async fn link(
    stage: &Stage,
    recording: &mut Recording<'_>,
    tag: &str,
    account: usize,
) -> Result<Option<(Pending, Event)>, Cut> {
    let Some(pending) = log_in(recording, account).await? else {
        return Ok(None);
    };
    let linked = pending.event(stage, recording);
    let seen =
        deliver_and_observe(recording, tag, pending.flow, linked.clone(), Expect::Linked).await?;
    Ok(is_linked(&seen).then_some((pending, linked)))
}

/// As [`link`] under the tag `linked`, and the user unlinks again under `unlinked`; that event comes along last.
/// `None` as well when the user stays linked.
pub(crate) async fn link_and_unlink(
    stage: &Stage,
    recording: &mut Recording<'_>,
    account: usize,
) -> Result<Option<(Pending, Event, Event)>, Cut> {
    let Some((pending, linked)) = link(stage, recording, "linked", account).await? else {
        return Ok(None);
    };
    let flow = pending.flow;
    let gone = after(event(stage, recording, flow, EventKind::Unlinked), &linked);
    let seen =
        deliver_and_observe(recording, "unlinked", flow, gone.clone(), Expect::Unlinked).await?;
    Ok((!is_linked(&seen)).then_some((pending, linked, gone)))
}

/// The user of an earlier linking taps Log In once more, in a fresh browser; `None` as in [`log_in`].
pub(crate) async fn log_in_again(
    stage: &Stage,
    recording: &mut Recording<'_>,
    user_of: FlowId,
    account: usize,
) -> Result<Option<Pending>, Cut> {
    let flow = recording.flow(FlowSetup {
        account,
        redirect: stage.plain_redirect(),
        psid: PsidShape::Live,
        user_of: Some(user_of),
        browser_of: None,
        button_url: None,
    })?;
    let code = recording.code(flow).await?;
    Ok(code.map(|code| Pending { flow, code }))
}

/// An event of the flow's user to the page, dated now.
pub(crate) fn event(
    stage: &Stage,
    recording: &Recording<'_>,
    flow: FlowId,
    kind: EventKind,
) -> Event {
    Event {
        psid: recording.psid(flow).to_owned(),
        page_id: stage.context().page_id.clone(),
        timestamp: recording.now_ms(),
        kind,
    }
}

/// The event, dated after an earlier one of the same user: events of one millisecond have no order.
pub(crate) fn after(mut event: Event, earlier: &Event) -> Event {
    event.timestamp = event.timestamp.max(earlier.timestamp + 1);
    event
}

/// Posts one event as the platform does, under this tag.
pub(crate) async fn deliver(
    recording: &mut Recording<'_>,
    tag: &str,
    flow: FlowId,
    event: Event,
) -> Result<(), Cut> {
    recording.tag(tag);
    recording.deliver(flow, &Parcel::one(event)).await?;
    Ok(())
}

/// Posts one event as the platform does and looks at the state, both under this tag.
pub(crate) async fn deliver_and_observe(
    recording: &mut Recording<'_>,
    tag: &str,
    flow: FlowId,
    event: Event,
    expect: Expect,
) -> Result<LinkState, Cut> {
    post_and_observe(recording, tag, flow, &Parcel::one(event), expect).await
}

/// Posts and looks at the state, both under this tag.
///
/// Where the post was not acknowledged, an effect is not waited for at length: it is there or it is not.
pub(crate) async fn post_and_observe(
    recording: &mut Recording<'_>,
    tag: &str,
    flow: FlowId,
    parcel: &Parcel,
    expect: Expect,
) -> Result<LinkState, Cut> {
    recording.tag(tag);
    let attempt = recording.deliver(flow, parcel).await?;
    let expect = match expect {
        Expect::Linked if !attempt.acknowledged() => Expect::StillUnlinked,
        Expect::Unlinked if !attempt.acknowledged() => Expect::StillLinked,
        expect => expect,
    };
    recording.observe(flow, expect).await
}

/// Whether a look said linked, to whomever.
pub(crate) fn is_linked(state: &LinkState) -> bool {
    matches!(state, LinkState::Linked { .. })
}

/// Ends a recording: whole when everything was played, cut with the reason when not.
pub(crate) fn end(recording: Recording<'_>, played: Result<(), Cut>) -> Transcript {
    match played {
        Ok(()) => recording.finish(),
        Err(cut) => recording.cut(cut),
    }
}
