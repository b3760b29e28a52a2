//! Who may call: a page's or an app's access token, and the proof beside it.

use super::call::Call;
use super::endpoint::Endpoint;
use super::error::GraphError;
use crate::Config;
use crate::webhook::{same_secret, sha256_hex};

/// Whose token a call carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bearer {
    Page,
    /// `APP_ID|APP_SECRET` (protocol row 3.4.1).
    App,
}

/// The bearer of a token, if it is one of this platform.
pub(crate) fn bearer_of(token: &str, config: &Config) -> Option<Bearer> {
    let app_token = format!("{}|{}", config.app_id, config.app_secret);
    if same_secret(token, &config.page_access_token) {
        Some(Bearer::Page)
    } else if same_secret(token, &app_token) {
        Some(Bearer::App)
    } else {
        None
    }
}

/// Checks the token, whether it is the right one for the endpoint, and the proof; `proof_needed` is the knob.
pub(crate) fn authorise(
    call: &Call,
    config: &Config,
    proof_needed: bool,
) -> Result<(), GraphError> {
    let token = call.token();
    // The calls of a batch may all carry tokens of their own.
    if token.is_none() && call.endpoint == Endpoint::Batch {
        return Ok(());
    }
    let token = token.ok_or_else(GraphError::token_missing)?;
    let bearer = bearer_of(&token, config).ok_or_else(|| refusal(&token, config))?;
    match call.params.text("appsecret_proof") {
        None if proof_needed && bearer == Bearer::Page && call.endpoint != Endpoint::Batch => {
            return Err(GraphError::proof_missing());
        }
        None => {}
        Some(proof) => {
            let expected = sha256_hex(&config.app_secret, token.as_bytes());
            if !same_secret(&proof.to_ascii_lowercase(), &expected) {
                return Err(GraphError::proof_invalid());
            }
        }
    }
    match (&call.endpoint, bearer) {
        (Endpoint::AppSubscriptions, Bearer::Page) => Err(GraphError::app_token_needed()),
        (
            Endpoint::AppSubscriptions
            | Endpoint::App
            | Endpoint::DebugToken
            | Endpoint::Batch
            | Endpoint::Unknown { .. },
            _,
        )
        | (_, Bearer::Page) => Ok(()),
        (_, Bearer::App) => Err(GraphError::page_token_needed()),
    }
}

/// A text with the look of a page token is one that is not valid; anything else is none at all.
pub(crate) fn refusal(token: &str, config: &Config) -> GraphError {
    let looks_real =
        token.starts_with("EAA") && token.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if looks_real {
        GraphError::token_invalid()
    } else if token.trim() == config.page_access_token {
        // The official example has a blank before each `&` (protocol row 2.1.13).
        GraphError::token_unparsable()
            .hint("the access token has blanks around it, as in the official curl line")
    } else {
        GraphError::token_unparsable()
            .hint("the access token is not the page_access_token of this platform")
    }
}
