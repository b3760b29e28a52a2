//! The addresses of login and sign-up.

use warp::{Filter, filters::BoxedFilter};

use super::{browser::browser, entry::Door, forms};
use crate::{
    route::{Route, finish, form, query, with},
    server::App,
};

/// Every address of this room, inside the linking flow and outside it.
pub(crate) fn routes(app: &App) -> Vec<Route> {
    let mut table = vec![show_login(app), show_signup(app, Door::Web, at("signup"))];
    table.push(show_signup(app, Door::Linking, under_authorize("signup")));
    for (door, login, signup, logout) in [
        (Door::Web, at("login"), at("signup"), at("logout")),
        (
            Door::Linking,
            under_authorize("login"),
            under_authorize("signup"),
            under_authorize("switch"),
        ),
    ] {
        table.push(finish(posted(app, door, login).then(forms::log_in)));
        table.push(finish(posted(app, door, signup).then(forms::sign_up)));
        table.push(finish(posted(app, door, logout).then(forms::log_out)));
    }
    table
}

fn show_login(app: &App) -> Route {
    let route = at("login").and(warp::get()).and(browser(app.clone()));
    finish(route.then(forms::show_login))
}

fn show_signup(app: &App, door: Door, path: BoxedFilter<()>) -> Route {
    let route = path
        .and(warp::get())
        .and(with(app.clone()))
        .and(with(door))
        .and(browser(app.clone()))
        .and(query());
    finish(route.then(forms::show_signup))
}

type Posted = (
    App,
    Door,
    Result<super::Browser, crate::secret::NoEntropy>,
    Result<crate::fields::Fields, crate::failure::Failure>,
);

fn posted(app: &App, door: Door, path: BoxedFilter<()>) -> BoxedFilter<Posted> {
    path.and(warp::post())
        .and(with(app.clone()))
        .and(with(door))
        .and(browser(app.clone()))
        .and(form())
        .boxed()
}

fn at(name: &'static str) -> BoxedFilter<()> {
    warp::path(name).and(warp::path::end()).boxed()
}

fn under_authorize(name: &'static str) -> BoxedFilter<()> {
    warp::path("authorize").and(at(name)).boxed()
}
