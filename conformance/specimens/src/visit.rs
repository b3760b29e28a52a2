//! One request inside a flow: both parameters in order, and the browser it comes from.

use warp::http::StatusCode;
use warp::reply::Response;

use crate::code::{csrf, same, unguessable};
use crate::fault::Fault;
use crate::form::{Fields, cookie};
use crate::pages::{self, Flow, SESSION_COOKIE};
use crate::redirect;
use crate::state::App;

/// The parameters the platform appends (S17).
pub(crate) const PARAMETERS: [&str; 2] = ["account_linking_token", "redirect_uri"];

/// One request inside a flow, with both parameters in order.
pub(crate) struct Visit {
    pub(crate) session: String,
    pub(crate) fields: Fields,
    csrf: String,
}

impl Visit {
    /// Reads a request, or gives the page that says what is wrong with it.
    pub(crate) fn read(
        app: &App,
        cookies: Option<&str>,
        fields: Fields,
    ) -> Result<Self, Box<Response>> {
        let token = fields.first("account_linking_token");
        let redirect_uri = fields.first("redirect_uri");
        let problem = if PARAMETERS.iter().any(|name| fields.repeats(name)) {
            Some("A parameter came twice.")
        } else if token.is_empty() || redirect_uri.is_empty() {
            // Unsupported clients open the page without them (protocol row 1.1.3).
            Some("Please open this page with the Log In button in the Messenger app.")
        } else if app.has(Fault::TokenPatternTooNarrow) && !is_narrow(token) {
            Some("The account_linking_token is not valid.")
        } else {
            redirect::refusal(redirect_uri)
        };
        if let Some(problem) = problem {
            let status = if redirect_uri.is_empty() && app.has(Fault::MissingRedirectUri500) {
                StatusCode::INTERNAL_SERVER_ERROR
            } else {
                StatusCode::BAD_REQUEST
            };
            return Err(Box::new(pages::notice(
                app,
                status,
                "This page cannot be opened",
                problem,
            )));
        }
        // A session only ties a form to the browser that was shown it; it never means "logged in",
        // so there is nothing to be gained by planting one and no need to change it at login.
        let session = cookie(cookies, SESSION_COOKIE)
            .filter(|value| value.len() == 22 && is_narrow(value))
            .map_or_else(unguessable, str::to_owned);
        let csrf = csrf(app, &session);
        Ok(Self {
            session,
            fields,
            csrf,
        })
    }

    pub(crate) fn token(&self) -> &str {
        self.fields.first("account_linking_token")
    }

    pub(crate) fn redirect_uri(&self) -> &str {
        self.fields.first("redirect_uri")
    }

    pub(crate) fn flow(&self) -> Flow<'_> {
        Flow {
            session: &self.session,
            csrf: &self.csrf,
            token: self.token(),
            redirect_uri: self.redirect_uri(),
        }
    }

    /// Whether the form comes from a page that this browser was shown.
    pub(crate) fn is_own(&self, app: &App) -> bool {
        app.has(Fault::NoCsrfCheck) || same(self.fields.first("csrf"), &self.csrf)
    }
}

fn is_narrow(text: &str) -> bool {
    text.len() <= 255
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
