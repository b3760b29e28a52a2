//! What the bot says: the Log In and Log Out buttons, who is linked, and the words around a link.

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::state::App;

/// The answer to a text message of `psid`.
pub(crate) fn answer(app: &App, psid: &str, said: &str) -> Value {
    match said.trim().to_lowercase().as_str() {
        "login" => login_button(app),
        "logout" if app.has(Fault::NoWayOut) => text("Please ask our staff."),
        "logout" => buttons(
            "Log out of your account here.",
            &json!({ "type": "account_unlink" }),
        ),
        "whoami" => whoami(app, psid),
        _ if app.has(Fault::LoginWallGreeting) => login_button(app),
        _ => text("Hello! Say \"login\" to link your account, or \"whoami\" to see who you are."),
    }
}

/// What is said once a link stands, with a way out (S53).
pub(crate) fn thanks(app: &App, name: &str) -> Value {
    let words = format!("Thank you, {name}. Your account is linked.");
    if app.has(Fault::NoWayOut) {
        text(&words)
    } else {
        buttons(
            &format!("{words} You can log out at any time."),
            &json!({ "type": "account_unlink" }),
        )
    }
}

/// What is said once a link is gone.
pub(crate) fn goodbye() -> Value {
    text("Your account is no longer linked. Say \"login\" to link it again.")
}

fn whoami(app: &App, psid: &str) -> Value {
    let state = app.state();
    let known = if app.has(Fault::ProfileSurvivesUnlink) {
        &state.profiles
    } else {
        &state.links
    };
    match known.get(psid) {
        Some(name) => text(&format!("You are linked as {name}.")),
        None => text("You are not linked."),
    }
}

fn login_button(app: &App) -> Value {
    let button = if app.has(Fault::WebUrlInsteadOfAccountLink) {
        json!({ "type": "web_url", "url": app.linking_url, "title": "Log in" })
    } else {
        // No title: the platform writes its own and refuses ours (protocol row 1.7.3).
        json!({ "type": "account_link", "url": app.linking_url })
    };
    buttons("Log in to see your orders here.", &button)
}

fn text(words: &str) -> Value {
    json!({ "text": words })
}

fn buttons(words: &str, button: &Value) -> Value {
    json!({ "attachment": { "type": "template", "payload": {
        "template_type": "button", "text": words, "buttons": [button],
    } } })
}
