//! Who controls a conversation: the handover protocol as far as one app sees it (protocol section 4.3).

use super::answer::{Consequence, Handover, Told};
use super::call::Call;
use super::endpoint::Endpoint;
use super::error::GraphError;
use super::object::Object;
use super::send::psid_of;
use crate::hub::Hub;
use crate::world::Change;

/// The page's own inbox, which every page has beside its apps.
pub(crate) const PAGE_INBOX: &str = "263902037430900";

/// Metadata is bounded as that of messages is.
const METADATA: usize = 1_000;

/// `pass_`, `take_`, `request_` and `release_thread_control`.
pub(crate) fn control(hub: &Hub, call: &Call, told: &mut Told) -> Result<Object, GraphError> {
    let psid = psid_of(&call.params)?;
    told.psid = Some(psid.clone());
    if hub.world().name_of(&psid).is_none() {
        return Err(GraphError::no_matching_user());
    }
    let metadata = call
        .params
        .text("metadata")
        .map(std::borrow::Cow::into_owned);
    if metadata
        .as_ref()
        .is_some_and(|text| text.chars().count() > METADATA)
    {
        return Err(GraphError::too_long("metadata", METADATA));
    }
    let own = &hub.config.app_id;
    let primary = primary(hub);
    let owner = owner(hub, &psid);
    let (name, from, to) = match &call.endpoint {
        Endpoint::PassThreadControl => {
            let target = call
                .params
                .text("target_app_id")
                .ok_or_else(|| GraphError::missing("target_app_id"))?;
            if !is_id(&target) {
                return Err(GraphError::wrong_app_id());
            }
            if owner != *own {
                return Err(GraphError::other_app_controls());
            }
            ("pass_thread_control", owner, target.into_owned())
        }
        Endpoint::TakeThreadControl => {
            if primary != *own {
                let hint =
                    "only the primary receiver can take control; a secondary one requests it";
                return Err(GraphError::receivers_only().hint(hint));
            }
            ("take_thread_control", owner, own.clone())
        }
        Endpoint::ReleaseThreadControl => {
            if owner != *own {
                return Err(GraphError::other_app_controls());
            }
            ("pass_thread_control", owner, primary.clone())
        }
        _ => ("request_thread_control", owner, own.clone()),
    };
    if name != "request_thread_control" {
        let app_id = (to != primary).then(|| to.clone());
        let change = Change::Owner {
            psid: psid.clone(),
            app_id,
        };
        hub.change(&change)
            .map_err(|refusal| GraphError::full(refusal.to_string()))?;
    }
    told.then = Consequence::Handover(Handover {
        psid,
        call: name,
        from_app_id: from,
        to_app_id: to,
        metadata,
    });
    Ok(Object::success())
}

/// `GET /{page}/thread_owner?recipient=`.
pub(crate) fn read_owner(hub: &Hub, call: &Call) -> Result<Object, GraphError> {
    let psid = call
        .params
        .text("recipient")
        .filter(|psid| !psid.is_empty())
        .ok_or_else(|| GraphError::missing("recipient"))?;
    if hub.world().name_of(&psid).is_none() {
        return Err(GraphError::no_matching_user());
    }
    let owner = Object::default().with("app_id", owner(hub, &psid));
    Ok(Object::data(vec![
        Object::default().with("thread_owner", owner),
    ]))
}

/// `GET /{page}/secondary_receivers`: for the primary receiver.
pub(crate) fn secondary_receivers(hub: &Hub) -> Result<Object, GraphError> {
    if primary(hub) != hub.config.app_id {
        return Err(GraphError::receivers_only().hint("this app is not the primary receiver"));
    }
    Ok(Object::data(vec![
        Object::default()
            .with("id", PAGE_INBOX)
            .with("name", "Page Inbox"),
    ]))
}

fn primary(hub: &Hub) -> String {
    if hub.knobs().primary_receiver {
        hub.config.app_id.clone()
    } else {
        PAGE_INBOX.to_owned()
    }
}

/// The app that controls the conversation.
pub(crate) fn owner(hub: &Hub, psid: &str) -> String {
    let world = hub.world();
    let passed = world.page().threads.owner_of(psid).map(str::to_owned);
    drop(world);
    passed.unwrap_or_else(|| primary(hub))
}

fn is_id(text: &str) -> bool {
    (1..=20).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
