//! The profile picture behind a user's `profile_pic`: a plain drawing, so that the address can be fetched.

use std::sync::Arc;

use warp::Filter as _;
use warp::http::StatusCode;
use warp::http::header::{CONTENT_TYPE, HeaderValue};
use warp::reply::Response;

use crate::hub::Hub;
use crate::server::{Route, with};

/// Where the picture of a user is.
pub(crate) fn url(origin: &str, psid: &str) -> String {
    format!("{origin}/_linklab/profile_pic/{psid}")
}

/// `GET /_linklab/profile_pic/{psid}`.
pub(crate) fn routes(hub: &Arc<Hub>) -> Route {
    warp::path!("_linklab" / "profile_pic" / String)
        .and(warp::get())
        .and(with(Arc::clone(hub)))
        .map(|psid: String, hub: Arc<Hub>| {
            let known = hub.world().name_of(&psid).is_some();
            draw(&psid, known)
        })
        .boxed()
}

fn draw(psid: &str, known: bool) -> Response {
    if !known {
        let mut missing = Response::default();
        *missing.status_mut() = StatusCode::NOT_FOUND;
        return missing;
    }
    // The hue follows from the id, so that users can be told apart in a chat window.
    let hue = psid
        .bytes()
        .fold(0_u32, |hue, digit| (hue * 31 + u32::from(digit)) % 360);
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 100 100\">\
         <rect width=\"100\" height=\"100\" fill=\"hsl({hue} 50% 60%)\"/>\
         <circle cx=\"50\" cy=\"38\" r=\"18\" fill=\"#fff\"/><ellipse cx=\"50\" cy=\"92\" rx=\"34\" ry=\"30\" fill=\"#fff\"/></svg>"
    );
    let mut response = Response::new(svg.into());
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("image/svg+xml"));
    response
}
