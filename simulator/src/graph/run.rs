//! One call from its parameters to its answer: what it does, its line in the journal, and what follows.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;
use warp::http::{HeaderMap, Method};

use super::answer::{Answer, Consequence, Told};
use super::call::{Call, Received};
use super::endpoint::Endpoint;
use super::error::GraphError;
use super::object::{Json, Object};
use super::{
    app, batch, fetch, messenger_profile, node, persona, rate, send, subscription, thread,
    thread_setting,
};
use crate::hub::Hub;
use crate::journal::{GraphCall, What};
use crate::webhook::{Move, Spoken};
use crate::world::Refusal;

/// A call that is over.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: u16,
    pub(crate) bytes: Bytes,
    pub(crate) version: Option<String>,
    pub(crate) error: Option<GraphError>,
    /// Our own remarks, for a header only.
    pub(crate) hints: Vec<String>,
}

/// Whether a call waits for somebody else before it is answered.
pub(crate) fn waits(hub: &Hub, call: &Call) -> bool {
    match call.endpoint {
        Endpoint::Batch | Endpoint::AppSubscriptions(_) => true,
        Endpoint::Messages => hub.holds.any() || hub.knobs().attachments_fetched,
        Endpoint::MessageAttachments => hub.knobs().attachments_fetched,
        _ => false,
    }
}

/// Does a call that waits: for a hold, for the backend's handshake, for the calls of a batch.
pub(crate) async fn wait_and_finish(
    hub: &Arc<Hub>,
    received: Received,
    call: Call,
    allowed: Result<(), GraphError>,
    cause: Option<u64>,
) -> Done {
    let known = match (&allowed, &call.endpoint) {
        (Ok(()), Endpoint::AppSubscriptions(_)) => {
            subscription::verify(hub, &call).await.map(|()| None)
        }
        (Ok(()), Endpoint::Batch) => batch::run(hub, &call).await.map(Some),
        (Ok(()), Endpoint::Messages) => {
            if let Some(psid) = send::recipient_of(&call.params) {
                tokio::select! {
                    () = hub.stop.cancelled() => {}
                    () = hub.holds.pass(&psid) => {}
                }
            }
            fetch::check(hub, &call).await.map(|()| None)
        }
        (Ok(()), Endpoint::MessageAttachments) => fetch::check(hub, &call).await.map(|()| None),
        _ => Ok(None),
    };
    let allowed = allowed.and(known);
    finish(hub, received, &call, allowed, cause)
}

/// Answers a call, writes it down, and sets off what follows. `allowed` holds the answer of a call that had to
/// wait for it.
pub(crate) fn finish(
    hub: &Arc<Hub>,
    received: Received,
    call: &Call,
    allowed: Result<Option<Json>, GraphError>,
    cause: Option<u64>,
) -> Done {
    let _own = hub.own_time.start();
    let trace = hub.ids.trace();
    let mut told = Told::default();
    let result = allowed.and_then(|known| match known {
        Some(known) => Ok(known),
        None => rate::check(hub, call)
            .and_then(|()| answer(hub, call, &mut told))
            .map(Json::Object),
    });
    let Answer {
        status,
        bytes,
        value,
    } = Answer::of(&result, &trace);
    let now_ms = hub.clock.now_ms();
    let psid = told.psid.take().or_else(|| concerned(hub, call));
    let cause = cause.or_else(|| origin(hub, call, psid.as_deref()));
    let line = GraphCall {
        trace,
        method: received.method.to_string(),
        path: received.path,
        query: received.query,
        headers: lines(&received.headers),
        body: received.body,
        endpoint: call.endpoint.name().to_owned(),
        psid,
        status,
        answer: value,
    };
    let seq = hub.journal.append(now_ms, cause, What::GraphCall(line));
    follow(hub, told.then, now_ms, seq);
    Done {
        status,
        bytes,
        version: call.version.clone(),
        error: result.err(),
        hints: told.hints,
    }
}

/// What a call has set off, once it is in the journal as `seq`.
fn follow(hub: &Arc<Hub>, then: Consequence, now_ms: u64, seq: u64) {
    match then {
        Consequence::None => {}
        Consequence::Said(said) => {
            hub.offered(&said.psid, &said.message);
            let what = What::BotSaid {
                psid: said.psid.clone(),
                message: said.message.clone(),
            };
            hub.journal.append(now_ms, Some(seq), what);
            hub.announce_spoken(&Spoken {
                psid: &said.psid,
                mid: &said.mid,
                message: &said.message,
                cause: seq,
            });
        }
        Consequence::Unlinked { psid, at_ms } => hub.send_unlinked_unattended(psid, at_ms, seq),
        Consequence::Handover(handover) => {
            let how = match handover.call {
                "take_thread_control" => Move::Take,
                "request_thread_control" => Move::Request,
                _ => Move::Pass,
            };
            hub.announce_handover(
                &handover.psid,
                seq,
                how,
                (&handover.from_app_id, &handover.to_app_id),
                handover.metadata.clone(),
            );
            let metadata = handover
                .metadata
                .map_or_else(String::new, |text| format!(", with the metadata {text:?}"));
            hub.note(
                Some(seq),
                format!(
                    "{} of {}: from app {} to app {}{metadata}",
                    handover.call, handover.psid, handover.from_app_id, handover.to_app_id
                ),
            );
        }
    }
}

fn answer(hub: &Arc<Hub>, call: &Call, told: &mut Told) -> Result<Object, GraphError> {
    match &call.endpoint {
        Endpoint::Messages => send::send(hub, call, told),
        Endpoint::MessageAttachments => super::attachment::upload(hub, call),
        Endpoint::UnlinkAccounts => unlink(hub, call, told),
        Endpoint::Recipient | Endpoint::Page => node::page(hub, call, told),
        Endpoint::Profile(psid) => node::profile(hub, psid, call),
        Endpoint::MessengerProfile => match call.method {
            Method::GET => messenger_profile::read(hub, call),
            Method::DELETE => messenger_profile::delete(hub, call),
            _ => messenger_profile::set(hub, call),
        },
        Endpoint::ThreadSettings => thread_setting::change(hub, call),
        Endpoint::Personas => persona::of_page(hub, call),
        Endpoint::Persona(id) => persona::delete(hub, id),
        Endpoint::SubscribedApps => subscription::of_page(hub, call),
        Endpoint::AppSubscriptions(app_id) => subscription::of_app(hub, app_id, call),
        Endpoint::App(app_id) => app::read(hub, app_id, call),
        Endpoint::DebugToken => app::debug_token(hub, call),
        Endpoint::PassThreadControl
        | Endpoint::TakeThreadControl
        | Endpoint::RequestThreadControl
        | Endpoint::ReleaseThreadControl => thread::control(hub, call, told),
        Endpoint::ThreadOwner => thread::read_owner(hub, call),
        Endpoint::SecondaryReceivers => thread::secondary_receivers(hub),
        Endpoint::Unknown { object, hint } => {
            let method = call.method.as_str();
            Err(GraphError::unsupported(method, object).hint(hint.clone()))
        }
        // A batch is answered before it comes here, unless it stands inside another one.
        Endpoint::Batch => Err(GraphError::parameter("A batch cannot hold another batch")),
    }
}

/// `POST /{page}/unlink_accounts` (protocol section 2.2).
fn unlink(hub: &Arc<Hub>, call: &Call, told: &mut Told) -> Result<Object, GraphError> {
    let psid = call
        .params
        .text("psid")
        .ok_or_else(|| GraphError::missing("psid"))?;
    if psid.is_empty() {
        return Err(GraphError::empty("psid"));
    }
    told.then = match hub.unlink_by_call(&psid) {
        Ok(Some(at_ms)) => Consequence::Unlinked {
            psid: psid.into_owned(),
            at_ms,
        },
        Ok(None) => Consequence::None,
        Err(Refusal::UnknownUser { .. }) => return Err(GraphError::no_matching_user()),
        Err(other) => return Err(GraphError::no_matching_user().hint(other.to_string())),
    };
    Ok(Object::result("unlink account success"))
}

/// The user whom a call is about, as far as its answer has not told it.
pub(crate) fn concerned(hub: &Hub, call: &Call) -> Option<String> {
    match &call.endpoint {
        Endpoint::Messages
        | Endpoint::PassThreadControl
        | Endpoint::TakeThreadControl
        | Endpoint::RequestThreadControl
        | Endpoint::ReleaseThreadControl => send::recipient_of(&call.params),
        Endpoint::UnlinkAccounts => call.params.text("psid").map(std::borrow::Cow::into_owned),
        Endpoint::ThreadOwner => call
            .params
            .text("recipient")
            .map(std::borrow::Cow::into_owned),
        Endpoint::Recipient => node::bearer_of_token(hub, call),
        Endpoint::Profile(psid) => Some(psid.clone()),
        _ => None,
    }
}

/// The journal line that a call follows from, as far as it can be told.
///
/// A linking token knows its tap. Any other call says nothing of what made the backend send it, so the event that is
/// on its way to its user counts, or else the newest that was delivered.
fn origin(hub: &Hub, call: &Call, psid: Option<&str>) -> Option<u64> {
    if let Endpoint::Recipient = call.endpoint {
        return node::tap_of_token(hub, call);
    }
    let psid = psid?;
    let under_way = {
        let state = hub.scheduler.state();
        let sending = state.queue.under_way_to(psid);
        sending.map(|queued| queued.cause)
    };
    under_way.unwrap_or_else(|| hub.journal.newest_delivery(psid))
}

fn lines(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}

/// The answer as JSON, for those who pack it into another one.
impl Done {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn value(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }
}
