//! Sessions: who is signed in, for how long, and how that begins and ends.

use std::time::Duration;

use warp::http::HeaderMap;

use super::browser::Browser;
use crate::{
    clock::millis,
    failure::Failure,
    secret::{digest, random_text},
    server::App,
    store::Account,
};

/// A session's life. Short, because phones are shared and the webview keeps its cookies
/// (protocol P26); the consent page names the account in any case.
const LIFE: Duration = Duration::from_hours(12);

/// The account that is signed in in this browser.
pub(crate) async fn signed_in(app: &App, browser: &Browser) -> Result<Option<Account>, Failure> {
    let Some(id) = &browser.session else {
        return Ok(None);
    };
    Ok(app.store.session(&digest(id), app.clock.now()).await?)
}

/// Signs the browser in under a new id; whatever session it had before is over.
pub(super) async fn begin(
    app: &App,
    browser: &Browser,
    account: i64,
    headers: &mut HeaderMap,
) -> Result<(), Failure> {
    let id = random_text::<32>()?;
    let previous = browser.session.as_deref().map(digest);
    let expires_at = app.clock.now() + millis(LIFE);
    app.store
        .begin_session(
            &digest(&id),
            previous.as_ref().map(<[u8; 32]>::as_slice),
            account,
            expires_at,
        )
        .await?;
    browser.set_session(headers, &id);
    Ok(())
}

/// Signs the browser out.
pub(super) async fn end(
    app: &App,
    browser: &Browser,
    headers: &mut HeaderMap,
) -> Result<(), Failure> {
    if let Some(id) = &browser.session {
        app.store.end_session(&digest(id)).await?;
    }
    browser.clear_session(headers);
    Ok(())
}
