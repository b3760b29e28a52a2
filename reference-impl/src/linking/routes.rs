//! The addresses of linking and unlinking.

use warp::{Filter, reply::Response};

use super::{account_page, admin, consent};
use crate::{
    accounts::{Browser, browser},
    failure::Failure,
    fields::Fields,
    route::{Route, body_up_to, finish, form, query, with},
    secret::NoEntropy,
    server::App,
};

/// The longest admin order, in bytes.
const LONGEST_ORDER: usize = 4 * 1024;

/// Every address of this room.
pub(crate) fn routes(app: &App) -> Vec<Route> {
    vec![
        linking_page(app),
        confirmation(app),
        linking_form(app, "agree", consent::agree),
        linking_form(app, "consent", consent::finish),
        account(app),
        account_unlink(app),
        link_state(app),
        unlink_order(app),
    ]
}

fn linking_page(app: &App) -> Route {
    let route = warp::path!("authorize")
        .and(warp::get().or(warp::head()).unify())
        .and(with(app.clone()))
        .and(browser(app.clone()))
        .and(query());
    finish(route.then(consent::show))
}

fn confirmation(app: &App) -> Route {
    let route = warp::path!("authorize" / "confirm")
        .and(warp::get())
        .and(with(app.clone()))
        .and(browser(app.clone()))
        .and(query());
    finish(route.then(consent::confirm))
}

fn linking_form<H, A>(app: &App, name: &'static str, handler: H) -> Route
where
    H: Fn(App, Result<Browser, NoEntropy>, Result<Fields, Failure>) -> A
        + Clone
        + Send
        + Sync
        + 'static,
    A: Future<Output = Result<Response, Failure>> + Send + 'static,
{
    let route = warp::path("authorize")
        .and(warp::path(name))
        .and(warp::path::end())
        .and(warp::post())
        .and(with(app.clone()))
        .and(browser(app.clone()))
        .and(form());
    finish(route.then(handler))
}

fn account(app: &App) -> Route {
    let route = warp::path!("account")
        .and(warp::get())
        .and(with(app.clone()))
        .and(browser(app.clone()));
    finish(route.then(account_page::show))
}

fn account_unlink(app: &App) -> Route {
    let route = warp::path!("account" / "unlink")
        .and(warp::post())
        .and(with(app.clone()))
        .and(browser(app.clone()))
        .and(form());
    finish(route.then(account_page::unlink_all))
}

fn link_state(app: &App) -> Route {
    let route = with(app.clone())
        .and(warp::path!("admin" / "links" / String))
        .and(warp::get())
        .and(warp::header::optional("authorization"));
    finish(route.then(admin::state))
}

fn unlink_order(app: &App) -> Route {
    let route = warp::path!("admin" / "unlink")
        .and(warp::post())
        .and(with(app.clone()))
        .and(warp::header::optional("authorization"))
        .and(body_up_to(LONGEST_ORDER));
    finish(route.then(admin::take_away))
}
