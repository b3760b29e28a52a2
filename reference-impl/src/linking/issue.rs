//! Issuing a code: drawn at random, stored as a hash, committed before the browser leaves.

use super::LinkRequest;
use crate::{
    clock::millis,
    failure::Failure,
    secret::{digest, random_text},
    server::App,
    store::NewCode,
};

/// What came of a consent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Issued {
    /// This code may leave with the browser.
    Code(String),
    /// The flow cannot be finished: the browser goes back without a code (S21).
    Nothing,
}

/// Draws and stores a code for this account and this flow.
///
/// 128 random bits, written in characters that no layer of a URL has to escape: whoever guesses a
/// code is linked to somebody else's account (protocol P1).
pub(super) async fn issue(
    app: &App,
    account: i64,
    request: &LinkRequest,
) -> Result<Issued, Failure> {
    let Ok(expected_psid) = expected_psid(app, request).await else {
        return Ok(Issued::Nothing);
    };
    let code = random_text::<16>()?;
    let stored = app
        .store
        .add_code(&NewCode {
            code_hash: &digest(&code),
            flow_hash: &request.flow(),
            account,
            expected_psid: expected_psid.as_deref(),
            expires_at: app.clock.now() + millis(app.config.code_life),
        })
        .await?;
    Ok(if stored {
        Issued::Code(code)
    } else {
        Issued::Nothing
    })
}

/// Asks the platform whose token this is, if the configuration wants it: then the event must name
/// the same PSID. Ordinarily the event alone is enough, and the page keeps this call for special
/// cases (S14).
async fn expected_psid(app: &App, request: &LinkRequest) -> Result<Option<String>, ()> {
    if !app.config.confirm_psid {
        return Ok(None);
    }
    match app.graph.psid(request.token()).await {
        Ok(psid) => Ok(Some(psid)),
        Err(error) => {
            tracing::warn!(%error, "the platform did not say whose token this is; linking ends here");
            Err(())
        }
    }
}
