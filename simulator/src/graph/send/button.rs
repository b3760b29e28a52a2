//! Buttons, the Log In and Log Out buttons among them.

use crate::graph::error::GraphError;
use crate::graph::place::Part;
use crate::graph::shape::{self, Field, Rule, needed, optional};

const TITLE: usize = 20;
const PAYLOAD: usize = 1_000;

const KINDS: [&str; 7] = [
    "WEB_URL",
    "POSTBACK",
    "PHONE_NUMBER",
    "ACCOUNT_LINK",
    "ACCOUNT_UNLINK",
    "GAME_PLAY",
    "ELEMENT_SHARE",
];

/// Neither linking button takes a title: the labels are the platform's own (protocol row 1.7.3).
const ACCOUNT_LINK: [Field; 2] = [needed("type", Rule::Any), needed("url", Rule::SecureUrl)];

const ACCOUNT_UNLINK: [Field; 1] = [needed("type", Rule::Any)];

const WEB_URL: [Field; 7] = [
    needed("type", Rule::Any),
    needed("title", Rule::Text(TITLE)),
    needed("url", Rule::Url),
    optional("webview_height_ratio", HEIGHTS),
    optional("messenger_extensions", Rule::Flag),
    optional("fallback_url", Rule::Url),
    optional("webview_share_button", Rule::Text(20)),
];

const HEIGHTS: Rule = Rule::Choice(&["COMPACT", "TALL", "FULL"]);

/// What a tap on a card does: a URL button without a title.
const DEFAULT_ACTION: [Field; 6] = [
    needed("type", Rule::Choice(&["WEB_URL"])),
    needed("url", Rule::Url),
    optional("webview_height_ratio", HEIGHTS),
    optional("messenger_extensions", Rule::Flag),
    optional("fallback_url", Rule::Url),
    optional("webview_share_button", Rule::Text(20)),
];

const GAME_PLAY: [Field; 4] = [
    needed("type", Rule::Any),
    needed("title", Rule::Text(TITLE)),
    optional("payload", Rule::Text(PAYLOAD)),
    optional("game_metadata", Rule::Any),
];

/// Retired; old bots still send it.
const ELEMENT_SHARE: [Field; 2] = [
    needed("type", Rule::Any),
    optional("share_contents", Rule::Any),
];

/// Postback and phone number.
const WITH_PAYLOAD: [Field; 3] = [
    needed("type", Rule::Any),
    needed("title", Rule::Text(TITLE)),
    needed("payload", Rule::Text(PAYLOAD)),
];

pub(super) fn check(button: &Part<'_>) -> Result<(), GraphError> {
    let fields: &[Field] = match button.choice("type", &KINDS)?.as_str() {
        "account_link" => &ACCOUNT_LINK,
        "account_unlink" => &ACCOUNT_UNLINK,
        "web_url" => &WEB_URL,
        "game_play" => &GAME_PLAY,
        "element_share" => &ELEMENT_SHARE,
        _ => &WITH_PAYLOAD,
    };
    shape::check(button, fields)
}

pub(super) fn check_default_action(action: &Part<'_>) -> Result<(), GraphError> {
    shape::check(action, &DEFAULT_ACTION)
}

/// An item of the persistent menu: a link or a postback (protocol row 1.1.4), with a longer title.
pub(crate) fn menu_item(item: &Part<'_>) -> Result<(), GraphError> {
    const MENU_TITLE: usize = 30;
    const LINK: [Field; 7] = [
        needed("type", Rule::Any),
        needed("title", Rule::Text(MENU_TITLE)),
        needed("url", Rule::Url),
        optional("webview_height_ratio", HEIGHTS),
        optional("messenger_extensions", Rule::Flag),
        optional("fallback_url", Rule::Url),
        optional("webview_share_button", Rule::Text(20)),
    ];
    const POSTBACK: [Field; 3] = [
        needed("type", Rule::Any),
        needed("title", Rule::Text(MENU_TITLE)),
        needed("payload", Rule::Text(PAYLOAD)),
    ];
    match item.choice("type", &["WEB_URL", "POSTBACK"])?.as_str() {
        "web_url" => shape::check(item, &LINK),
        _ => shape::check(item, &POSTBACK),
    }
}
