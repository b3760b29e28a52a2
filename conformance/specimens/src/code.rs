//! Making secrets: authorization codes with their faults, tickets, and the CSRF value of a browser.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::fault::Fault;
use crate::state::{App, State};

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
pub(crate) fn make(app: &App, state: &mut State, username: &str, token: &str) -> String {
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
