//! The pages: small, fit for a phone, everything escaped, with the headers that keep token and code to themselves.

use warp::http::StatusCode;
use warp::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY,
    SET_COOKIE, X_FRAME_OPTIONS,
};
use warp::reply::{Reply, Response};

use crate::fault::Fault;
use crate::state::App;

/// Name of the cookie that tells browsers apart. It proves nothing about who is logged in.
pub(crate) const SESSION_COOKIE: &str = "specimen_sid";

/// What every page of one flow carries along.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Flow<'flow> {
    pub(crate) session: &'flow str,
    pub(crate) csrf: &'flow str,
    pub(crate) token: &'flow str,
    pub(crate) redirect_uri: &'flow str,
}

impl Flow<'_> {
    fn hidden(&self, app: &App) -> String {
        let token = if app.has(Fault::TokenEchoedRaw) {
            format!(
                "<input type=\"hidden\" name=\"account_linking_token\" value=\"{}\">",
                self.token
            )
        } else {
            hidden("account_linking_token", self.token)
        };
        format!(
            "{token}{}{}",
            hidden("redirect_uri", self.redirect_uri),
            hidden("csrf", self.csrf)
        )
    }
}

/// The login page. `parameters` is false where the parameters have been lost.
pub(crate) fn login(app: &App, flow: Flow<'_>, problem: &str, parameters: bool) -> Response {
    let hidden = if parameters {
        flow.hidden(app)
    } else {
        hidden("csrf", flow.csrf)
    };
    let signup = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("account_linking_token", flow.token)
        .append_pair("redirect_uri", flow.redirect_uri)
        .finish();
    let body = format!(
        r#"<h1>Log in</h1>{problem}
<form id="login" method="post" action="/link">{hidden}
<label>User name <input name="username" type="text" autocomplete="username" autocapitalize="none" required></label>
<label>Password <input name="password" type="password" autocomplete="current-password" required></label>
<button type="submit">Log in</button></form>
<form id="cancel" method="post" action="/link/cancel">{hidden}<button type="submit">Cancel</button></form>
<p><a href="/signup?{signup}">Create an account</a></p>"#,
        problem = alert(problem),
        signup = escape(&signup),
    );
    page(app, StatusCode::OK, "Log in", &body, Some(flow.session))
}

/// The sign-up page.
pub(crate) fn signup(app: &App, flow: Flow<'_>, problem: &str) -> Response {
    let body = format!(
        r#"<h1>Create an account</h1>{problem}
<form id="signup" method="post" action="/signup">{hidden}
<label>User name <input name="username" type="text" autocomplete="username" autocapitalize="none" required></label>
<label>Your name <input name="name" type="text" autocomplete="name" required></label>
<label>Password <input name="password" type="password" autocomplete="new-password" required></label>
<button type="submit">Create account</button></form>
<form id="cancel" method="post" action="/link/cancel">{hidden}<button type="submit">Cancel</button></form>"#,
        problem = alert(problem),
        hidden = flow.hidden(app),
    );
    page(
        app,
        StatusCode::OK,
        "Create an account",
        &body,
        Some(flow.session),
    )
}

/// The page that names what is about to be linked.
pub(crate) fn consent(app: &App, flow: Flow<'_>, ticket: &str, name: &str) -> Response {
    let hidden = format!("{}{}", flow.hidden(app), hidden("ticket", ticket));
    let body = format!(
        r#"<h1>Link your account</h1>
<p>Your account <strong>{name}</strong> will be linked to your Messenger conversation with us.</p>
<form id="confirm" method="post" action="/link/confirm">{hidden}<button type="submit">Continue</button></form>
<form id="cancel" method="post" action="/link/cancel">{hidden}<button type="submit">Cancel</button></form>"#,
        name = escape(name),
    );
    page(
        app,
        StatusCode::OK,
        "Link your account",
        &body,
        Some(flow.session),
    )
}

/// A page without a form.
pub(crate) fn notice(app: &App, status: StatusCode, title: &str, text: &str) -> Response {
    let body = format!("<h1>{}</h1><p>{}</p>", escape(title), escape(text));
    page(app, status, title, &body, None)
}

/// Sends the browser to `location`.
pub(crate) fn redirect(app: &App, status: StatusCode, location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => {
            let mut response = warp::reply::with_status("", status).into_response();
            response.headers_mut().insert(LOCATION, location);
            guard(app, &mut response);
            response
        }
        // Only a fault can get here: a decoded address may hold control characters.
        Err(_) => notice(
            app,
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong",
            "The address to go back to cannot be sent in a header.",
        ),
    }
}

fn page(app: &App, status: StatusCode, title: &str, body: &str, session: Option<&str>) -> Response {
    let viewport = if app.has(Fault::NoViewport) {
        ""
    } else {
        r#"<meta name="viewport" content="width=device-width, initial-scale=1">"#
    };
    let html = format!(
        r#"<!doctype html><html lang="en"><head><meta charset="utf-8">{viewport}<title>{title}</title>
<style>body{{font:1rem sans-serif;max-width:26rem;margin:auto;padding:1rem}}
label,input,button{{display:block;width:100%;box-sizing:border-box;margin:.5rem 0}}
input,button{{min-height:2.75rem;font-size:1rem}}</style></head>
<body>{body}</body></html>"#,
        title = escape(title),
    );
    let mut response = warp::reply::with_status(warp::reply::html(html), status).into_response();
    guard(app, &mut response);
    if let Some(session) = session
        && let Ok(cookie) = HeaderValue::from_str(&format!(
            "{SESSION_COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax"
        ))
    {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
    response
}

fn guard(app: &App, response: &mut Response) {
    let rules: [(Fault, HeaderName, &str); 4] = [
        (Fault::CacheablePages, CACHE_CONTROL, "no-store"),
        (
            Fault::FramablePages,
            CONTENT_SECURITY_POLICY,
            "frame-ancestors 'none'",
        ),
        (Fault::FramablePages, X_FRAME_OPTIONS, "DENY"),
        (Fault::ReferrerLeaks, REFERRER_POLICY, "no-referrer"),
    ];
    for (without, name, value) in rules {
        if !app.has(without)
            && let Ok(value) = HeaderValue::from_str(value)
        {
            response.headers_mut().insert(name, value);
        }
    }
}

fn alert(problem: &str) -> String {
    if problem.is_empty() {
        String::new()
    } else {
        format!(r#"<p role="alert">{}</p>"#, escape(problem))
    }
}

fn hidden(name: &str, value: &str) -> String {
    format!(
        r#"<input type="hidden" name="{name}" value="{}">"#,
        escape(value)
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}
