//! Buttons, the Log In and Log Out buttons among them.

use std::net::IpAddr;

use url::{Host, Url};

use super::place::Part;
use crate::graph::error::GraphError;

const TITLE: usize = 20;
const PAYLOAD: usize = 1_000;

const KINDS: [&str; 6] = [
    "WEB_URL",
    "POSTBACK",
    "PHONE_NUMBER",
    "ACCOUNT_LINK",
    "ACCOUNT_UNLINK",
    "GAME_PLAY",
];

const WEB_URL_KEYS: [&str; 7] = [
    "type",
    "url",
    "title",
    "webview_height_ratio",
    "messenger_extensions",
    "fallback_url",
    "webview_share_button",
];

pub(super) fn check(button: &Part<'_>) -> Result<(), GraphError> {
    match button.choice("type", &KINDS)?.as_str() {
        // Neither linking button takes a title: the labels are the platform's own (protocol row 1.7.3).
        "account_link" => {
            button.only(&["type", "url"])?;
            check_linking_url(button)
        }
        "account_unlink" => button.only(&["type"]),
        "web_url" => {
            button.only(&WEB_URL_KEYS)?;
            button.text("title", TITLE)?;
            check_url(button, "url")
        }
        "game_play" => {
            button.only(&["type", "title", "payload", "game_metadata"])?;
            button.text("title", TITLE)?;
            button.optional_text("payload", PAYLOAD).map(drop)
        }
        // Postback and phone number.
        _ => {
            button.only(&["type", "title", "payload"])?;
            button.text("title", TITLE)?;
            button.text("payload", PAYLOAD).map(drop)
        }
    }
}

/// What a tap on a card does: a URL button without a title.
pub(super) fn check_default_action(action: &Part<'_>) -> Result<(), GraphError> {
    action.only(&WEB_URL_KEYS.map(|key| if key == "title" { "type" } else { key }))?;
    action.choice("type", &["WEB_URL"])?;
    check_url(action, "url")
}

/// An absolute http or https address.
pub(super) fn check_url(part: &Part<'_>, key: &str) -> Result<(), GraphError> {
    let text = part.text(key, usize::MAX)?;
    let valid = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if valid {
        Ok(())
    } else {
        Err(GraphError::not_a_url(part.place.under(key).name()))
    }
}

/// HTTPS is demanded (protocol row 1.7.1). Plain http passes for loopback hosts alone, where no certificate can
/// be had; that exception is ours, production has none.
fn check_linking_url(button: &Part<'_>) -> Result<(), GraphError> {
    check_url(button, "url")?;
    let url = Url::parse(button.text("url", usize::MAX)?).ok();
    let allowed = url.is_some_and(|url| url.scheme() == "https" || is_loopback(&url));
    if allowed {
        Ok(())
    } else {
        let error = GraphError::not_a_url(button.place.under("url").name());
        Err(error.hint(
            "the url of a Log In button must be https; http is taken for loopback hosts only",
        ))
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}
