//! Messenger Extensions: who the user of an ordinary webview is, signed (S07, protocol row 1.1.11).

use std::collections::HashMap;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::Serialize;
use sha2::Sha256;
use url::Url;
use warp::Filter as _;
use warp::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE,
    HeaderMap, HeaderValue, ORIGIN, VARY,
};
use warp::http::{HeaderName, StatusCode};
use warp::reply::Response;

use crate::hub::Hub;
use crate::server::{Route, raw_query, with};
use crate::world::Refusal;
use crate::{Simulator, UserError};

const SCRIPT: &str = include_str!("extensions.js");

/// The one kind of conversation that this platform has.
const THREAD_TYPE: &str = "USER_TO_PAGE";

/// What `getContext()` tells a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Context {
    /// Kind of conversation.
    pub thread_type: &'static str,
    /// The conversation, named by its user.
    pub tid: String,
    /// The user.
    pub psid: String,
    /// All of it under the app secret: base64url of the HMAC-SHA256, a full stop, base64url of the payload.
    pub signed_request: String,
}

/// The payload of a `signed_request`; `issued_at` is in seconds and `page_id` a number, as the platform prints them.
#[derive(Serialize)]
struct Payload<'a> {
    psid: &'a str,
    algorithm: &'static str,
    thread_type: &'static str,
    tid: &'a str,
    issued_at: u64,
    page_id: u64,
}

impl Simulator {
    /// What `getContext()` answers to a page at `url` in a webview of this user.
    ///
    /// Refused with a sentence for a page whose origin is not among the profile's `whitelisted_domains`.
    pub fn context(&self, psid: &str, url: &str) -> Result<Context, UserError> {
        self.hub().context(psid, url).map_err(UserError)
    }
}

impl Hub {
    fn context(&self, psid: &str, url: &str) -> Result<Context, String> {
        if !self.is_whitelisted(url) {
            return Err(format!(
                "the page at {url} may not use Messenger Extensions; add its origin to whitelisted_domains in the Messenger profile"
            ));
        }
        if self.world().name_of(psid).is_none() {
            let psid = psid.to_owned();
            return Err(Refusal::UnknownUser { psid }.to_string());
        }
        let payload = Payload {
            psid,
            algorithm: "HMAC-SHA256",
            thread_type: THREAD_TYPE,
            tid: psid,
            issued_at: self.clock.now_ms() / 1_000,
            // Validation has parsed the id as a number.
            page_id: self.config.page_id.parse().unwrap_or_default(),
        };
        let payload = serde_json::to_vec(&payload).expect("the payload has string keys only");
        Ok(Context {
            thread_type: THREAD_TYPE,
            tid: psid.to_owned(),
            psid: psid.to_owned(),
            signed_request: signed_request(&self.config.app_secret, &payload),
        })
    }

    /// Whether pages of this address's origin may use Messenger Extensions. Subdomains need entries of their own:
    /// nobody says how far an entry reaches, and this reaches least.
    pub(crate) fn is_whitelisted(&self, url: &str) -> bool {
        let origin = |text: &str| Url::parse(text).ok().map(|url| url.origin());
        let Some(wanted) = origin(url).filter(url::Origin::is_tuple) else {
            return false;
        };
        let world = self.world();
        world
            .page()
            .profile
            .whitelisted_domains()
            .any(|domain| origin(domain).as_ref() == Some(&wanted))
    }
}

/// The signature is over the encoded payload, not over the payload itself.
fn signed_request(app_secret: &str, payload: &[u8]) -> String {
    let payload = URL_SAFE_NO_PAD.encode(payload);
    let mac = Hmac::<Sha256>::new_from_slice(app_secret.as_bytes())
        .expect("HMAC takes a key of any length")
        .chain_update(payload.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{signature}.{payload}")
}

/// `GET /{locale}/messenger.Extensions.js`, the path of the real script, and what the script calls.
pub(crate) fn routes(hub: &Arc<Hub>) -> Route {
    let script = warp::path!(String / "messenger.Extensions.js")
        .and(warp::get())
        .map(|_locale: String| {
            let lines = [
                (CONTENT_TYPE, "text/javascript; charset=utf-8"),
                (CACHE_CONTROL, "no-cache"),
            ];
            with_lines(Response::new(SCRIPT.into()), lines)
        })
        .boxed();
    let context = warp::path!("messenger_platform" / "extensions" / "context")
        .and(warp::get())
        .and(with(Arc::clone(hub)))
        .and(raw_query())
        .and(warp::header::headers_cloned())
        .map(|hub: Arc<Hub>, query: String, headers: HeaderMap| answer(&hub, &query, &headers))
        .boxed();
    script.or(context).unify().boxed()
}

fn answer(hub: &Hub, query: &str, headers: &HeaderMap) -> Response {
    let origin = headers.get(ORIGIN);
    let page = origin
        .and_then(|origin| origin.to_str().ok())
        .unwrap_or_default();
    let (status, body) = match told(hub, query, headers, page) {
        Ok(context) => (StatusCode::OK, serde_json::to_vec(&context)),
        Err(why) => {
            hub.note(None, format!("getContext() was refused: {why}"));
            let error = HashMap::from([("error", why)]);
            (StatusCode::FORBIDDEN, serde_json::to_vec(&error))
        }
    };
    let body = body.expect("both answers have string keys only");
    let lines = [
        (CONTENT_TYPE, "application/json"),
        (CACHE_CONTROL, "no-store"),
        (VARY, "Origin"),
        (ACCESS_CONTROL_ALLOW_CREDENTIALS, "true"),
    ];
    let mut response = with_lines(Response::new(body.into()), lines);
    *response.status_mut() = status;
    if let Some(origin) = origin {
        // A refusal tells nothing about the user, so every page may read its reason.
        response
            .headers_mut()
            .insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    }
    response
}

fn told(hub: &Hub, query: &str, headers: &HeaderMap, page: &str) -> Result<Context, String> {
    let app_id = url::form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "app_id")
        .map(|(_, value)| value);
    if app_id.as_deref() != Some(&hub.config.app_id) {
        let given = app_id.unwrap_or_default();
        return Err(format!(
            "getContext() was called with the app id \"{given}\"; the app is {}",
            hub.config.app_id
        ));
    }
    let psid = hub.user_of(headers).ok_or_else(|| {
        "no webview of this platform is open in this browser: open the page by its start_url, under the platform's own host name"
            .to_owned()
    })?;
    hub.context(&psid, page)
}

fn with_lines<const N: usize>(
    mut response: Response,
    lines: [(HeaderName, &'static str); N],
) -> Response {
    for (name, value) in lines {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}
