//! Users over HTTP, and all that they do in their conversation.

use std::str::FromStr as _;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::error::ControlError;
use super::operation::{Kind, Operation, needed, operation, optional};
use super::request::Request;
use crate::Simulator;
use crate::journal::{Redaction, of_attempt};
use crate::webhook::{Attempt, Happening};
use crate::webview::{Address, Landing, LandingResult, Opening, Tapped, come_back};
use crate::world::{Client, Entry};

pub(super) const OPERATIONS: &[Operation] = &[
    operation("GET", "/users", "listUsers", "Users in the order of their ids.", |platform, request| {
        Box::pin(async move { list(&platform, &request) })
    })
    .asking(&[
        optional("after", Kind::Text, "Only ids behind this one."),
        optional("limit", Kind::Number, "How many at most; 100 unless told otherwise, 1000 at most."),
    ]),
    operation("POST", "/users", "addUser", "Adds a user who talks to the page.", |platform, request| {
        Box::pin(async move { add(&platform, &request) })
    })
    .taking(&[
        needed("name", Kind::Text, "Full name."),
        optional("psid", Kind::Text, "Decimal id of at most 20 digits; one is made otherwise."),
        optional("client", Kind::Text, "ios, android or web; ios unless told otherwise."),
    ]),
    operation("GET", "/users/{psid}", "readUser", "One user.", |platform, request| {
        Box::pin(async move { Ok(Answer::Json(user(&platform, request.part("psid"))?)) })
    }),
    operation("PUT", "/users/{psid}/client", "setClient", "Gives the user another Messenger client.", |platform, request| {
        Box::pin(async move {
            let SetClient { client } = request.body()?;
            let psid = known(&platform, &request)?;
            platform.set_client(&psid, of_name(&client)?)?;
            Ok(Answer::Json(user(&platform, &psid)?))
        })
    })
    .taking(&[needed("client", Kind::Text, "ios, android or web.")]),
    operation("POST", "/users/{psid}/say", "say", "The user types a text; the event is delivered.", |platform, request| {
        Box::pin(async move {
            let Text { text } = request.body()?;
            let psid = known(&platform, &request)?;
            Ok(attempted(&platform, &platform.say(&psid, &text).await?))
        })
    })
    .taking(&[needed("text", Kind::Text, "What is typed.")]),
    operation("POST", "/users/{psid}/postback", "postback", "The user presses a postback button.", |platform, request| {
        Box::pin(async move {
            let Pressed { title, payload } = request.body()?;
            let psid = known(&platform, &request)?;
            Ok(attempted(&platform, &platform.postback(&psid, &title, &payload).await?))
        })
    })
    .taking(&[
        needed("title", Kind::Text, "What stands on the button."),
        needed("payload", Kind::Text, "What the backend gave it."),
    ]),
    operation("POST", "/users/{psid}/read", "readMessages", "The user has seen everything that was said; the receipt is delivered.", |platform, request| {
        Box::pin(async move {
            let psid = known(&platform, &request)?;
            Ok(attempted(&platform, &platform.read(&psid).await?))
        })
    }),
    operation("POST", "/users/{psid}/event", "raiseEvent", "An event with the given keys beside sender, recipient and timestamp is delivered to every app.", |platform, request| {
        Box::pin(async move {
            let Raw { event } = request.body()?;
            let psid = known(&platform, &request)?;
            Ok(attempted(&platform, &platform.happen(&psid, Happening::Other(event)).await?))
        })
    })
    .taking(&[needed("event", Kind::Object, "Keys of the event.")]),
    operation("POST", "/users/{psid}/log-in", "tapLogIn", "The user taps a Log In button; open the answered url in a browser.", |platform, request| {
        Box::pin(async move {
            let Target { url } = request.body()?;
            let psid = known(&platform, &request)?;
            Ok(Answer::Json(opened(&platform.tap_log_in(&psid, &url, None)?)))
        })
    })
    .taking(&[needed("url", Kind::Text, "The url of the button.")]),
    operation("POST", "/users/{psid}/tap", "tapButton", "The user taps a button as the backend sent it.", |platform, request| {
        Box::pin(async move {
            let Button { button } = request.body()?;
            let psid = known(&platform, &request)?;
            let tapped = platform.tap_button(&psid, &button).await?;
            Ok(touched(&platform, tapped))
        })
    })
    .taking(&[needed("button", Kind::Object, "The button with its type.")]),
    operation("POST", "/users/{psid}/open", "openFrom", "The user opens an address from a place in Messenger.", |platform, request| {
        Box::pin(async move {
            let Opened { entry, url } = request.body()?;
            let psid = known(&platform, &request)?;
            Ok(touched(&platform, platform.open_from(&psid, entry, &url)?))
        })
    })
    .taking(&[
        needed("entry", Kind::Text, "log_in_button, url_button, persistent_menu and so on."),
        needed("url", Kind::Text, "The address."),
    ]),
    operation("POST", "/users/{psid}/log-out", "tapLogOut", "The user taps the Log Out button; the event is delivered.", |platform, request| {
        Box::pin(async move {
            let psid = known(&platform, &request)?;
            Ok(attempted(&platform, &platform.tap_log_out(&psid).await?))
        })
    }),
    operation("GET", "/users/{psid}/thread-details", "readThreadDetails", "What the thread details screen offers.", |platform, request| {
        Box::pin(async move {
            let details = platform.thread_details(&known(&platform, &request)?);
            Ok(Answer::Json(json!({
                "linked": details.linked,
                "account_linking_url": details.account_linking_url,
            })))
        })
    }),
    operation("POST", "/users/{psid}/thread-details/tap", "tapThreadDetails", "The user taps Log In, or Log Out if linked, in the thread details.", |platform, request| {
        Box::pin(async move {
            let psid = known(&platform, &request)?;
            let tapped = platform.tap_thread_details(&psid).await?;
            Ok(touched(&platform, tapped))
        })
    }),
    operation("GET", "/users/{psid}/linkings", "listLinkings", "How the user's linkings ended and why, the newest last.", |platform, request| {
        Box::pin(async move { linkings(&platform, &request) })
    })
    .asking(&[optional("limit", Kind::Number, "The newest so many; 100 unless told otherwise, 1000 at most.")]),
    operation("POST", "/land", "land", "A webview arrives at a redirect_uri without a browser.", |platform, request| {
        Box::pin(land(platform, request))
    })
    .taking(&[
        needed("url", Kind::Text, "The redirect_uri as the backend completed it."),
        optional("hold", Kind::Flag, "Whether the event is kept back and nothing decided."),
    ]),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Added {
    name: String,
    psid: Option<String>,
    client: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetClient {
    client: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Pressed {
    title: String,
    payload: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    event: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Button {
    button: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opened {
    entry: Entry,
    url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Landed {
    url: String,
    #[serde(default)]
    hold: bool,
}

fn of_name(name: &str) -> Result<Client, ControlError> {
    Client::from_str(name)
        .map_err(|why| ControlError::BadRequest(format!("the client cannot be \"{name}\": {why}")))
}

/// The user in the path, if there is one of that id.
fn known(platform: &Simulator, request: &Request) -> Result<String, ControlError> {
    let psid = request.part("psid");
    if platform.client_of(psid).is_some() {
        return Ok(psid.to_owned());
    }
    Err(ControlError::NotFound(format!(
        "no user has the id {psid}; GET /_linklab/users lists them"
    )))
}

fn user(platform: &Simulator, psid: &str) -> Result<Value, ControlError> {
    let world = platform.hub().world();
    let Some((name, client)) = world.name_of(psid).zip(world.client_of(psid)) else {
        return Err(ControlError::NotFound(format!(
            "no user has the id {psid}; GET /_linklab/users lists them"
        )));
    };
    Ok(json!({
        "psid": psid,
        "name": name,
        "client": client,
        "linked": world.link_of(psid).is_some(),
    }))
}

fn list(platform: &Simulator, request: &Request) -> Result<Answer, ControlError> {
    let limit = request.limit()?;
    let (ids, total) = {
        let world = platform.hub().world();
        let ids = world.users_after(request.text("after").unwrap_or_default(), limit);
        let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
        (ids, world.user_count())
    };
    let users: Vec<Value> = ids
        .iter()
        .filter_map(|psid| user(platform, psid).ok())
        .collect();
    Ok(Answer::Json(json!({ "users": users, "total": total })))
}

fn add(platform: &Simulator, request: &Request) -> Result<Answer, ControlError> {
    let Added { name, psid, client } = request.body()?;
    let client = client.as_deref().map(of_name).transpose()?;
    let psid = platform.add_user(psid.as_deref(), &name)?;
    if let Some(client) = client {
        platform.set_client(&psid, client)?;
    }
    Ok(Answer::Json(user(platform, &psid)?))
}

/// How a delivery went, without secrets.
pub(super) fn attempted(platform: &Simulator, attempt: &Attempt) -> Answer {
    let mut value = of_attempt(attempt);
    Redaction::of(platform.config()).value(&mut value);
    Answer::Json(json!({ "attempt": value }))
}

/// The linking URL holds a token: whoever taps needs it.
fn opened(opening: &Opening) -> Value {
    json!({
        "opened": "linking",
        "psid": opening.psid,
        "url": opening.url,
        "start_url": opening.start_url,
        "redirect_uri": opening.redirect_uri,
    })
}

fn touched(platform: &Simulator, tapped: Tapped) -> Answer {
    match tapped {
        Tapped::Linking(opening) => Answer::Json(opened(&opening)),
        Tapped::Page(page) => Answer::Json(json!({
            "opened": "page",
            "psid": page.psid,
            "url": page.url,
            "start_url": page.start_url,
            "reason": page.reason.to_string(),
        })),
        Tapped::Event(attempt) => attempted(platform, &attempt),
        Tapped::Call(number) => Answer::Json(json!({ "calls": number })),
    }
}

fn linkings(platform: &Simulator, request: &Request) -> Result<Answer, ControlError> {
    let limit = request.limit()?;
    let ends = platform.linkings(&known(platform, request)?);
    let older = ends.len().saturating_sub(limit);
    let told: Vec<Value> = ends
        .iter()
        .skip(older)
        .map(|linking| {
            json!({
                "tapped_ms": linking.tapped_ms,
                "ended_ms": linking.ended_ms,
                "tap": linking.tap,
                "linked": linking.aborted.is_none(),
                "reason": linking.aborted.as_ref().map(ToString::to_string),
                "advice": linking.aborted.as_ref().map(crate::world::AbortReason::advice),
            })
        })
        .collect();
    Ok(Answer::Json(json!({ "linkings": told, "older": older })))
}

async fn land(platform: Simulator, request: Request) -> Result<Answer, ControlError> {
    let Landed { url, hold } = request.body()?;
    let landing = if hold {
        Landing::Hold
    } else {
        Landing::Deliver
    };
    let hub = platform.hub();
    let landed = come_back(hub, None, Address::of_url(&url), landing)
        .await
        .landed();
    let (result, reason) = match landed.result {
        LandingResult::Linked => ("linked", None),
        LandingResult::Held => ("held", None),
        LandingResult::Aborted(reason) => ("aborted", Some(reason)),
    };
    Ok(Answer::Json(
        json!({ "psid": landed.psid, "result": result, "reason": reason }),
    ))
}
