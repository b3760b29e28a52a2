//! The account page: how many Messenger conversations are linked, and the way out.

use warp::{http::StatusCode, reply::Response};

use super::unlink::{UnlinkError, unlink};
use crate::{
    accounts::{Browser, Purpose, signed_in},
    failure::Failure,
    fields::Fields,
    messenger::Task,
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
    let mut psids = app.store.psids_of(account.id).await?.into_iter();
    for psid in psids.by_ref() {
        if let Err(error) = unlink(&app, &psid).await {
            tracing::warn!(%error, "a link stays because unlinking failed");
            notice = match error {
                UnlinkError::Later(_) => Notice::UnlinkLater,
                _ => Notice::UnlinkFailed,
            };
            break;
        }
    }
    // A platform that is down would make the person wait for every PSID: the others are left to the
    // outbox, which takes its time.
    if notice == Notice::UnlinkLater {
        for psid in psids {
            let now = app.clock.now();
            app.store.post(&psid, &Task::Unlink.letter(), now).await?;
        }
        app.outbox.ring();
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
