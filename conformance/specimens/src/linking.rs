//! The linking pages: log in or sign up, consent, and back to the platform with a code or without one.

use std::sync::Arc;

use bytes::Bytes;
use warp::http::StatusCode;
use warp::reply::{Reply, Response};

use crate::code::{issue, same, spend, unguessable};
use crate::config::Account;
use crate::fault::Fault;
use crate::form::Fields;
use crate::pages;
use crate::redirect;
use crate::state::{App, State, Ticket};
use crate::visit::{PARAMETERS, Visit};

/// Longest user name, display name and password that sign-up takes, in bytes.
const FIELD: usize = 200;

/// The linking URL, as the platform opens it.
pub(crate) fn open(app: &Arc<App>, cookies: Option<&str>, query: &str) -> Response {
    let fields = Fields::parse(query.as_bytes());
    if app.has(Fault::LinkJsonDump) {
        let body = warp::reply::json(&serde_json::json!({ "error": "not found" }));
        return warp::reply::with_status(body, StatusCode::NOT_FOUND).into_response();
    }
    if app.has(Fault::OwnQueryBreaks) && fields.has_others_than(&PARAMETERS) {
        return pages::notice(
            app,
            StatusCode::NOT_FOUND,
            "Not found",
            "There is no such page.",
        );
    }
    let visit = match Visit::read(app, cookies, fields) {
        Ok(visit) => visit,
        Err(answer) => return *answer,
    };
    {
        let mut state = app.state();
        if app.has(Fault::PageOpensOnce) {
            if state.opened.get(visit.token()).is_some() {
                return pages::notice(
                    app,
                    StatusCode::GONE,
                    "Too late",
                    "This page has been opened before.",
                );
            }
            state.opened.insert(visit.token().to_owned(), ());
        }
        remember_redirect(app, &mut state, &visit);
    }
    if app.has(Fault::RedirectsWithoutLogin)
        && let Some(account) = app.config.accounts.first()
    {
        let (token, redirect_uri) = (visit.token(), visit.redirect_uri());
        let location = issue(app, &account.username, token, redirect_uri);
        return pages::redirect(app, StatusCode::FOUND, &location);
    }
    pages::login(app, visit.flow(), "", true)
}

/// The login form.
pub(crate) async fn login(app: Arc<App>, cookies: Option<String>, body: Bytes) -> Response {
    let fields = Fields::parse(&body);
    if app.has(Fault::LosesParametersAfterBadPassword) && fields.first("redirect_uri").is_empty() {
        return pages::notice(&app, StatusCode::OK, "Welcome", "You are logged in.");
    }
    let visit = match Visit::read(&app, cookies.as_deref(), fields) {
        Ok(visit) => visit,
        Err(answer) => return *answer,
    };
    if !visit.is_own(&app) {
        return pages::login(&app, visit.flow(), "Please log in again.", true);
    }
    let username = visit.fields.first("username");
    let account = app.state().accounts.get(username).cloned();
    if app.has(Fault::LinkBeforePasswordCheck) && account.is_some() {
        bind_by_token(&app, visit.token(), username).await;
    }
    // Plain comparison: a specimen logs in hundreds of times in a run and guards nothing; a slow
    // hash belongs into the reference backend. Constant time, so that no check trips over it.
    let expected = account
        .as_ref()
        .map_or("", |account| account.password.as_str());
    let right =
        same(visit.fields.first("password"), expected) || app.has(Fault::AcceptsAnyPassword);
    match account {
        Some(account) if right => consent(&app, &visit, &account),
        _ => {
            let keep = !app.has(Fault::LosesParametersAfterBadPassword);
            pages::login(&app, visit.flow(), "User name or password is wrong.", keep)
        }
    }
}

/// The sign-up page.
pub(crate) fn signup_page(app: &App, cookies: Option<&str>, query: &str) -> Response {
    match Visit::read(app, cookies, Fields::parse(query.as_bytes())) {
        Ok(visit) => pages::signup(app, visit.flow(), ""),
        Err(answer) => *answer,
    }
}

/// The sign-up form.
pub(crate) fn signup(app: &App, cookies: Option<&str>, body: &[u8]) -> Response {
    let visit = match Visit::read(app, cookies, Fields::parse(body)) {
        Ok(visit) => visit,
        Err(answer) => return *answer,
    };
    if !visit.is_own(app) {
        return pages::signup(app, visit.flow(), "Please send the form again.");
    }
    let [username, password, name] =
        ["username", "password", "name"].map(|field| visit.fields.first(field));
    if [username, password, name]
        .iter()
        .any(|value| value.is_empty() || FIELD < value.len())
    {
        return pages::signup(
            app,
            visit.flow(),
            "Please fill in all fields, in 200 letters or less.",
        );
    }
    let account = Account::new(username, password, name);
    {
        let mut state = app.state();
        if state.accounts.get(username).is_some() {
            drop(state);
            return pages::signup(app, visit.flow(), "This user name is taken.");
        }
        state.accounts.insert(username.to_owned(), account.clone());
    }
    if app.has(Fault::SignupEndsAtHome) {
        return pages::redirect(app, StatusCode::SEE_OTHER, "/");
    }
    consent(app, &visit, &account)
}

/// The consent form.
pub(crate) async fn confirm(app: Arc<App>, cookies: Option<String>, body: Bytes) -> Response {
    let visit = match Visit::read(&app, cookies.as_deref(), Fields::parse(&body)) {
        Ok(visit) => visit,
        Err(answer) => return *answer,
    };
    let id = visit.fields.first("ticket");
    let ticket = app.state().tickets.get(id).cloned();
    let Some(ticket) = ticket.filter(|ticket| {
        visit.is_own(&app) && (ticket.session == visit.session || app.has(Fault::NoCsrfCheck))
    }) else {
        return pages::login(
            &app,
            visit.flow(),
            "Your login has expired. Please log in again.",
            true,
        );
    };
    if let Some(location) = ticket.spent {
        if app.has(Fault::SecondSubmit500) {
            let text = "The request could not be handled.";
            return pages::notice(&app, StatusCode::INTERNAL_SERVER_ERROR, "Error", text);
        }
        return pages::redirect(&app, success_status(&app), &location);
    }
    if app.has(Fault::AlreadyLinkedDeadEnd) {
        let state = app.state();
        let name = state.name_of(&ticket.username);
        if state.links.values().any(|linked| *linked == name) {
            drop(state);
            return pages::notice(
                &app,
                StatusCode::OK,
                "Nothing to do",
                "This account is already linked.",
            );
        }
    }
    if app.has(Fault::LinkAtLogin) {
        bind_by_token(&app, &ticket.token, &ticket.username).await;
    }
    let Some(location) = spend(&app, id, &ticket.username) else {
        return pages::login(
            &app,
            visit.flow(),
            "Your login has expired. Please log in again.",
            true,
        );
    };
    if app.has(Fault::NeverRedirects) {
        return warp::reply::html("ok").into_response();
    }
    if app.has(Fault::ServerSideRedirectFetch) {
        app.graph.fetch_local(&location).await;
        return pages::notice(&app, StatusCode::OK, "Done", "Your account is linked.");
    }
    pages::redirect(&app, success_status(&app), &location)
}

/// The cancel button of every page.
pub(crate) fn cancel(app: &App, cookies: Option<&str>, body: &[u8]) -> Response {
    let visit = match Visit::read(app, cookies, Fields::parse(body)) {
        Ok(visit) => visit,
        Err(answer) => return *answer,
    };
    if !visit.is_own(app) {
        return pages::login(app, visit.flow(), "Please press Cancel again.", true);
    }
    {
        let mut state = app.state();
        let id = visit.fields.first("ticket");
        let mine = |ticket: &Ticket| ticket.session == visit.session && ticket.spent.is_none();
        if state.tickets.get(id).is_some_and(mine) {
            state.tickets.remove(id);
        }
    }
    let location = if app.has(Fault::CancelGoesHome) {
        "/".to_owned()
    } else if app.has(Fault::CancelSendsCode) {
        let code = unguessable();
        redirect::success(
            visit.redirect_uri(),
            visit.token(),
            &code,
            "",
            &app.config.faults,
        )
    } else {
        redirect::failure(visit.redirect_uri(), &app.config.faults)
    };
    pages::redirect(app, StatusCode::SEE_OTHER, &location)
}

/// After the right password: remembers who it was and asks whether to link.
fn consent(app: &App, visit: &Visit, account: &Account) -> Response {
    let id = unguessable();
    let mut state = app.state();
    state.last_login = Some(account.username.clone());
    let redirect_uri = remembered_redirect(app, &state, visit);
    let ticket = Ticket {
        session: visit.session.clone(),
        username: account.username.clone(),
        token: visit.token().to_owned(),
        redirect_uri,
        spent: None,
    };
    state.tickets.insert(id.clone(), ticket);
    drop(state);
    pages::consent(app, visit.flow(), &id, &account.name)
}

/// Puts the address into the slot of the fault that keeps one.
fn remember_redirect(app: &App, state: &mut State, visit: &Visit) {
    let redirect_uri = visit.redirect_uri().to_owned();
    if app.has(Fault::GlobalRedirectUri) {
        state.global_redirect = Some(redirect_uri);
    } else if app.has(Fault::SessionRedirectUri)
        || (app.has(Fault::FirstRedirectSticks)
            && state.session_redirects.get(&visit.session).is_none())
    {
        state
            .session_redirects
            .insert(visit.session.clone(), redirect_uri);
    }
}

/// The address to go back to: the one in the form, unless a fault reads its slot.
fn remembered_redirect(app: &App, state: &State, visit: &Visit) -> String {
    let slot = if app.has(Fault::GlobalRedirectUri) {
        state.global_redirect.clone()
    } else if app.has(Fault::SessionRedirectUri) || app.has(Fault::FirstRedirectSticks) {
        state.session_redirects.get(&visit.session).cloned()
    } else {
        None
    };
    slot.unwrap_or_else(|| visit.redirect_uri().to_owned())
}

/// Binds the PSID that the platform names for `token`, as two faults do without waiting for the event.
async fn bind_by_token(app: &App, token: &str, username: &str) {
    if let Some(psid) = app.graph.psid(token).await {
        let mut state = app.state();
        let name = state.name_of(username);
        state.link(&psid, name);
    }
}

fn success_status(app: &App) -> StatusCode {
    if app.has(Fault::Redirect307AfterPost) {
        StatusCode::TEMPORARY_REDIRECT
    } else if app.has(Fault::RedirectPermanent301) {
        StatusCode::MOVED_PERMANENTLY
    } else {
        // 303 makes the browser drop the form, so no password travels on (RFC 9700).
        StatusCode::SEE_OTHER
    }
}
