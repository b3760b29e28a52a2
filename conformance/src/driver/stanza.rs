//! What discovery found, as a stanza of linking.toml: freezes the guesses so that CI does not depend on them.

use url::Url;

use super::discover;
use super::form::Press;
use super::page::Page;
use super::parse::{Raw, page};
use crate::subject::LoginHints;

/// The `[login]` stanza for a page of the backend; what was not found is left out.
///
/// ```
/// let page = r#"<form method=post><input name=email><input type=password name=pw><button>Log in</button></form>"#;
/// let stanza = linklab_conformance::driver::discovered(page, "https://facebook.com/back", &Default::default());
/// assert!(stanza.contains(r#"password_field = "input[name=\"pw\"]""#));
/// ```
pub fn discovered(html: &str, redirect_uri: &str, hints: &LoginHints) -> String {
    let Ok(url) = Url::parse("http://127.0.0.1/") else {
        return String::new();
    };
    let read = page(
        Raw {
            url: &url,
            status: 200,
            content_type: "text/html",
            refresh: None,
            body: html,
        },
        hints,
    );
    stanza(&read, redirect_uri)
}

fn stanza(page: &Page, redirect_uri: &str) -> String {
    let mut lines = vec!["[login]".to_owned()];
    let mut line = |key: &str, selector: Option<&str>| {
        if let Some(selector) = selector {
            let quoted = selector.replace('\\', "\\\\").replace('"', "\\\"");
            lines.push(format!("{key} = \"{quoted}\""));
        }
    };
    let entry = discover::login(page);
    if let Some(entry) = &entry {
        let selector = |index: usize| page.forms[entry.form].controls[index].selector.as_str();
        line("username_field", entry.user.map(selector));
        line(
            "password_field",
            entry.passwords.first().copied().map(selector),
        );
        line("submit", entry.submit.map(selector));
    } else {
        line(
            "continue",
            discover::onward(page, redirect_uri).map(selector_of),
        );
    }
    line(
        "cancel",
        discover::cancel(page, redirect_uri).map(selector_of),
    );
    line("signup", discover::to_sign_up(page).map(selector_of));
    lines.join("\n")
}

fn selector_of(press: &Press) -> &str {
    &press.selector
}
