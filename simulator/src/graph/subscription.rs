//! Who receives which webhook fields: the app's subscription and the page's (protocol section 3.4).

use warp::http::Method;

use super::call::Call;
use super::error::GraphError;
use super::object::{Json, Object};
use super::param::Params;
use super::place::Place;
use super::shape::is_secure;
use crate::hub::Hub;
use crate::webhook::verification;
use crate::world::{Change, Subscription};

/// Fields of the object `page`: those of conversations (protocol row 3.4.6), then others that a page has and that
/// this platform has no events for.
const FIELDS: [&str; 34] = [
    "messages",
    "messaging_postbacks",
    "message_deliveries",
    "message_reads",
    "message_echoes",
    "message_edits",
    "message_reactions",
    "messaging_account_linking",
    "messaging_optins",
    "messaging_optouts",
    "messaging_referrals",
    "messaging_handovers",
    "messaging_policy_enforcement",
    "messaging_feedback",
    "messaging_game_plays",
    "messaging_payments",
    "messaging_pre_checkouts",
    "messaging_checkout_updates",
    "response_feedback",
    "send_cart",
    "standby",
    "messenger_template_status_update",
    "message_template_status_update",
    "feed",
    "mention",
    "conversations",
    "ratings",
    "leadgen",
    "live_videos",
    "name",
    "picture",
    "category",
    "description",
    "videos",
];

/// What is answered as the version of every field.
const FIELD_VERSION: &str = "v26.0";

/// `/{app-id}/subscriptions`.
pub(crate) fn of_app(hub: &Hub, app_id: &str, call: &Call) -> Result<Object, GraphError> {
    match call.method {
        Method::GET => Ok(list(hub, app_id)),
        Method::DELETE => unsubscribe(hub, app_id, &call.params),
        _ => {
            let (asked, _) = asked(&call.params)?;
            replace(hub, app_id, |subscription| {
                subscription.callback_url = asked.callback_url;
                subscription.verify_token = asked.verify_token;
                subscription.fields = asked.fields;
            })
        }
    }
}

/// What must be learnt from the backend before a subscription is made: that it is the one (protocol row 3.1.1).
pub(crate) async fn verify(hub: &Hub, call: &Call) -> Result<(), GraphError> {
    if call.method != Method::POST {
        return Ok(());
    }
    let (asked, url) = asked(&call.params)?;
    let challenge = hub.ids.challenge();
    let query = verification(&challenge, &asked.verify_token);
    let answer = hub
        .handshake(Some(&url), &query, hub.config.ack_timeout)
        .await;
    match answer.failure(&challenge) {
        None => Ok(()),
        Some(sentence) => Err(GraphError::not_verified(sentence)),
    }
}

/// The subscription that a request asks for, and its address once more.
fn asked(params: &Params) -> Result<(Subscription, String), GraphError> {
    let text = |name: &str| {
        let text = params.text(name).ok_or_else(|| GraphError::missing(name))?;
        if text.is_empty() {
            Err(GraphError::empty(name))
        } else {
            Ok(text.into_owned())
        }
    };
    object(params)?;
    let callback_url = text("callback_url")?;
    let secure = url::Url::parse(&callback_url).is_ok_and(|url| is_secure(&url));
    if !secure {
        return Err(GraphError::not_a_url("callback_url")
            .hint("callback_url must be https; http is taken for loopback hosts only"));
    }
    let fields = fields(params, "fields")?.ok_or_else(|| GraphError::missing("fields"))?;
    let subscription = Subscription {
        callback_url: Some(callback_url.clone()),
        verify_token: text("verify_token")?,
        fields,
        page_fields: None,
    };
    Ok((subscription, callback_url))
}

fn object(params: &Params) -> Result<(), GraphError> {
    match params.text("object").as_deref() {
        Some("page") => Ok(()),
        None | Some("") => Err(GraphError::missing("object")),
        Some(_) => {
            let error = GraphError::not_one_of("object", &["PAGE"]);
            Err(error.hint("this platform has events of the object page only"))
        }
    }
}

fn list(hub: &Hub, app_id: &str) -> Object {
    let world = hub.world();
    let subscription = world.page().subscriptions.of(app_id);
    let Some((subscription, url)) = subscription
        .and_then(|subscription| Some((subscription, subscription.callback_url.as_ref()?)))
    else {
        return Object::data(Vec::new());
    };
    let fields: Vec<Json> = subscription
        .fields
        .iter()
        .map(|field| {
            Object::default()
                .with("name", field)
                .with("version", FIELD_VERSION)
                .into()
        })
        .collect();
    Object::data(vec![
        Object::default()
            .with("object", "page")
            .with("callback_url", url)
            .with("active", true)
            .with("fields", fields),
    ])
}

/// Some fields, or all of them and the address with them.
fn unsubscribe(hub: &Hub, app_id: &str, params: &Params) -> Result<Object, GraphError> {
    if params.has("object") {
        object(params)?;
    }
    let named = fields(params, "fields")?;
    replace(hub, app_id, |subscription| {
        if let Some(named) = named {
            subscription.fields.retain(|field| !named.contains(field));
        } else {
            subscription.fields.clear();
            subscription.callback_url = None;
        }
    })
}

/// `/{page}/subscribed_apps`.
///
/// A page's token is that of the first app, so it is this one that the page subscribes.
pub(crate) fn of_page(hub: &Hub, call: &Call) -> Result<Object, GraphError> {
    let app_id = &hub.config.app_id;
    match call.method {
        Method::GET => Ok(installed(hub)),
        Method::DELETE => replace(hub, app_id, |subscription| subscription.page_fields = None),
        _ => {
            let named = fields(&call.params, "subscribed_fields")?;
            let named = match named {
                Some(named) => named,
                // Before v3.2 the page's level knew no fields (protocol row 3.4.5).
                None if is_before_fields(call.version.as_deref()) => app_fields(hub),
                None => return Err(GraphError::missing("subscribed_fields")),
            };
            replace(hub, app_id, |subscription| {
                subscription.page_fields = Some(named);
            })
        }
    }
}

fn is_before_fields(version: Option<&str>) -> bool {
    let number = |text: &str| text.parse::<u32>().ok();
    version
        .and_then(|version| version.strip_prefix('v')?.split_once('.'))
        .and_then(|(major, minor)| Some((number(major)?, number(minor)?)))
        .is_some_and(|version| version < (3, 2))
}

fn app_fields(hub: &Hub) -> Vec<String> {
    let world = hub.world();
    let subscription = world.page().subscriptions.of(&hub.config.app_id);
    subscription.map_or_else(Vec::new, |subscription| subscription.fields.clone())
}

fn installed(hub: &Hub) -> Object {
    let world = hub.world();
    let subscription = world.page().subscriptions.of(&hub.config.app_id);
    let fields = subscription.and_then(|subscription| subscription.page_fields.as_deref());
    Object::data(
        fields
            .map(|fields| {
                Object::default()
                    .with("name", &hub.config.app_name)
                    .with("id", &hub.config.app_id)
                    .with("subscribed_fields", fields)
            })
            .into_iter()
            .collect(),
    )
}

fn replace(
    hub: &Hub,
    app_id: &str,
    change: impl FnOnce(&mut Subscription),
) -> Result<Object, GraphError> {
    let kept = hub.world().page().subscriptions.of(app_id).cloned();
    let mut subscription = kept.unwrap_or_default();
    change(&mut subscription);
    let change = Change::Subscription {
        app_id: app_id.to_owned(),
        subscription,
    };
    hub.change(&change)
        .map_err(|refusal| GraphError::full(refusal.to_string()))?;
    Ok(Object::success())
}

/// A list of webhook fields, in any of its shapes.
fn fields(params: &Params, name: &str) -> Result<Option<Vec<String>>, GraphError> {
    let Some(list) = params.list(name) else {
        return Ok(None);
    };
    let mut read: Vec<String> = Vec::new();
    for (index, field) in list.split(',').map(str::trim).enumerate() {
        if field.is_empty() {
            return Err(GraphError::empty(name));
        }
        if !FIELDS.contains(&field) {
            let place = Place::of(name).under(index);
            return Err(GraphError::not_one_of(place.name(), &FIELDS));
        }
        if !read.iter().any(|known| known == field) {
            read.push(field.to_owned());
        }
    }
    Ok(Some(read))
}
