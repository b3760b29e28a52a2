//! Whether the browser was sent to the `redirect_uri` at all: RED-01 and, for odd hosts and ports, RED-10.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::address::Difference;
use crate::judge::ending::{Ending, may_be_refused};
use crate::judge::page::excerpt;
use crate::judge::raw_url::RawUrl;
use crate::judge::returned::Returned;
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Exchange, Given, Transcript};

pub(super) const RED_01: Check = Check {
    id: "RED-01",
    level: Level::Must,
    basis: &["S12", "S18", "S22"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "A finished login sends the browser to redirect_uri",
        "登录完成后,浏览器被送回 redirect_uri",
    ),
    why: &Text::fixed(
        "The platform learns of the login only from this navigation. Without it the webview stays open on your page and the linking is aborted.",
        "平台只能通过这次跳转得知登录已完成。没有它,网页视图会停在您的页面上,绑定即告中止。",
    ),
    fault: &Text::fixed(
        "The login ends on a page of its own or on the start page, or the address is rebuilt from a constant instead of taken from the parameter.",
        "登录停在自己的页面或首页,或者地址由常量拼成,而不是取自参数。",
    ),
    judge: Judge::Each(reaches_the_redirect_uri),
};

pub(super) const RED_10: Check = Check {
    id: "RED-10",
    level: Level::Should,
    basis: &["url"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "Host and port of redirect_uri survive, however they are written",
        "无论怎样书写,redirect_uri 的主机和端口都保持不变",
    ),
    why: &Text::fixed(
        "Another host or port is another server: the code goes to someone else or to nobody.",
        "主机或端口变了就是另一台服务器:授权码会送给别人,或者无人接收。",
    ),
    fault: &Text::fixed(
        "The address is put together again from host name and path, and the port, the brackets of an IPv6 literal or the final dot get lost.",
        "用主机名和路径重新拼接地址时,丢失了端口、IPv6 的方括号或末尾的点。",
    ),
    judge: Judge::Each(keeps_host_and_port),
};

fn reaches_the_redirect_uri(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(given) = transcript.flows.first() else {
        return Verdict::Untouched;
    };
    match Ending::of(transcript, 0, "") {
        None => Verdict::Untouched,
        Some(Ending::Away(returned)) => match returned.difference() {
            None => Verdict::Held,
            Some(difference) => Verdict::Broken(Finding::new(
                transcript,
                elsewhere(difference),
                returned.expected(),
                returned.navigated.url.clone(),
            )),
        },
        Some(Ending::OwnPage(page)) if may_be_refused(given, page) => Verdict::Untouched,
        Some(Ending::OwnPage(page)) => Verdict::Broken(never_left(transcript, given, page)),
        Some(Ending::AskedAgain(_)) => Verdict::Blocked(Text::new(
            "the right password was sent and the login page came again: are the accounts in linking.toml right?",
            "已提交正确的密码,但登录页再次出现:linking.toml 中的账户是否正确?",
        )),
        Some(Ending::NotSent(reason)) => match transcript.exchanges(0).last() {
            Some(page) if may_be_refused(given, page) => Verdict::Untouched,
            _ => Verdict::Blocked(Text::new(
                format!("the login could not be carried out: {reason}"),
                format!("无法完成登录:{reason}"),
            )),
        },
    }
}

fn never_left(transcript: &Transcript, given: &Given, page: &Exchange) -> Finding {
    let message = match page.status {
        500..=599 => Text::new(
            format!(
                "the finished login crashed: status {} in place of the redirect",
                page.status
            ),
            format!("登录完成时程序出错:返回状态 {},而没有重定向", page.status),
        ),
        400..=499 => Text::new(
            format!(
                "the finished login was answered with status {} in place of the redirect",
                page.status
            ),
            format!("登录完成后返回状态 {},而没有重定向", page.status),
        ),
        _ => Text::new(
            "the login ended on a page of its own; the browser never left for redirect_uri",
            "登录停在自己的页面上,浏览器从未前往 redirect_uri",
        ),
    };
    let got = format!(
        "status {} at {}: {}",
        page.status,
        page.url,
        excerpt(&page.body)
    );
    Finding::new(transcript, message, given.redirect_uri.clone(), got)
}

fn elsewhere(difference: Difference) -> Text {
    match difference {
        Difference::NotAnAddress => Text::fixed(
            "the browser was sent to something that is not an absolute web address",
            "浏览器被送往一个不是完整网址的地方",
        ),
        Difference::Scheme => Text::fixed(
            "the scheme of redirect_uri was changed on the way back",
            "返回时 redirect_uri 的协议(scheme)被改动",
        ),
        Difference::Host => Text::fixed(
            "the browser was sent to another host than that of redirect_uri: a rebuilt or hard-coded address?",
            "浏览器被送往 redirect_uri 以外的主机:地址是重新拼接或写死的?",
        ),
        Difference::Port => Text::fixed(
            "the port of redirect_uri was lost or changed on the way back",
            "返回时 redirect_uri 的端口丢失或被改动",
        ),
        Difference::Path => Text::fixed(
            "the browser was sent to the right host but to another path than that of redirect_uri",
            "主机正确,但路径与 redirect_uri 不同",
        ),
    }
}

fn keeps_host_and_port(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(returned) = Returned::of(transcript, 0) else {
        return Verdict::Untouched;
    };
    if !odd_host(returned.wanted.authority()) {
        return Verdict::Untouched;
    }
    let message = match returned.difference() {
        Some(Difference::Port) => Text::fixed("the port was lost or changed", "端口丢失或被改动"),
        Some(Difference::Host | Difference::NotAnAddress) => Text::fixed(
            "the host was damaged when the address was written again",
            "重新写出地址时主机部分被损坏",
        ),
        Some(Difference::Scheme | Difference::Path) => return Verdict::Untouched,
        None => {
            let dot = |url: RawUrl<'_>| host(url.authority()).ends_with('.');
            if dot(returned.wanted) == dot(returned.got) {
                return Verdict::Held;
            }
            Text::fixed("the final dot of the host was lost", "主机名末尾的点丢失")
        }
    };
    Verdict::Broken(Finding::new(
        transcript,
        message,
        returned.wanted.origin(),
        returned.got.origin(),
    ))
}

/// A host that a careless writer damages: with a port, in brackets, in upper case, with a final dot, not plain ASCII.
fn odd_host(authority: &str) -> bool {
    let host = host(authority);
    authority.len() != host.len()
        || host.starts_with('[')
        || host.ends_with('.')
        || host.contains("xn--")
        || host
            .bytes()
            .any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii())
}

fn host(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !host.is_empty() =>
        {
            host
        }
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        BUTTON, CODE, LOGIN_PAGE, Tape, broken, flow_transcript, given, html, live_with, verdict,
    };

    fn returning(wanted: &str, got: &str) -> Transcript {
        Tape::new("flow")
            .given(given(wanted))
            .login()
            .navigated(got)
            .done()
    }

    #[test]
    fn returning_to_the_redirect_uri_holds() {
        let transcript = flow_transcript().login().navigated(&live_with(CODE)).done();
        assert_eq!(verdict(RED_01.judge, &transcript), Verdict::Held);
    }

    #[test]
    fn a_joint_without_query_is_not_another_path() {
        let transcript = returning(
            "https://a.test/back/",
            "https://a.test/back/&authorization_code=x",
        );
        assert_eq!(verdict(RED_01.judge, &transcript), Verdict::Held);
    }

    #[test]
    fn an_own_page_is_named_as_such() {
        let transcript = flow_transcript()
            .login()
            .exchange(html("GET", "http://127.0.0.1:8000/done", 200, "<p>ok</p>"))
            .stayed()
            .done();
        let finding = broken(verdict(RED_01.judge, &transcript));
        assert!(
            finding.message.en.contains("page of its own"),
            "{}",
            finding.message.en
        );
        assert_eq!(finding.got, "status 200 at http://127.0.0.1:8000/done: ok");
    }

    #[test]
    fn a_crash_after_the_login_is_named_as_such() {
        let transcript = flow_transcript()
            .login()
            .exchange(html("GET", BUTTON, 500, "oops"))
            .stayed()
            .done();
        assert!(
            broken(verdict(RED_01.judge, &transcript))
                .message
                .en
                .contains("crashed: status 500")
        );
    }

    #[test]
    fn another_host_scheme_port_or_path_is_named() {
        let cases = [
            (
                "https://facebook.com/x?t=1",
                "https://www.facebook.com/x?t=1&authorization_code=c",
                "another host",
            ),
            (
                "https://facebook.com/x?t=1",
                "http://facebook.com/x?t=1&authorization_code=c",
                "scheme",
            ),
            (
                "https://facebook.com:8443/x",
                "https://facebook.com/x?authorization_code=c",
                "port",
            ),
            (
                "https://facebook.com/x",
                "https://facebook.com/X?authorization_code=c",
                "another path",
            ),
            (
                "https://facebook.com/x",
                "facebook.com/x?authorization_code=c",
                "not an absolute",
            ),
        ];
        for (wanted, got, word) in cases {
            let finding = broken(verdict(RED_01.judge, &returning(wanted, got)));
            assert!(
                finding.message.en.contains(word),
                "{got}: {}",
                finding.message.en
            );
        }
    }

    #[test]
    fn a_login_that_was_not_carried_out_proves_nothing() {
        let again = flow_transcript()
            .login()
            .exchange(html("GET", BUTTON, 200, LOGIN_PAGE))
            .stayed()
            .done();
        assert!(matches!(verdict(RED_01.judge, &again), Verdict::Blocked(_)));
        let stuck = flow_transcript()
            .page(404, "{}")
            .stuck("no form on the page")
            .done();
        assert!(
            matches!(verdict(RED_01.judge, &stuck), Verdict::Blocked(why) if why.en.contains("no form"))
        );
    }

    #[test]
    fn refusing_what_no_live_platform_sends_is_no_failure() {
        let odd = Tape::new("flow")
            .given(given("https://[::1]/x#f"))
            .page(400, "no")
            .stuck("no form")
            .done();
        assert_eq!(verdict(RED_01.judge, &odd), Verdict::Untouched);
        let live = flow_transcript()
            .login()
            .exchange(html("POST", BUTTON, 400, "no"))
            .stayed()
            .done();
        assert!(
            broken(verdict(RED_01.judge, &live))
                .message
                .en
                .contains("status 400")
        );
    }

    #[test]
    fn odd_hosts_must_come_back_whole() {
        let cases = [
            (
                "https://a.test:8443/x",
                "https://a.test/x?authorization_code=c",
                "port",
            ),
            (
                "https://a.test./x",
                "https://a.test/x?authorization_code=c",
                "final dot",
            ),
            (
                "https://[::1]/x",
                "https://::1/x?authorization_code=c",
                "damaged",
            ),
        ];
        for (wanted, got, word) in cases {
            let finding = broken(verdict(RED_10.judge, &returning(wanted, got)));
            assert!(
                finding.message.en.contains(word),
                "{got}: {}",
                finding.message.en
            );
        }
    }

    #[test]
    fn odd_hosts_may_be_spelled_in_normal_form() {
        for (wanted, got) in [
            ("https://A.Test/x", "https://a.test/x?authorization_code=c"),
            (
                "https://a.test:443/x",
                "https://a.test/x?authorization_code=c",
            ),
            (
                "https://b\u{fc}cher.test/x",
                "https://xn--bcher-kva.test/x?authorization_code=c",
            ),
        ] {
            assert_eq!(
                verdict(RED_10.judge, &returning(wanted, got)),
                Verdict::Held,
                "{got}"
            );
        }
        let plain = returning("https://a.test/x", "https://b.test/x?authorization_code=c");
        assert_eq!(verdict(RED_10.judge, &plain), Verdict::Untouched);
    }
}
