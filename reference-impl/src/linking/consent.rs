//! The linking page, the consent and the confirmation: nobody is linked without having seen to which
//! account.

use warp::{http::StatusCode, reply::Response};

use super::{
    LinkRequest,
    issue::{Issued, issue},
};
use crate::{
    accounts::{Browser, Entry, Purpose, signed_in},
    failure::Failure,
    fields::Fields,
    pages::{self, Notice},
    secret::NoEntropy,
    server::App,
    store::Account,
};

/// Answers the platform's call: the login page, or the consent page for a browser that is signed in.
///
/// A signed-in browser is never sent on by itself, because the link may have been opened by somebody
/// else (protocol P2). Looking at the page changes nothing, so a preview or a second look is harmless.
pub(super) async fn show(
    app: App,
    browser: Result<Browser, NoEntropy>,
    fields: Fields,
) -> Result<Response, Failure> {
    ask(&app, &browser?, &fields, pages::consent).await
}

/// Shows the confirmation to a person who has just logged in for this request.
///
/// It names the account like the consent page and leads on only by a button, so whoever is led here
/// by somebody else's link loses nothing.
pub(super) async fn confirm(
    app: App,
    browser: Result<Browser, NoEntropy>,
    fields: Fields,
) -> Result<Response, Failure> {
    ask(&app, &browser?, &fields, pages::confirmation).await
}

/// Shows `page` to a browser that is signed in, and the login page to any other.
async fn ask(
    app: &App,
    browser: &Browser,
    fields: &Fields,
    page: impl FnOnce(&Browser, &LinkRequest, &Account, Option<Notice>) -> Response,
) -> Result<Response, Failure> {
    let request = match LinkRequest::read(fields, &app.config.redirect_allow) {
        Ok(request) => request,
        Err(refusal) => return Ok(pages::refused(browser, refusal)),
    };
    let answer = match signed_in(app, browser).await {
        Ok(Some(account)) => page(browser, &request, &account, None),
        Ok(None) => pages::login(browser, &Entry::Linking(request), "", None),
        Err(failure) => told(&failure, browser, &request),
    };
    Ok(answer)
}

/// Takes the consent of a browser that was signed in before, and confirms it (S52).
pub(super) async fn agree(
    app: App,
    browser: Result<Browser, NoEntropy>,
    fields: Result<Fields, Failure>,
) -> Result<Response, Failure> {
    let browser = browser?;
    Ok(
        match decided(&app, &browser, &fields?, pages::consent).await {
            Ok((request, account)) => pages::confirmation(&browser, &request, &account, None),
            Err(answer) => answer,
        },
    )
}

/// Takes the dismissal of the confirmation and sends the browser back with a code.
pub(super) async fn finish(
    app: App,
    browser: Result<Browser, NoEntropy>,
    fields: Result<Fields, Failure>,
) -> Result<Response, Failure> {
    let browser = browser?;
    let (request, account) = match decided(&app, &browser, &fields?, pages::confirmation).await {
        Ok(decided) => decided,
        Err(answer) => return Ok(answer),
    };
    Ok(match issue(&app, account.id, &request).await {
        // 303, so that no browser repeats the form to the platform (conformance RED-15).
        Ok(Issued::Code(code)) => pages::go(
            StatusCode::SEE_OTHER,
            &request.destination().with_code(&code),
        ),
        Ok(Issued::Nothing) => {
            pages::go(StatusCode::SEE_OTHER, &request.destination().without_code())
        }
        Err(failure) => told(&failure, &browser, &request),
    })
}

type Again = fn(&Browser, &LinkRequest, &Account, Option<Notice>) -> Response;

/// The request and the account that a form speaks for, or the answer to a form that does not count;
/// `again` is the page that the form is on.
async fn decided(
    app: &App,
    browser: &Browser,
    fields: &Fields,
    again: Again,
) -> Result<(LinkRequest, Account), Response> {
    let request = match LinkRequest::read(fields, &app.config.redirect_allow) {
        Ok(request) => request,
        Err(refusal) => return Err(pages::refused(browser, refusal)),
    };
    let account = match signed_in(app, browser).await {
        Ok(Some(account)) => account,
        Ok(None) => {
            let notice = Some(Notice::SignedOut);
            return Err(pages::login(browser, &Entry::Linking(request), "", notice));
        }
        Err(failure) => return Err(told(&failure, browser, &request)),
    };
    if !browser.sent(Purpose::ActFor(account.id), fields.text("csrf")) {
        return Err(again(browser, &request, &account, Some(Notice::StaleForm)));
    }
    Ok((request, account))
}

fn told(failure: &Failure, browser: &Browser, request: &LinkRequest) -> Response {
    failure.page(
        browser.language,
        Some(&request.destination().without_code()),
    )
}
