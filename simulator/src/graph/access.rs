//! Who may call: the page's access token, and the proof beside it when one is sent.

use super::call::Call;
use super::error::GraphError;
use crate::Config;
use crate::webhook::{same_secret, sha256_hex};

/// Checks token and proof; a token in query or body counts before one in the header (protocol row 4.1.5).
pub(crate) fn authorise(call: &Call, config: &Config) -> Result<(), GraphError> {
    let token = call.params.text("access_token");
    let token = token
        .as_deref()
        .or(call.bearer.as_deref())
        .filter(|token| !token.is_empty());
    let token = token.ok_or_else(GraphError::token_missing)?;
    if !same_secret(token, &config.page_access_token) {
        return Err(refusal(token, config));
    }
    let Some(proof) = call.params.text("appsecret_proof") else {
        return Ok(());
    };
    let expected = sha256_hex(&config.app_secret, token.as_bytes());
    if same_secret(&proof.to_ascii_lowercase(), &expected) {
        Ok(())
    } else {
        Err(GraphError::proof_invalid())
    }
}

/// A text with the look of a page token is one that is not valid; anything else is none at all.
fn refusal(token: &str, config: &Config) -> GraphError {
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
