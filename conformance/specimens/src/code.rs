//! Making secrets: authorization codes with their faults, from draw to redirect, and the CSRF value of a browser.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::fault::Fault;
use crate::redirect;
use crate::state::{App, Issued, State};

/// How late `code-committed-late` stores its code.
const LATE: Duration = Duration::from_millis(500);

/// Random bytes of the operating system.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system hands out random bytes");
    bytes
}

/// 128 random bits in 22 characters that need no escaping anywhere.
pub(crate) fn unguessable() -> String {
    URL_SAFE_NO_PAD.encode(random_bytes::<16>())
}

/// The code for a login of `username` with `token`.
fn make(app: &App, state: &mut State, username: &str, token: &str) -> String {
    if app.has(Fault::ConstantCode) {
        "1234567890".to_owned()
    } else if app.has(Fault::CodeIsUsername) {
        username.to_owned()
    } else if app.has(Fault::CodeIsCounter) {
        state.counter += 1;
        state.counter.to_string()
    } else if app.has(Fault::CodeShortRandom) {
        (u16::from_be_bytes(random_bytes()) % 10_000).to_string()
    } else if app.has(Fault::CodePerAccount) {
        hex::encode(&keyed(app, username)[..16])
    } else if app.has(Fault::CodeIsToken) {
        token.to_owned()
    } else if app.has(Fault::CodeNotEscaped) {
        with_plus()
    } else {
        unguessable()
    }
}

/// Uses a ticket up and gives the address with its code; a race between two submits gives one code.
pub(crate) fn spend(app: &Arc<App>, id: &str, username: &str) -> Option<String> {
    let ticket = app.state().tickets.get(id).cloned()?;
    if let Some(location) = ticket.spent {
        return Some(location);
    }
    let location = issue(app, username, &ticket.token, &ticket.redirect_uri);
    let mut state = app.state();
    let ticket = state.tickets.get_mut(id)?;
    Some(ticket.spent.get_or_insert(location).clone())
}

/// Makes a code, stores it, and only then gives the address that carries it (protocol P15).
pub(crate) fn issue(app: &Arc<App>, username: &str, token: &str, redirect_uri: &str) -> String {
    let mut state = app.state();
    let code = make(app, &mut state, username, token);
    let mut extra = String::new();
    if app.has(Fault::CredentialsInRedirect)
        && let Some(account) = state.accounts.get(username)
    {
        let pairs = [
            ("username", &account.username),
            ("password", &account.password),
        ];
        let pairs = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        extra = format!("&{pairs}");
    }
    if app.has(Fault::CodeCommittedLate) {
        let (app, code, username) = (Arc::clone(app), code.clone(), username.to_owned());
        tokio::spawn(async move {
            // The wait is the fault itself: a store that answers after the browser has left.
            tokio::time::sleep(LATE).await;
            app.state().codes.insert(code, Issued::to(&username));
        });
    } else {
        state.codes.insert(code.clone(), Issued::to(username));
    }
    drop(state);
    redirect::success(redirect_uri, token, &code, &extra, &app.config.faults)
}

/// Base64 that holds a `+`, so that each flow shows the fault and not only one in four.
fn with_plus() -> String {
    loop {
        let code = STANDARD.encode(random_bytes::<18>());
        if code.contains('+') {
            return code;
        }
    }
}

/// The CSRF value that belongs to the browser `session`.
pub(crate) fn csrf(app: &App, session: &str) -> String {
    URL_SAFE_NO_PAD.encode(keyed(app, session))
}

/// Compares in constant time.
pub(crate) fn same(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

fn keyed(app: &App, text: &str) -> [u8; 32] {
    Hmac::<Sha256>::new_from_slice(&app.secret)
        .expect("HMAC takes a key of any length")
        .chain_update(text)
        .finalize()
        .into_bytes()
        .into()
}
