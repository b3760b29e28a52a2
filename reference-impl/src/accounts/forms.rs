//! The login and sign-up forms: show, check, show again with everything kept, or let in.

use tokio::time;
use warp::{http::StatusCode, reply::Response};

use super::{
    browser::Browser,
    csrf::Purpose,
    entry::{Door, Entry},
    guess_limit::Series,
    password::PasswordError,
    registration::{AccountError, LONGEST_PASSWORD, normalise, register},
    session,
};
use crate::{
    failure::Failure,
    fields::Fields,
    pages::{self, Notice},
    secret::NoEntropy,
    server::App,
};

type Seen = Result<Browser, NoEntropy>;

/// Shows the login page of the web site.
pub(super) async fn show_login(browser: Seen) -> Result<Response, Failure> {
    Ok(pages::login(&browser?, &Entry::Web, "", None))
}

/// Shows the sign-up page.
pub(super) async fn show_signup(
    app: App,
    door: Door,
    browser: Seen,
    fields: Fields,
) -> Result<Response, Failure> {
    let browser = browser?;
    Ok(
        match Entry::read(door, &fields, &app.config.redirect_allow) {
            Ok(entry) => pages::signup(&browser, &entry, "", "", None),
            Err(refusal) => pages::refused(&browser, refusal),
        },
    )
}

/// Checks a user name and password.
pub(super) async fn log_in(
    app: App,
    door: Door,
    browser: Seen,
    fields: Result<Fields, Failure>,
) -> Result<Response, Failure> {
    let (browser, fields) = (browser?, fields?);
    let entry = match Entry::read(door, &fields, &app.config.redirect_allow) {
        Ok(entry) => entry,
        Err(refusal) => return Ok(pages::refused(&browser, refusal)),
    };
    let username = fields.text("username");
    if !browser.sent(Purpose::Enter, fields.text("csrf")) {
        return Ok(pages::login(
            &browser,
            &entry,
            username,
            Some(Notice::StaleForm),
        ));
    }
    let answer = match authenticate(&app, &browser, username, fields.text("password")).await {
        Ok(Some(account)) => let_in(&app, &browser, &entry, account).await,
        Ok(None) => Ok(pages::login(
            &browser,
            &entry,
            username,
            Some(Notice::WrongPassword),
        )),
        Err(Failure::Password(PasswordError::Busy)) => {
            Ok(pages::login(&browser, &entry, username, Some(Notice::Busy)))
        }
        Err(failure) => Err(failure),
    };
    Ok(answer.unwrap_or_else(|failure| told(&failure, &browser, &entry)))
}

/// Creates an account and lets its owner in.
pub(super) async fn sign_up(
    app: App,
    door: Door,
    browser: Seen,
    fields: Result<Fields, Failure>,
) -> Result<Response, Failure> {
    let (browser, fields) = (browser?, fields?);
    let entry = match Entry::read(door, &fields, &app.config.redirect_allow) {
        Ok(entry) => entry,
        Err(refusal) => return Ok(pages::refused(&browser, refusal)),
    };
    let (username, name) = (fields.text("username"), fields.text("display_name"));
    let again = |notice| pages::signup(&browser, &entry, username, name, Some(notice));
    if !browser.sent(Purpose::Enter, fields.text("csrf")) {
        return Ok(again(Notice::StaleForm));
    }
    let answer = match register(&app, username, name, fields.text("password")).await {
        Ok(account) => let_in(&app, &browser, &entry, account).await,
        Err(AccountError::Username) => Ok(again(Notice::BadUsername)),
        Err(AccountError::DisplayName) => Ok(again(Notice::BadName)),
        Err(AccountError::Password) => Ok(again(Notice::BadPassword)),
        Err(AccountError::Taken) => Ok(again(Notice::Taken)),
        Err(AccountError::Hashing(PasswordError::Busy)) => Ok(again(Notice::Busy)),
        Err(AccountError::Hashing(error)) => Err(error.into()),
        Err(AccountError::Store(error)) => Err(error.into()),
    };
    Ok(answer.unwrap_or_else(|failure| told(&failure, &browser, &entry)))
}

/// Signs out and shows the door again.
pub(super) async fn log_out(
    app: App,
    door: Door,
    browser: Seen,
    fields: Result<Fields, Failure>,
) -> Result<Response, Failure> {
    let (browser, fields) = (browser?, fields?);
    let entry = match Entry::read(door, &fields, &app.config.redirect_allow) {
        Ok(entry) => entry,
        Err(refusal) => return Ok(pages::refused(&browser, refusal)),
    };
    let mut response = pages::go(StatusCode::SEE_OTHER, &entry.login_page());
    let account = session::signed_in(&app, &browser).await?;
    // A form that is not from this browser's own page signs nobody out; the page is shown again.
    if account.is_some_and(|account| browser.sent(Purpose::ActFor(account.id), fields.text("csrf")))
    {
        session::end(&app, &browser, response.headers_mut()).await?;
    }
    Ok(response)
}

async fn authenticate(
    app: &App,
    browser: &Browser,
    username: &str,
    password: &str,
) -> Result<Option<i64>, Failure> {
    let username = normalise(username);
    let series = Series::of(&username, browser.address);
    let delay = series.count(&app.store, app.clock.now()).await?;
    if !delay.is_zero() {
        time::sleep(delay).await;
    }
    let known = app.store.credentials(&username).await?;
    let stored = known.as_ref().map(|known| known.password_hash.as_str());
    // No account has such a password; the decoy keeps the cost of saying so the same.
    let (password, stored) = match password.len() {
        0..=LONGEST_PASSWORD => (password, stored),
        _ => ("", None),
    };
    if app.passwords.verify(password, stored).await? {
        series.forgive(&app.store).await?;
        app.metrics.login(true);
        return Ok(known.map(|known| known.id));
    }
    app.metrics.login(false);
    Ok(None)
}

async fn let_in(
    app: &App,
    browser: &Browser,
    entry: &Entry,
    account: i64,
) -> Result<Response, Failure> {
    let mut response = pages::go(StatusCode::SEE_OTHER, &entry.afterwards());
    session::begin(app, browser, account, response.headers_mut()).await?;
    Ok(response)
}

fn told(failure: &Failure, browser: &Browser, entry: &Entry) -> Response {
    failure.page(browser.language, entry.cancel().as_deref())
}
