//! What the user's browser meets: the opened linking URL and the way back.

/// The shape of a `redirect_uri`, before the token is known.
///
/// `{token}` stands where the platform puts the account_linking_token; a template without it
/// yields a URI without token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectTemplate(pub String);

/// A linking URL that has been opened for one user.
#[derive(Debug, Clone)]
pub struct Opening {
    /// What the webview loads: the button's URL with both parameters appended (protocol rows 1.2.1-1.2.6).
    pub url: String,
    /// The token, valid for five minutes of platform time.
    pub account_linking_token: String,
    /// The redirect_uri before encoding.
    pub redirect_uri: String,
    /// Who tapped.
    pub psid: String,
}

/// What should happen to the event when the browser comes back with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Landing {
    /// Deliver at once and link only if acknowledged, as production does.
    #[default]
    Deliver,
    /// Keep the event; the caller delivers it. The linking waits for acknowledgement.
    Hold,
}

/// What the user sees at the end, and why.
#[derive(Debug, Clone)]
pub struct Landed {
    /// Who came back, when the token told it.
    pub psid: Option<String>,
    /// The code that came along, as the URL parser yields it.
    pub authorization_code: Option<String>,
    /// How it ended.
    pub result: LandingResult,
    /// The linked event (whole envelope), when one arose.
    pub event: Option<serde_json::Value>,
    /// The delivery, when one was made.
    pub attempt: Option<crate::webhook::Attempt>,
    /// The page shown, as HTML.
    pub page: String,
}

/// The end of one linking attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LandingResult {
    /// Acknowledged: the user is linked.
    Linked,
    /// The event is held; nothing is decided.
    Held,
    /// Aborted, with the reason that the page shows.
    Aborted(String),
}
