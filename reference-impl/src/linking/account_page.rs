//! The account page: how many Messenger conversations are linked, and the way out.

use warp::{http::StatusCode, reply::Response};

use super::unlink::unlink;
use crate::{
    accounts::{Browser, Purpose, signed_in},
    failure::Failure,
    fields::Fields,
    pages::{self, Notice},
    secret::NoEntropy,
    server::App,
    store::Account,
};

/// Shows the page, or the way to log in.
pub(super) async fn show(
    app: App,
    browser: Result<Browser, NoEntropy>,
) -> Result<Response, Failure> {
    let browser = browser?;
    match signed_in(&app, &browser).await? {
        Some(account) => page(&app, &browser, &account, None).await,
        None => Ok(pages::go(StatusCode::SEE_OTHER, "/login")),
    }
}

/// Unlinks every conversation of the account and says truthfully what came of it.
pub(super) async fn unlink_all(
    app: App,
    browser: Result<Browser, NoEntropy>,
    fields: Result<Fields, Failure>,
) -> Result<Response, Failure> {
    let (browser, fields) = (browser?, fields?);
    let Some(account) = signed_in(&app, &browser).await? else {
        return Ok(pages::go(StatusCode::SEE_OTHER, "/login"));
    };
    if !browser.sent(Purpose::ActFor(account.id), fields.text("csrf")) {
        return page(&app, &browser, &account, Some(Notice::StaleForm)).await;
    }
    let mut notice = Notice::Unlinked;
    // The first failure ends it: a platform that is down would make the person wait for every PSID.
    for psid in app.store.psids_of(account.id).await? {
        if let Err(error) = unlink(&app, &psid).await {
            tracing::warn!(%error, "a link stays because unlinking failed");
            notice = Notice::UnlinkFailed;
            break;
        }
    }
    page(&app, &browser, &account, Some(notice)).await
}

async fn page(
    app: &App,
    browser: &Browser,
    account: &Account,
    notice: Option<Notice>,
) -> Result<Response, Failure> {
    let linked = app.store.psids_of(account.id).await?.len();
    Ok(pages::account(browser, account, linked, notice))
}
