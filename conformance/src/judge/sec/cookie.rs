//! Cookies that cannot be read, stolen or planted: SEC-10.

use cookie::{Cookie, SameSite};

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::ending::carries_credentials;
use crate::judge::page::asks_for_password;
use crate::judge::returned::steps;
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Exchange, Transcript, What};

pub(super) const SEC_10: Check = Check {
    id: "SEC-10",
    level: Level::Hardening,
    basis: &["lit"],
    needs: &[Need::Login],
    scenarios: &["flow", "signed-in"],
    title: &Text::fixed(
        "Session cookies are HttpOnly, Secure on https, usable in a webview, and new after the login",
        "会话 Cookie 为 HttpOnly,在 https 上为 Secure,可在网页视图中使用,并在登录后更换",
    ),
    why: &Text::fixed(
        "A cookie that scripts can read, or that was the same before the login, can end up with someone else.",
        "脚本可读的 Cookie,或登录前后相同的 Cookie,可能落到别人手里。",
    ),
    fault: &Text::fixed(
        "The framework's defaults are kept, and the session id is not renewed at the login.",
        "沿用框架默认值,登录时没有更换会话编号。",
    ),
    judge: Judge::Each(sets_safe_cookies),
};

fn sets_safe_cookies(transcript: &Transcript, _: &Context) -> Verdict {
    let set: Vec<(&Exchange, Cookie<'_>)> = transcript.exchanges(0).flat_map(cookies).collect();
    for (exchange, cookie) in &set {
        if let Some((message, expected)) = weakness(cookie, exchange.url.starts_with("https:")) {
            let got = format!(
                "set-cookie of {} by {} {}",
                cookie.name(),
                exchange.method,
                exchange.url
            );
            return Verdict::Broken(Finding::new(transcript, message, expected, got));
        }
    }
    if let Some(name) = kept_through_login(transcript) {
        return Verdict::Broken(Finding::new(
            transcript,
            Text::new(
                format!(
                    "the session cookie {name} is the same before and after the login, so it can be planted"
                ),
                format!("会话 Cookie {name} 在登录前后相同,因此可以被预先植入"),
            ),
            "a new value with the answer to the login",
            format!("{name} was not set again"),
        ));
    }
    if set.is_empty() {
        Verdict::Untouched
    } else {
        Verdict::Held
    }
}

fn cookies(exchange: &Exchange) -> impl Iterator<Item = (&Exchange, Cookie<'_>)> {
    let lines = exchange
        .headers
        .iter()
        .filter(|(name, _)| name == "set-cookie");
    lines.filter_map(move |(_, line)| Some((exchange, Cookie::parse(line.as_str()).ok()?)))
}

fn weakness(cookie: &Cookie<'_>, https: bool) -> Option<(Text, &'static str)> {
    let name = cookie.name().to_owned();
    // A token that a script must repeat in a header has to be readable; it authenticates nobody.
    let for_scripts = ["csrf", "xsrf"]
        .iter()
        .any(|word| name.to_lowercase().contains(word));
    let secure = cookie.secure().unwrap_or(false);
    if cookie.value().is_empty() {
        // Removes a cookie.
        None
    } else if !for_scripts && !cookie.http_only().unwrap_or(false) {
        let text = Text::new(
            format!("the cookie {name} can be read by scripts"),
            format!("Cookie {name} 可被脚本读取"),
        );
        Some((text, "HttpOnly"))
    } else if https && !secure {
        let text = Text::new(
            format!("the cookie {name} is also sent over http"),
            format!("Cookie {name} 也会通过 http 发送"),
        );
        Some((text, "Secure"))
    } else if cookie.same_site() == Some(SameSite::None) && !secure {
        let text = Text::new(
            format!("the cookie {name} is refused by browsers: SameSite=None without Secure"),
            format!("Cookie {name} 会被浏览器拒绝:SameSite=None 但没有 Secure"),
        );
        Some((text, "SameSite=Lax, or SameSite=None with Secure"))
    } else {
        None
    }
}

/// The cookie that carried a browser through its login unchanged, where the browser is seen to be signed in.
///
/// A cookie that merely tells browsers apart need not change: the second linking of a signed-in browser shows
/// whether it does more, namely when no password is asked for any more.
fn kept_through_login(transcript: &Transcript) -> Option<String> {
    let second = steps(transcript, 1, "negative").filter_map(|step| match &step.what {
        What::Browser(exchange) => Some(exchange),
        _ => None,
    });
    let page = second.last()?;
    if page.status != 200 || asks_for_password(&page.body) {
        return None;
    }
    let exchanges: Vec<&Exchange> = transcript.exchanges(0).collect();
    let login = exchanges
        .iter()
        .position(|exchange| carries_credentials(transcript, 0, exchange))?;
    let (before, after) = exchanges.split_at(login);
    let early = before
        .iter()
        .copied()
        .flat_map(cookies)
        .map(|(_, cookie)| cookie.name().to_owned())
        .next()?;
    let renewed = after.iter().copied().flat_map(cookies).next().is_some();
    (!renewed).then_some(early)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        BUTTON, CODE, LIVE, LOGIN_PAGE, Tape, broken, flow_transcript, given, html, live_with,
        verdict,
    };

    fn setting(url: &str, line: &str) -> Exchange {
        let mut page = html("GET", url, 200, LOGIN_PAGE);
        page.headers
            .push(("set-cookie".to_owned(), line.to_owned()));
        page
    }

    fn flow(url: &str, line: &str) -> Transcript {
        flow_transcript().exchange(setting(url, line)).done()
    }

    #[test]
    fn safe_cookies_hold() {
        for line in [
            "sid=0123456789; HttpOnly; SameSite=Lax",
            "csrf_token=0123456789; SameSite=Strict",
            "old=; Max-Age=0",
        ] {
            assert_eq!(
                verdict(SEC_10.judge, &flow(BUTTON, line)),
                Verdict::Held,
                "{line}"
            );
        }
        let https = flow(
            "https://shop.test/link",
            "sid=0123456789; HttpOnly; Secure; SameSite=None",
        );
        assert_eq!(verdict(SEC_10.judge, &https), Verdict::Held);
        assert_eq!(
            verdict(
                SEC_10.judge,
                &flow_transcript().page(200, LOGIN_PAGE).done()
            ),
            Verdict::Untouched
        );
    }

    #[test]
    fn what_a_cookie_lacks_is_named() {
        for (url, line, word) in [
            (BUTTON, "sid=0123456789", "read by scripts"),
            (
                "https://shop.test/link",
                "sid=0123456789; HttpOnly",
                "over http",
            ),
            (
                BUTTON,
                "sid=0123456789; HttpOnly; SameSite=None",
                "refused by browsers",
            ),
        ] {
            let finding = broken(verdict(SEC_10.judge, &flow(url, line)));
            assert!(
                finding.message.en.contains(word),
                "{line}: {}",
                finding.message.en
            );
        }
    }

    fn signed_in(renewing: bool, second_page: &str) -> Transcript {
        let mut tape = Tape::new("signed-in")
            .given(given(LIVE))
            .tag("first")
            .exchange(setting(BUTTON, "sid=0123456789; HttpOnly"))
            .login();
        if renewing {
            tape = tape.exchange(setting(BUTTON, "sid=9876543210; HttpOnly"));
        }
        tape.navigated(&live_with(CODE))
            .given(given(LIVE))
            .tag("negative")
            .page(200, second_page)
            .done()
    }

    #[test]
    fn a_session_that_outlives_the_login_is_told() {
        let fixed = broken(verdict(
            SEC_10.judge,
            &signed_in(false, "<form><button>Continue</button></form>"),
        ));
        assert!(
            fixed
                .message
                .en
                .contains("sid is the same before and after")
        );
        assert_eq!(
            verdict(
                SEC_10.judge,
                &signed_in(true, "<form><button>Continue</button></form>")
            ),
            Verdict::Held
        );
    }

    #[test]
    fn a_cookie_that_signs_nobody_in_need_not_change() {
        assert_eq!(
            verdict(SEC_10.judge, &signed_in(false, LOGIN_PAGE)),
            Verdict::Held
        );
    }
}
