//! The `redirect_uri` of the platform's own origin, for real browsers.

use std::collections::HashMap;
use std::sync::Arc;

use warp::Filter as _;
use warp::http::StatusCode;
use warp::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION,
    REFERRER_POLICY, SET_COOKIE,
};
use warp::reply::Response;

use super::detour::{Arrived, come_back};
use super::extensions;
use super::landing::{Address, Browser, Landing};
use crate::hub::Hub;
use crate::server::{Route, raw_query, with};
use crate::sever::severed;

/// `GET /messenger_platform/account_linking/`, with or without the trailing slash (protocol rows 1.3.3, 1.3.5).
pub(crate) fn routes(hub: &Arc<Hub>) -> Route {
    let land = warp::path!("messenger_platform" / "account_linking")
        .and(warp::get())
        .and(with(Arc::clone(hub)))
        .and(raw_query())
        .and(warp::header::headers_cloned())
        .then(land)
        .boxed();
    let start = warp::path!("messenger_platform" / "webview")
        .and(warp::get())
        .and(with(Arc::clone(hub)))
        .and(raw_query())
        .then(|hub: Arc<Hub>, query: String| async move { start(&hub, &query) })
        .boxed();
    land.or(start)
        .unify()
        .or(extensions::routes(hub))
        .unify()
        .boxed()
}

/// Makes the browser this user's and sends it on.
fn start(hub: &Hub, query: &str) -> Response {
    let pairs: HashMap<_, _> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let given = |name: &str| pairs.get(name).map_or("", |value| &**value);
    let (psid, target) = (given("psid"), given("url"));
    let mut response = Response::default();
    let lines = (
        HeaderValue::from_str(target),
        HeaderValue::from_str(&hub.set_cookie(psid)),
    );
    if let (true, (Ok(target), Ok(cookie))) = (hub.is_start(psid, target, given("seal")), lines) {
        *response.status_mut() = StatusCode::FOUND;
        response.headers_mut().insert(LOCATION, target);
        response.headers_mut().insert(SET_COOKIE, cookie);
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    } else {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

/// A web page under status 200 whatever happened: users, not programs, read it (protocol row 1.5.12).
async fn land(hub: Arc<Hub>, query: String, headers: HeaderMap) -> Response {
    let arrival = {
        let hub = Arc::clone(&hub);
        let address = Address {
            browser: Browser::Cookie(hub.user_of(&headers)),
            ..Address::of_query(&query)
        };
        async move { come_back(&hub, None, address, Landing::Deliver).await }
    };
    // A task of its own: a browser that goes away must not leave the login undecided.
    let Ok(landed) = hub.tasks.spawn(arrival).await else {
        let mut failed = Response::default();
        *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return failed;
    };
    let Arrived::Landed(landed) = landed else {
        return severed();
    };
    let mut response = Response::new(landed.page.into());
    for (name, value) in [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        ),
        (REFERRER_POLICY, "no-referrer"),
    ] {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
