//! The `redirect_uri` of the platform's own origin, for real browsers.

use std::sync::Arc;

use warp::Filter as _;
use warp::http::StatusCode;
use warp::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY,
};
use warp::reply::Response;

use super::detour::{Arrived, come_back};
use super::landing::{Address, Landing};
use crate::hub::Hub;
use crate::server::{Route, raw_query, with};
use crate::sever::severed;

/// `GET /messenger_platform/account_linking/`, with or without the trailing slash (protocol rows 1.3.3, 1.3.5).
pub(crate) fn routes(hub: &Arc<Hub>) -> Route {
    warp::path!("messenger_platform" / "account_linking")
        .and(warp::get())
        .and(with(Arc::clone(hub)))
        .and(raw_query())
        .then(land)
        .boxed()
}

/// A web page under status 200 whatever happened: users, not programs, read it (protocol row 1.5.12).
async fn land(hub: Arc<Hub>, query: String) -> Response {
    let arrival = {
        let hub = Arc::clone(&hub);
        async move { come_back(&hub, None, Address::of_query(&query), Landing::Deliver).await }
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
