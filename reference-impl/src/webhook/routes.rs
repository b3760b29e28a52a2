//! The webhook's address.

use warp::Filter;

use super::{receive, verification};
use crate::{
    route::{Route, body_up_to, finish, query, with},
    server::App,
};

/// The longest notification, in bytes. Real ones exceed 300 KB (protocol row 3.2.10); a longer one
/// than this is answered 413.
const LONGEST_NOTIFICATION: usize = 8 * 1024 * 1024;

/// Both methods of `/webhook`.
pub(crate) fn routes(app: &App) -> Vec<Route> {
    let handshake = warp::path!("webhook")
        .and(warp::get())
        .and(with(app.clone()))
        .and(query())
        .then(verification::answer);
    let notification = warp::path!("webhook")
        .and(warp::post())
        .and(with(app.clone()))
        .and(warp::header::optional("x-hub-signature-256"))
        .and(warp::header::optional("x-hub-signature"))
        .and(body_up_to(LONGEST_NOTIFICATION))
        .then(receive::receive);
    vec![finish(handshake), finish(notification)]
}
