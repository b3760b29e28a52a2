//! What opening the linking URL shows before anybody logged in: URL-01 and URL-04.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::ending::may_be_refused;
use crate::judge::page::{described, is_html};
use crate::judge::raw_url::RawUrl;
use crate::judge::returned::code_in;
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Transcript, What};

pub(super) const URL_01: Check = Check {
    id: "URL-01",
    level: Level::Must,
    basis: &["S11", "S16", "S50"],
    needs: &[],
    scenarios: &["flow"],
    title: &Text::fixed(
        "The linking URL with the platform's two parameters opens a page",
        "带有平台两个参数的绑定网址能打开页面",
    ),
    why: &Text::fixed(
        "This is what the user sees after tapping Log In; anything but a page ends the linking there.",
        "这是用户点按“登录”后看到的内容;如果不是页面,绑定到此为止。",
    ),
    fault: &Text::fixed(
        "The route does not expect a query, or an API answers where people need a page.",
        "路由不接受查询参数,或本应显示页面的地方返回了接口数据。",
    ),
    judge: Judge::Each(opens_a_page),
};

pub(super) const URL_04: Check = Check {
    id: "URL-04",
    level: Level::Must,
    basis: &["S07"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "In a fresh browser no code is issued before somebody logged in",
        "在全新的浏览器中,登录之前不发放授权码",
    ),
    why: &Text::fixed(
        "A code confirms that the user proved who they are. Given away on opening, it links a chat to nobody in particular, or to the wrong person.",
        "授权码用于确认用户已证明身份。一打开就发放,会把对话绑定到不确定的人,甚至错误的人。",
    ),
    fault: &Text::fixed(
        "The page redirects at once, with a constant or a fresh code, and never asks for anything.",
        "页面立即重定向,附上固定或新生成的授权码,从不要求登录。",
    ),
    judge: Judge::Each(asks_before_it_gives),
};

fn opens_a_page(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(given) = transcript.flows.first() else {
        return Verdict::Untouched;
    };
    let mut first = None;
    for step in transcript.of(0) {
        match &step.what {
            What::Browser(exchange) => first = Some(exchange),
            What::Intent(_) => break,
            // Leaving at once is URL-04's to judge, or a sign-in service elsewhere.
            What::Navigated(_) => return Verdict::Untouched,
            _ => {}
        }
    }
    let Some(page) = first else {
        return Verdict::Untouched;
    };
    if may_be_refused(given, page) {
        return Verdict::Untouched;
    }
    let message = match page.status {
        200..=299 if is_html(page) => return Verdict::Held,
        200..=299 => Text::fixed(
            "the linking URL answers, but not with an HTML page",
            "绑定网址有响应,但不是 HTML 页面",
        ),
        300..=399 => Text::fixed(
            "the linking URL redirects without ever showing a page",
            "绑定网址一直重定向,没有显示页面",
        ),
        status => Text::new(
            format!("the linking URL answers with status {status} and not with a page"),
            format!("绑定网址返回状态 {status},没有显示页面"),
        ),
    };
    Verdict::Broken(Finding::new(
        transcript,
        message,
        "status 200, text/html",
        described(page),
    ))
}

fn asks_before_it_gives(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(navigated) = transcript.navigation(0) else {
        return Verdict::Untouched;
    };
    match code_in(&navigated.url) {
        None => Verdict::Untouched,
        Some(_) if navigated.after_credentials => Verdict::Held,
        Some(_) => Verdict::Broken(Finding::new(
            transcript,
            Text::fixed(
                "opening the linking URL was enough: the browser was sent back with a code before anybody logged in",
                "只要打开绑定网址,还没有人登录,浏览器就带着授权码被送回",
            ),
            "a login page",
            format!(
                "{} ({})",
                navigated.url,
                RawUrl::split(&transcript.flows[0].linking_url).base
            ),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        BUTTON, CODE, LOGIN_PAGE, Tape, broken, flow_transcript, given, html, live_with, verdict,
    };

    #[test]
    fn a_login_page_holds_also_behind_redirects() {
        let page = flow_transcript().page(200, LOGIN_PAGE).done();
        assert_eq!(verdict(URL_01.judge, &page), Verdict::Held);
        let moved = flow_transcript()
            .page(302, "")
            .exchange(html("GET", BUTTON, 200, LOGIN_PAGE))
            .done();
        assert_eq!(verdict(URL_01.judge, &moved), Verdict::Held);
    }

    #[test]
    fn no_page_is_told_with_what_came() {
        let missing = flow_transcript().page(404, "not found").done();
        let finding = broken(verdict(URL_01.judge, &missing));
        assert!(finding.message.en.contains("status 404"));
        assert_eq!(finding.got, "status 404, text/html: not found");

        let mut json = html("GET", BUTTON, 200, "{}");
        json.headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        let dump = flow_transcript().exchange(json).done();
        assert!(
            broken(verdict(URL_01.judge, &dump))
                .message
                .en
                .contains("not with an HTML page")
        );

        let around = flow_transcript().page(302, "").done();
        assert!(
            broken(verdict(URL_01.judge, &around))
                .message
                .en
                .contains("without ever showing")
        );
    }

    #[test]
    fn an_odd_address_may_be_refused() {
        let odd = Tape::new("flow")
            .given(given("https://[::1]/"))
            .page(400, "no")
            .done();
        assert_eq!(verdict(URL_01.judge, &odd), Verdict::Untouched);
    }

    #[test]
    fn a_code_after_the_login_holds_and_one_before_does_not() {
        let after = flow_transcript().login().navigated(&live_with(CODE)).done();
        assert_eq!(verdict(URL_04.judge, &after), Verdict::Held);
        let before = flow_transcript()
            .page(302, "")
            .navigated(&live_with(CODE))
            .done();
        assert!(
            broken(verdict(URL_04.judge, &before))
                .message
                .en
                .contains("before anybody logged in")
        );
        assert_eq!(verdict(URL_01.judge, &before), Verdict::Untouched);
        let none = flow_transcript().page(200, LOGIN_PAGE).done();
        assert_eq!(verdict(URL_04.judge, &none), Verdict::Untouched);
    }
}
