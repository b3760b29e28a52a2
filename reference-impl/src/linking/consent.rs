//! The linking page and the consent: nobody is linked without having seen to which account.

use warp::{http::StatusCode, reply::Response};

use super::{
    LinkRequest,
    issue::{Issued, issue},
};
use crate::{
    accounts::{Browser, Entry, Purpose, signed_in},
    failure::Failure,
    fields::Fields,
    pages,
    secret::NoEntropy,
    server::App,
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
    let browser = browser?;
    let request = match LinkRequest::read(&fields, &app.config.redirect_allow) {
        Ok(request) => request,
        Err(refusal) => return Ok(pages::refused(&browser, refusal)),
    };
    let answer = match signed_in(&app, &browser).await {
        Ok(Some(account)) => pages::consent(&browser, &request, &account, None),
        Ok(None) => pages::login(&browser, &Entry::Linking(request), "", None),
        Err(failure) => told(&failure, &browser, &request),
    };
    Ok(answer)
}

/// Takes the consent and sends the browser back with a code.
pub(super) async fn agree(
    app: App,
    browser: Result<Browser, NoEntropy>,
    fields: Result<Fields, Failure>,
) -> Result<Response, Failure> {
    let (browser, fields) = (browser?, fields?);
    let request = match LinkRequest::read(&fields, &app.config.redirect_allow) {
        Ok(request) => request,
        Err(refusal) => return Ok(pages::refused(&browser, refusal)),
    };
    let account = match signed_in(&app, &browser).await {
        Ok(Some(account)) => account,
        Ok(None) => {
            let notice = Some(pages::Notice::SignedOut);
            return Ok(pages::login(&browser, &Entry::Linking(request), "", notice));
        }
        Err(failure) => return Ok(told(&failure, &browser, &request)),
    };
    if !browser.sent(Purpose::ActFor(account.id), fields.text("csrf")) {
        let notice = Some(pages::Notice::StaleForm);
        return Ok(pages::consent(&browser, &request, &account, notice));
    }
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

fn told(failure: &Failure, browser: &Browser, request: &LinkRequest) -> Response {
    failure.page(
        browser.language,
        Some(&request.destination().without_code()),
    )
}
