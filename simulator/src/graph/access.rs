//! Who may call: a page's or an app's access token, and the proof beside it.

use super::call::Call;
use super::endpoint::Endpoint;
use super::error::GraphError;
use crate::Config;
use crate::webhook::{same_secret, sha256_hex};

/// Whose token a call carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Bearer {
    Page,
    /// `APP_ID|APP_SECRET` (protocol row 3.4.1), with the app's id.
    App(String),
}

/// Id and secret of every app of the page.
fn apps(config: &Config) -> impl Iterator<Item = (&str, &str)> {
    let others = config.other_apps.iter();
    std::iter::once((config.app_id.as_str(), config.app_secret.as_str()))
        .chain(others.map(|app| (app.app_id.as_str(), app.app_secret.as_str())))
}

/// The bearer of a token, if it is one of this platform.
pub(crate) fn bearer_of(token: &str, config: &Config) -> Option<Bearer> {
    if same_secret(token, &config.page_access_token) {
        return Some(Bearer::Page);
    }
    let (app_id, secret) = token.split_once('|')?;
    let (id, kept) = apps(config).find(|(id, _)| *id == app_id)?;
    same_secret(secret, kept).then(|| Bearer::App(id.to_owned()))
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
            let secret = match &bearer {
                Bearer::Page => config.app_secret.as_str(),
                Bearer::App(app_id) => apps(config)
                    .find(|(id, _)| id == app_id)
                    .map_or(config.app_secret.as_str(), |(_, secret)| secret),
            };
            let expected = sha256_hex(secret, token.as_bytes());
            if !same_secret(&proof.to_ascii_lowercase(), &expected) {
                return Err(GraphError::proof_invalid());
            }
        }
    }
    match (&call.endpoint, &bearer) {
        (Endpoint::AppSubscriptions(_), Bearer::Page) => Err(GraphError::app_token_needed()),
        (Endpoint::AppSubscriptions(named), Bearer::App(own)) if named != own => {
            Err(GraphError::unsupported(call.method.as_str(), named)
                .hint(format!("the access token is that of the app {own}")))
        }
        (
            Endpoint::AppSubscriptions(_)
            | Endpoint::App(_)
            | Endpoint::DebugToken
            | Endpoint::Batch
            | Endpoint::Unknown { .. },
            _,
        )
        | (_, Bearer::Page) => Ok(()),
        (_, Bearer::App(_)) => Err(GraphError::page_token_needed()),
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
