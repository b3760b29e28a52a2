//! How an attempt to log in ended, and what a failed one may be blamed for.

use super::page::asks_for_password;
use super::raw_url::{RawPair, RawUrl};
use super::returned::{Returned, steps};
use crate::text::Text;
use crate::transcript::{Exchange, Given, Intent, Transcript, What};

/// How the attempt to log in under one tag ended.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Ending<'a> {
    /// The browser was sent away from the backend.
    Away(Returned<'a>),
    /// Credentials went in and a page of the backend came out, without a password field.
    OwnPage(&'a Exchange),
    /// Credentials went in and the page asks for a password again.
    AskedAgain(&'a Exchange),
    /// The driver did not get as far as sending credentials.
    NotSent(&'a str),
}

impl<'a> Ending<'a> {
    /// The ending of a flow under a tag; `None` when no login was tried there.
    pub(crate) fn of(transcript: &'a Transcript, flow: usize, tag: &str) -> Option<Self> {
        if let Some(returned) = Returned::tagged(transcript, flow, tag) {
            return Some(Self::Away(returned));
        }
        let mut sent = false;
        let mut tried = false;
        let mut last = None;
        let mut reason = "";
        for step in steps(transcript, flow, tag) {
            match &step.what {
                What::Intent(attempted) => tried |= attempted.intent == Intent::Login,
                What::Browser(exchange) => {
                    sent |= tried && carries_credentials(transcript, flow, exchange);
                    last = Some(exchange);
                }
                What::Stuck { reason: why } => reason = why,
                _ => {}
            }
        }
        match last {
            Some(last) if sent && asks_for_password(&last.body) => Some(Self::AskedAgain(last)),
            Some(last) if sent => Some(Self::OwnPage(last)),
            _ if tried || !reason.is_empty() => Some(Self::NotSent(reason)),
            _ => None,
        }
    }
}

/// Whether the plain linking that was played beside the odd one, as the next flow under tag `control`, came back well.
///
/// Where it did not, the odd one proves nothing: logins do not come back here at all.
pub(crate) fn control_arrived(transcript: &Transcript, flow: usize) -> bool {
    Returned::tagged(transcript, flow, "control").is_some_and(|returned| returned.arrived())
}

/// What to say when [`control_arrived`] is false.
pub(crate) const CONTROL_FAILED: Text = Text::fixed(
    "a plain login played beside this one did not come back to redirect_uri either",
    "同时进行的普通登录也没有返回 redirect_uri",
);

/// Whether a backend may refuse this answer's linking without being judged for it: what no live platform
/// sends (protocol rows 1.3.3 and 1.3.4) it may turn away with a 4xx, and a server error over raw characters
/// beyond ASCII is RED-11's to tell.
pub(crate) fn may_be_refused(given: &Given, answer: &Exchange) -> bool {
    match answer.status {
        400..=499 => !live_like(&given.redirect_uri, &given.account_linking_token),
        500..=599 => !given.redirect_uri.is_ascii(),
        _ => false,
    }
}

fn live_like(redirect_uri: &str, token: &str) -> bool {
    let url = RawUrl::split(redirect_uri);
    let host = url.authority();
    let known = ["facebook.com", "messenger.com"].iter().any(|domain| {
        host.strip_suffix(domain)
            .is_some_and(|front| front.is_empty() || front.ends_with('.'))
    });
    let carries_token = url.pairs().iter().any(|pair| pair.decoded_value() == token);
    known
        && carries_token
        && url.fragment.is_none()
        && redirect_uri.is_ascii()
        && url.origin().starts_with("https:")
}

/// Whether a request sends the account's user name or a secret of the transcript, in its form or its URL.
pub(crate) fn carries_credentials(
    transcript: &Transcript,
    flow: usize,
    exchange: &Exchange,
) -> bool {
    let username = transcript
        .flows
        .get(flow)
        .and_then(|given| given.account.as_ref())
        .map(|account| account.username.as_str());
    let in_query = RawUrl::split(&exchange.url)
        .pairs()
        .iter()
        .map(RawPair::decoded_value)
        .collect::<Vec<_>>();
    let mut values = exchange
        .form
        .iter()
        .map(|(_, value)| value)
        .chain(&in_query);
    values.any(|value| {
        Some(value.as_str()) == username
            || transcript
                .canaries
                .iter()
                .any(|canary| canary.secret && canary.value == *value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        BUTTON, CODE, LIVE, LOGIN_PAGE, Tape, flow_transcript, given, html, live_with,
    };

    #[test]
    fn an_ending_says_how_far_the_login_came() {
        let away = flow_transcript().login().navigated(&live_with(CODE)).done();
        assert!(matches!(Ending::of(&away, 0, ""), Some(Ending::Away(_))));

        let own = flow_transcript()
            .login()
            .exchange(html("GET", BUTTON, 200, "<p>ok</p>"))
            .stayed()
            .done();
        assert!(
            matches!(Ending::of(&own, 0, ""), Some(Ending::OwnPage(page)) if page.body.contains("ok"))
        );

        let again = flow_transcript()
            .login()
            .exchange(html("GET", BUTTON, 200, LOGIN_PAGE))
            .stayed()
            .done();
        assert!(matches!(
            Ending::of(&again, 0, ""),
            Some(Ending::AskedAgain(_))
        ));

        let stuck = flow_transcript()
            .page(404, "{}")
            .intent(Intent::Login, "")
            .stuck("no form")
            .done();
        assert!(matches!(
            Ending::of(&stuck, 0, ""),
            Some(Ending::NotSent("no form"))
        ));

        let opened = flow_transcript().page(200, LOGIN_PAGE).done();
        assert!(Ending::of(&opened, 0, "").is_none());
    }

    #[test]
    fn a_control_counts_only_where_it_came_back_whole() {
        let odd = || flow_transcript().login().stayed();
        assert!(control_arrived(&odd().and_a_plain_login().done(), 1));
        assert!(!control_arrived(&odd().done(), 1));
        let bare = odd()
            .given(given(LIVE))
            .tag("control")
            .login()
            .navigated(LIVE)
            .done();
        assert!(!control_arrived(&bare, 1));
    }

    #[test]
    fn only_what_no_live_platform_sends_may_be_refused() {
        let refusal = html("GET", BUTTON, 400, "no");
        assert!(!may_be_refused(&given(LIVE), &refusal));
        for odd in [
            "https://facebook.com/x",
            "https://a.test/?t=1",
            "http://facebook.com/?t=1",
        ] {
            assert!(may_be_refused(&given(odd), &refusal), "{odd}");
        }
        let crash = html("GET", BUTTON, 500, "oops");
        assert!(!may_be_refused(&given(LIVE), &crash));
        assert!(may_be_refused(&given("https://a.test/?q=\u{e9}"), &crash));
    }

    #[test]
    fn credentials_are_seen_in_forms_and_in_queries() {
        let transcript = Tape::new("flow").given(given(LIVE)).done();
        let mut posted = html("POST", BUTTON, 302, "");
        assert!(!carries_credentials(&transcript, 0, &posted));
        posted.form.push(("user".to_owned(), "alice".to_owned()));
        assert!(carries_credentials(&transcript, 0, &posted));
        let got = html("GET", &format!("{BUTTON}?u=alice"), 302, "");
        assert!(carries_credentials(&transcript, 0, &got));
    }
}
