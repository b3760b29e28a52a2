//! The headers that every answer carries.

use warp::http::{HeaderMap, HeaderName, HeaderValue, header};

/// Where the forms of a page may lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Forms {
    /// To this site only. Chromium holds redirects after a form to the same rule, so a form guarded
    /// like this can never carry a password away.
    StayHere,
    /// Wherever the answer redirects to. Only the confirmation needs it: its answer is the way back
    /// to Messenger, whose own further redirects cannot be listed. It carries no password.
    MayLeave,
}

const STAY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
const LEAVE: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Headers for something that is not a page.
pub(crate) fn guard_data(headers: &mut HeaderMap) {
    let referrer_policy = HeaderName::from_static("referrer-policy");
    for (name, value) in [
        // Pages hold tokens and the redirect holds a code: neither may be kept or handed on.
        (header::CACHE_CONTROL, "no-store"),
        (referrer_policy, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// Headers for a page.
pub(super) fn guard_page(headers: &mut HeaderMap, forms: Forms) {
    guard_data(headers);
    let policy = match forms {
        Forms::StayHere => STAY,
        Forms::MayLeave => LEAVE,
    };
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(policy),
    );
    headers.insert(
        header::VARY,
        HeaderValue::from_static("Accept-Language, Cookie"),
    );
}
