//! The pages themselves: what each one is given, and its template.

use askama::Template;
use warp::{
    Reply,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use super::{
    guard::{Forms, guard_data, guard_page},
    language::Language,
    text::{Notice, Text, reason},
};
use crate::{
    accounts::{Browser, Entry, Purpose},
    linking::{LinkRefusal, LinkRequest},
    store::Account,
};

/// What every page needs.
struct Frame {
    lang: &'static str,
    t: &'static Text,
    notice: Option<&'static str>,
    good_news: bool,
}

impl Frame {
    fn new(language: Language, notice: Option<Notice>) -> Self {
        Self {
            lang: language.tag(),
            t: Text::of(language),
            notice: notice.map(|notice| notice.say(language)),
            good_news: notice.is_some_and(Notice::is_good_news),
        }
    }
}

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage<'a> {
    frame: Frame,
    entry: &'a Entry,
    csrf: String,
    username: &'a str,
}

/// The login page.
pub(crate) fn login(
    browser: &Browser,
    entry: &Entry,
    username: &str,
    notice: Option<Notice>,
) -> Response {
    let page = LoginPage {
        frame: Frame::new(browser.language, notice),
        entry,
        csrf: browser.form_token(Purpose::Enter),
        username,
    };
    shown(browser, notice, Forms::StayHere, &page)
}

#[derive(Template)]
#[template(path = "signup.html")]
struct SignupPage<'a> {
    frame: Frame,
    entry: &'a Entry,
    csrf: String,
    username: &'a str,
    display_name: &'a str,
}

/// The sign-up page.
pub(crate) fn signup(
    browser: &Browser,
    entry: &Entry,
    username: &str,
    display_name: &str,
    notice: Option<Notice>,
) -> Response {
    let page = SignupPage {
        frame: Frame::new(browser.language, notice),
        entry,
        csrf: browser.form_token(Purpose::Enter),
        username,
        display_name,
    };
    shown(browser, notice, Forms::StayHere, &page)
}

#[derive(Template)]
#[template(path = "consent.html")]
struct ConsentPage<'a> {
    frame: Frame,
    request: &'a LinkRequest,
    account: &'a Account,
    csrf: String,
}

/// The consent page: names the account and what will be linked.
pub(crate) fn consent(
    browser: &Browser,
    request: &LinkRequest,
    account: &Account,
    notice: Option<Notice>,
) -> Response {
    let page = ConsentPage {
        frame: Frame::new(browser.language, notice),
        request,
        account,
        csrf: browser.form_token(Purpose::ActFor(account.id)),
    };
    shown(browser, notice, Forms::StayHere, &page)
}

#[derive(Template)]
#[template(path = "confirmation.html")]
struct ConfirmationPage<'a> {
    frame: Frame,
    request: &'a LinkRequest,
    account: &'a Account,
    csrf: String,
}

/// The confirmation, which the person dismisses to go back to Messenger (S52).
pub(crate) fn confirmation(
    browser: &Browser,
    request: &LinkRequest,
    account: &Account,
    notice: Option<Notice>,
) -> Response {
    let page = ConfirmationPage {
        frame: Frame::new(browser.language, notice),
        request,
        account,
        csrf: browser.form_token(Purpose::ActFor(account.id)),
    };
    shown(browser, notice, Forms::MayLeave, &page)
}

#[derive(Template)]
#[template(path = "account.html")]
struct AccountPage<'a> {
    frame: Frame,
    account: &'a Account,
    linked: usize,
    csrf: String,
}

/// The account page.
pub(crate) fn account(
    browser: &Browser,
    account: &Account,
    linked: usize,
    notice: Option<Notice>,
) -> Response {
    let page = AccountPage {
        frame: Frame::new(browser.language, notice),
        account,
        linked,
        csrf: browser.form_token(Purpose::ActFor(account.id)),
    };
    shown(browser, notice, Forms::StayHere, &page)
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage<'a> {
    frame: Frame,
    title: &'a str,
    lead: &'a str,
    next: Option<&'a str>,
    cancel: Option<&'a str>,
}

/// The page for a linking request that is not accepted. It holds nothing of the request.
pub(crate) fn refused(browser: &Browser, refusal: LinkRefusal) -> Response {
    tracing::info!(%refusal, "a linking request was refused");
    let frame = Frame::new(browser.language, None);
    let (title, next) = (frame.t.refused_title, Some(frame.t.refused_next));
    let lead = reason(refusal, browser.language);
    let page = MessagePage {
        frame,
        title,
        lead,
        next,
        cancel: None,
    };
    rendered(StatusCode::BAD_REQUEST, Forms::StayHere, &page)
}

/// The page for everything that went wrong on this side or has no better page.
pub(crate) fn trouble(language: Language, status: StatusCode, cancel: Option<&str>) -> Response {
    let frame = Frame::new(language, None);
    let (title, lead) = (frame.t.trouble_title, frame.t.trouble_lead);
    let status_text = status.to_string();
    let next = Some(status_text.as_str());
    rendered(
        status,
        Forms::StayHere,
        &MessagePage {
            frame,
            title,
            lead,
            next,
            cancel,
        },
    )
}

/// Sends the browser to `address`, which holds nothing but ASCII.
pub(crate) fn go(status: StatusCode, address: &str) -> Response {
    let mut response = status.into_response();
    let location = HeaderValue::try_from(address)
        .expect("addresses are checked for control characters and written in ASCII");
    response.headers_mut().insert(header::LOCATION, location);
    guard_data(response.headers_mut());
    response
}

fn shown(
    browser: &Browser,
    notice: Option<Notice>,
    forms: Forms,
    page: &impl Template,
) -> Response {
    let status = match notice {
        Some(Notice::StaleForm | Notice::SignedOut) => StatusCode::FORBIDDEN,
        Some(Notice::Busy) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::OK,
    };
    let mut response = rendered(status, forms, page);
    browser.remember(response.headers_mut());
    response
}

fn rendered(status: StatusCode, forms: Forms, page: &impl Template) -> Response {
    let html = page
        .render()
        .expect("templates only print texts, which cannot fail");
    let mut response = warp::reply::with_status(warp::reply::html(html), status).into_response();
    guard_page(response.headers_mut(), forms);
    response
}
