//! The routes of a specimen, folded into one, and its two service addresses: the probe and unlink.

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use warp::filters::BoxedFilter;
use warp::http::StatusCode;
use warp::reply::{Reply, Response};
use warp::{Filter, Rejection};

use crate::fault::Fault;
use crate::form::{Fields, body_up_to};
use crate::graph::UnlinkBody;
use crate::state::App;
use crate::{linking, pages, webhook};

/// Largest form. A `redirect_uri` of 16 kB fits even when all of it is escaped twice over.
const FORM: usize = 256 * 1024;
/// Largest delivery; real ones exceed 300 KB (protocol row 3.2.10), hostile ones reach 5 MB.
const DELIVERY: usize = 8 * 1024 * 1024;

/// A finished route; they all have this one type.
pub(crate) type Route = BoxedFilter<(Response,)>;

/// Everything a specimen answers.
pub(crate) fn all(app: &Arc<App>) -> Route {
    let table = [
        page("link", app, |app, cookies, query| {
            linking::open(app, cookies, query)
        }),
        page("signup", app, |app, cookies, query| {
            linking::signup_page(app, cookies, query)
        }),
        login(app),
        confirm(app),
        cancel(app),
        signup(app),
        handshake(app),
        delivery(app),
        probe(app),
        unlink_call(app),
        front(app),
    ];
    first_match(table).recover(turned_away).unify().boxed()
}

fn page(
    segment: &'static str,
    app: &Arc<App>,
    answer: fn(&Arc<App>, Option<&str>, &str) -> Response,
) -> Route {
    finish(
        warp::path(segment)
            .and(warp::path::end())
            .and(warp::get())
            .and(with(app))
            .and(warp::header::optional("cookie"))
            .and(query())
            .map(
                move |app: Arc<App>, cookies: Option<String>, query: String| {
                    answer(&app, cookies.as_deref(), &query)
                },
            ),
    )
}

fn login(app: &Arc<App>) -> Route {
    finish(warp::path!("link").and(form(app)).then(
        async |app: Arc<App>, cookies, body| match body {
            Ok(body) => linking::login(app, cookies, body).await,
            Err(status) => unreadable(&app, status),
        },
    ))
}

fn confirm(app: &Arc<App>) -> Route {
    let route = warp::path!("link" / "confirm").and(form(app));
    finish(route.then(async |app: Arc<App>, cookies, body| match body {
        Ok(body) => linking::confirm(app, cookies, body).await,
        Err(status) => unreadable(&app, status),
    }))
}

fn cancel(app: &Arc<App>) -> Route {
    let route = warp::path!("link" / "cancel").and(form(app));
    finish(route.map(
        |app: Arc<App>, cookies: Option<String>, body: Body| match body {
            Ok(body) => linking::cancel(&app, cookies.as_deref(), &body),
            Err(status) => unreadable(&app, status),
        },
    ))
}

fn signup(app: &Arc<App>) -> Route {
    let route = warp::path!("signup").and(form(app));
    finish(route.map(
        |app: Arc<App>, cookies: Option<String>, body: Body| match body {
            Ok(body) => linking::signup(&app, cookies.as_deref(), &body),
            Err(status) => unreadable(&app, status),
        },
    ))
}

fn handshake(app: &Arc<App>) -> Route {
    let route = warp::path!("webhook")
        .and(warp::get())
        .and(with(app))
        .and(query());
    finish(route.map(|app: Arc<App>, query: String| webhook::handshake(&app, &query)))
}

fn delivery(app: &Arc<App>) -> Route {
    finish(
        warp::path!("webhook")
            .and(warp::post())
            .and(with(app))
            .and(warp::header::optional("x-hub-signature-256"))
            .and(warp::header::optional("x-hub-signature"))
            .and(body_up_to(DELIVERY))
            .then(webhook::receive),
    )
}

fn probe(app: &Arc<App>) -> Route {
    let route = warp::path!("status")
        .and(warp::get())
        .and(with(app))
        .and(query());
    finish(route.map(|app: Arc<App>, query: String| status(&app, &query)))
}

fn unlink_call(app: &Arc<App>) -> Route {
    let route = warp::path!("unlink")
        .and(warp::post())
        .and(with(app))
        .and(body_up_to(FORM));
    finish(route.then(unlink))
}

fn front(app: &Arc<App>) -> Route {
    let route = warp::path::end().and(warp::get()).and(with(app));
    finish(route.map(|app: Arc<App>| {
        pages::notice(
            &app,
            StatusCode::OK,
            "Specimen shop",
            "Nothing is sold here.",
        )
    }))
}

/// The probe.
fn status(app: &App, query: &str) -> Response {
    let fields = Fields::parse(query.as_bytes());
    let account = app.state().links.get(fields.first("psid")).cloned();
    warp::reply::json(&json!({ "linked": account.is_some(), "account": account })).into_response()
}

/// Unlinks from the backend's side: the platform first, so that both sides agree afterwards (S40).
async fn unlink(app: Arc<App>, body: Result<Bytes, StatusCode>) -> Response {
    let body: Value = body
        .ok()
        .and_then(|body| serde_json::from_slice(&body).ok())
        .unwrap_or_default();
    let Some(psid) = body["psid"].as_str().filter(|psid| !psid.is_empty()) else {
        return unlink_answer(StatusCode::BAD_REQUEST, "the body must be JSON with a psid");
    };
    if app.state().links.get(psid).is_none() {
        return unlink_answer(StatusCode::OK, "this PSID is not linked");
    }
    let form = if app.has(Fault::UnlinkCallAsForm) {
        UnlinkBody::Form
    } else if app.has(Fault::UnlinkCallPsidNumber) {
        UnlinkBody::JsonNumber
    } else {
        UnlinkBody::Json
    };
    let done = app.has(Fault::UnlinkOnlyLocally)
        || app.graph.unlink(psid, form).await
        || app.has(Fault::UnlinkIgnoresGraphError);
    if !done {
        return unlink_answer(
            StatusCode::BAD_GATEWAY,
            "the platform did not unlink; nothing was changed",
        );
    }
    app.state().links.remove(psid);
    unlink_answer(StatusCode::OK, "unlinked")
}

fn unlink_answer(status: StatusCode, result: &str) -> Response {
    warp::reply::with_status(warp::reply::json(&json!({ "result": result })), status)
        .into_response()
}

fn unreadable(app: &App, status: StatusCode) -> Response {
    pages::notice(
        app,
        status,
        "This form cannot be read",
        "Please go back and try again.",
    )
}

/// The one `recover`: what no route took.
async fn turned_away(rejection: Rejection) -> Result<Response, Infallible> {
    let status = if rejection.is_not_found() {
        StatusCode::NOT_FOUND
    } else if rejection.find::<warp::reject::MethodNotAllowed>().is_some() {
        StatusCode::METHOD_NOT_ALLOWED
    } else {
        StatusCode::BAD_REQUEST
    };
    let text = status.canonical_reason().unwrap_or_default();
    Ok(warp::reply::with_status(text, status).into_response())
}

fn with(app: &Arc<App>) -> impl Filter<Extract = (Arc<App>,), Error = Infallible> + Clone + use<> {
    let app = Arc::clone(app);
    warp::any().map(move || Arc::clone(&app))
}

/// The raw query, empty where there is none: duplicates and odd escapes must stay visible.
fn query() -> impl Filter<Extract = (String,), Error = Infallible> + Copy {
    warp::query::raw().or(warp::any().map(String::new)).unify()
}

type Body = Result<Bytes, StatusCode>;

/// A form that was posted: the specimen, the cookies, the body.
fn form(
    app: &Arc<App>,
) -> impl Filter<Extract = (Arc<App>, Option<String>, Body), Error = Rejection> + Clone + use<> {
    warp::post()
        .and(with(app))
        .and(warp::header::optional("cookie"))
        .and(body_up_to(FORM))
}

/// Erases a route's types, once at the end of its chain.
fn finish<F, R>(route: F) -> Route
where
    F: Filter<Extract = (R,), Error = Rejection> + Send + Sync + 'static,
    R: Reply + 'static,
{
    route.map(Reply::into_response).boxed()
}

fn first_match(table: impl IntoIterator<Item = Route>) -> Route {
    table
        .into_iter()
        .reduce(|left, right| left.or(right).unify().boxed())
        .expect("the table has at least one route")
}
