//! The linking page called without what it needs: URL-02 and URL-03.
//!
//! Protocol row 1.1.3 saw it happen: clients that do not support linking open the page without `redirect_uri`.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::ending::{CONTROL_FAILED, control_arrived};
use crate::judge::page::described;
use crate::judge::returned::code_in;
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::Transcript;

pub(super) const URL_02: Check = Check {
    id: "URL-02",
    level: Level::Should,
    basis: &["url"],
    needs: &[Need::Login],
    scenarios: &["bare"],
    title: &Text::fixed(
        "A missing or broken redirect_uri leads to a clear page, not to a crash or to somewhere else",
        "redirect_uri 缺失或损坏时显示明确的页面,而不是崩溃或跳到别处",
    ),
    why: &Text::fixed(
        "Clients that do not support linking open the page without it, and people reload old tabs.",
        "不支持绑定的客户端会不带该参数打开页面,用户也会刷新旧页面。",
    ),
    fault: &Text::fixed(
        "The parameter is read without a check, often only after the login has succeeded.",
        "不检查就读取参数,而且往往在登录成功之后才读。",
    ),
    judge: Judge::Each(survives_a_broken_redirect_uri),
};

pub(super) const URL_03: Check = Check {
    id: "URL-03",
    level: Level::Should,
    basis: &["S17"],
    needs: &[Need::Login],
    scenarios: &["bare"],
    title: &Text::fixed(
        "Without account_linking_token no code is issued",
        "没有 account_linking_token 时不发放授权码",
    ),
    why: &Text::fixed(
        "The token says whose linking this is; a code without it is a code for nobody.",
        "口令表明这是谁的绑定;没有口令,授权码就不属于任何人。",
    ),
    fault: &Text::fixed(
        "The token is never read, so nobody notices that it is not there.",
        "从不读取口令,所以缺了也没人发现。",
    ),
    judge: Judge::Each(needs_a_token),
};

fn label<'a>(transcript: &'a Transcript, kind: &str) -> Option<&'a str> {
    transcript
        .labels
        .iter()
        .find_map(|label| label.strip_prefix(kind))
}

fn survives_a_broken_redirect_uri(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(state) = label(transcript, "redirect-uri:") else {
        return Verdict::Untouched;
    };
    if let Some(crash) = transcript
        .exchanges(0)
        .find(|exchange| 500 <= exchange.status)
    {
        return Verdict::Broken(Finding::new(
            transcript,
            Text::new(
                format!(
                    "the backend crashed when redirect_uri is {state}: status {}",
                    crash.status
                ),
                format!("redirect_uri 为 {state} 时后端出错:状态 {}", crash.status),
            ),
            "a page with status 4xx that says what is missing",
            described(crash),
        ));
    }
    let left = transcript
        .navigation(0)
        .map(|navigated| navigated.url.as_str());
    // A relative address keeps the browser on the backend, so the code shows in one of its own requests.
    let stayed_with_code = transcript
        .exchanges(0)
        .map(|exchange| exchange.url.as_str())
        .find(|url| code_in(url).is_some());
    if let Some(url) = left.or(stayed_with_code) {
        let (en, zh) = if code_in(url).is_some() {
            ("a code was sent out although", "仍然送出了授权码")
        } else {
            (
                "the browser was sent somewhere although",
                "浏览器仍被送往别处",
            )
        };
        return Verdict::Broken(Finding::new(
            transcript,
            Text::new(
                format!("{en} redirect_uri is {state}"),
                format!("redirect_uri 为 {state} 时{zh}"),
            ),
            "an error page",
            url,
        ));
    }
    held_if_controlled(transcript)
}

fn needs_a_token(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(state) = label(transcript, "token:") else {
        return Verdict::Untouched;
    };
    let code = transcript
        .navigation(0)
        .filter(|navigated| code_in(&navigated.url).is_some());
    match code {
        Some(navigated) => Verdict::Broken(Finding::new(
            transcript,
            Text::new(
                format!("a code was issued although account_linking_token is {state}"),
                format!("account_linking_token 为 {state} 时仍发放了授权码"),
            ),
            "no authorization_code",
            navigated.url.clone(),
        )),
        None => held_if_controlled(transcript),
    }
}

/// That nothing happened counts only where the whole URL would have worked.
fn held_if_controlled(transcript: &Transcript) -> Verdict {
    if control_arrived(transcript, 1) {
        Verdict::Held
    } else {
        Verdict::Blocked(CONTROL_FAILED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        BUTTON, CODE, LIVE, LOGIN_PAGE, Tape, broken, given, html, live_with, verdict,
    };

    fn bare(label: &str) -> Tape {
        Tape::new("bare")
            .given(given(LIVE))
            .label(label)
            .tag("negative")
    }

    #[test]
    fn an_error_page_holds_where_the_whole_url_works() {
        let refused = bare("redirect-uri:missing").page(400, "redirect_uri is missing");
        assert_eq!(
            verdict(URL_02.judge, &refused.clone().and_a_plain_login().done()),
            Verdict::Held
        );
        assert!(matches!(
            verdict(URL_02.judge, &refused.done()),
            Verdict::Blocked(_)
        ));
        let token = bare("token:missing")
            .page(400, "no")
            .and_a_plain_login()
            .done();
        assert_eq!(verdict(URL_03.judge, &token), Verdict::Held);
        assert_eq!(verdict(URL_02.judge, &token), Verdict::Untouched);
    }

    #[test]
    fn a_crash_is_told_also_after_the_login() {
        let tape = bare("redirect-uri:missing")
            .login()
            .exchange(html("GET", BUTTON, 500, "KeyError"))
            .stayed();
        let finding = broken(verdict(URL_02.judge, &tape.and_a_plain_login().done()));
        assert!(
            finding
                .message
                .en
                .contains("crashed when redirect_uri is missing")
        );
        assert!(finding.got.contains("KeyError"));
    }

    #[test]
    fn a_default_address_is_told() {
        let tape = bare("redirect-uri:empty")
            .login()
            .navigated("https://shop.test/home")
            .and_a_plain_login();
        assert!(
            broken(verdict(URL_02.judge, &tape.done()))
                .message
                .en
                .contains("sent somewhere")
        );
        let code = bare("redirect-uri:relative")
            .login()
            .exchange(html(
                "GET",
                "http://127.0.0.1:8000/back?authorization_code=x",
                404,
                LOGIN_PAGE,
            ))
            .and_a_plain_login();
        assert!(
            broken(verdict(URL_02.judge, &code.done()))
                .message
                .en
                .contains("a code was sent out")
        );
    }

    #[test]
    fn a_code_without_a_token_is_told() {
        let transcript = bare("token:empty")
            .login()
            .navigated(&live_with(CODE))
            .and_a_plain_login()
            .done();
        assert!(
            broken(verdict(URL_03.judge, &transcript))
                .message
                .en
                .contains("account_linking_token is empty")
        );
    }
}
