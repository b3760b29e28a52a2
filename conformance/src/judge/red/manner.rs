//! The manner of the redirect: how many actions it takes and with which status it comes: RED-14, 15 and 16.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::ending::carries_credentials;
use crate::judge::raw_url::RawUrl;
use crate::judge::returned::Returned;
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Exchange, Transcript, Via};

pub(super) const RED_14: Check = Check {
    id: "RED-14",
    level: Level::Should,
    basis: &["S52", "S18"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "Between the login and the return there is at most one action of the user",
        "登录与返回之间,用户最多再操作一次",
    ),
    why: &Text::fixed(
        "Each further page is a place where people close the webview, and then nothing is linked.",
        "每多一页,就多一处让用户关闭网页视图,从而绑定失败。",
    ),
    fault: &Text::fixed(
        "A chain of success and information pages stands between the login and the redirect.",
        "登录与重定向之间有一连串“成功”页和说明页。",
    ),
    judge: Judge::Each(returns_after_one_action),
};

pub(super) const RED_15: Check = Check {
    id: "RED-15",
    level: Level::Hardening,
    basis: &["lit"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "The redirect after a submitted form does not repeat the form",
        "提交表单后的重定向不会重复提交表单",
    ),
    why: &Text::fixed(
        "307 and 308 make the browser send the same body, with user name and password, to the next address (RFC 9700, 4.12).",
        "307 和 308 会让浏览器把含用户名和密码的同一请求体发往下一个地址(RFC 9700 第 4.12 节)。",
    ),
    fault: &Text::fixed(
        "The framework's redirect answers 307 unless told otherwise.",
        "框架的重定向默认返回 307。",
    ),
    judge: Judge::Each(does_not_repeat_the_form),
};

pub(super) const RED_16: Check = Check {
    id: "RED-16",
    level: Level::Should,
    basis: &["url"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "The redirect is a temporary one and is not cached",
        "重定向是临时的,且不被缓存",
    ),
    why: &Text::fixed(
        "A permanent redirect may be replayed by the browser without asking you: the next user gets the old code.",
        "永久重定向可能被浏览器直接重放而不再询问您:下一个用户会拿到旧的授权码。",
    ),
    fault: &Text::fixed(
        "301 is used where 302 or 303 was meant.",
        "本应使用 302 或 303,却用了 301。",
    ),
    judge: Judge::Each(is_temporary),
};

fn finding(returned: &Returned<'_>, message: Text, expected: &str, got: String) -> Verdict {
    Verdict::Broken(Finding::new(returned.transcript, message, expected, got))
}

fn returns_after_one_action(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(returned) = Returned::of(transcript, 0).filter(|returned| returned.code().is_some())
    else {
        return Verdict::Untouched;
    };
    let exchanges: Vec<&Exchange> = transcript.exchanges(0).collect();
    let sent = exchanges
        .iter()
        .rposition(|exchange| carries_credentials(transcript, 0, exchange));
    let Some(after) = sent.map(|at| &exchanges[at..]) else {
        return Verdict::Untouched;
    };
    // A request that follows a page, and not a redirect, is something that the user did.
    let clicked = after
        .windows(2)
        .filter(|pair| !(300..400).contains(&pair[0].status))
        .count();
    let pressed = usize::from(matches!(returned.navigated.via, Via::Link | Via::Form));
    let actions = clicked + pressed;
    if actions <= 1 {
        return Verdict::Held;
    }
    finding(
        &returned,
        Text::new(
            format!(
                "after the login the user had to act {actions} times before the browser went back"
            ),
            format!("登录后用户还需操作 {actions} 次,浏览器才返回"),
        ),
        "at most 1 action",
        format!("{actions} actions"),
    )
}

fn does_not_repeat_the_form(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(returned) = Returned::of(transcript, 0).filter(|returned| returned.code().is_some())
    else {
        return Verdict::Untouched;
    };
    let posted = returned
        .answer()
        .is_some_and(|answer| answer.method.eq_ignore_ascii_case("post"));
    match returned.navigated.status {
        Some(status @ (307 | 308)) if posted && returned.navigated.via == Via::Location => finding(
            &returned,
            Text::new(
                format!(
                    "status {status} makes the browser send the submitted form to the platform"
                ),
                format!("状态 {status} 会让浏览器把提交的表单发给平台"),
            ),
            "status 302 or 303",
            format!("status {status}"),
        ),
        _ => Verdict::Held,
    }
}

fn is_temporary(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(returned) = Returned::of(transcript, 0).filter(|returned| returned.code().is_some())
    else {
        return Verdict::Untouched;
    };
    if let (Via::Location, Some(status @ (301 | 308))) =
        (returned.navigated.via, returned.navigated.status)
    {
        return finding(
            &returned,
            Text::new(
                format!(
                    "status {status} declares the redirect permanent, so it may be cached with its code"
                ),
                format!("状态 {status} 表示永久重定向,可能连同授权码一起被缓存"),
            ),
            "status 302 or 303",
            format!("status {status}"),
        );
    }
    let answer = returned.answer();
    match answer.and_then(|answer| answer.header("cache-control")) {
        Some(rule) if lives_on(rule) => finding(
            &returned,
            Text::fixed(
                "the answer that carries the code may be kept in a cache",
                "带有授权码的响应允许被缓存",
            ),
            "cache-control: no-store",
            format!(
                "cache-control: {rule} (answer to {})",
                answer.map_or("", |answer| RawUrl::split(&answer.url).base)
            ),
        ),
        _ => Verdict::Held,
    }
}

/// Whether a Cache-Control value lets an answer live on (RFC 9111, 5.2.2).
fn lives_on(rule: &str) -> bool {
    let rules: Vec<String> = rule
        .split(',')
        .map(|part| part.trim().to_lowercase())
        .collect();
    let forbidden = rules
        .iter()
        .any(|rule| rule == "no-store" || rule == "no-cache");
    let fresh = |rule: &String| {
        let age = rule
            .strip_prefix("max-age=")
            .or_else(|| rule.strip_prefix("s-maxage="));
        age.is_some_and(|age| {
            age.trim_matches('"')
                .parse::<u64>()
                .is_ok_and(|age| 0 < age)
        })
    };
    !forbidden && rules.iter().any(fresh)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        BUTTON, CODE, Tape, broken, flow_transcript, html, live_with, verdict,
    };
    use crate::transcript::Navigated;

    fn navigated(tape: Tape, status: u16) -> Transcript {
        let navigated = Navigated {
            url: live_with(CODE),
            via: Via::Location,
            status: Some(status),
            after_credentials: true,
        };
        tape.navigated_by(navigated).done()
    }

    #[test]
    fn a_temporary_redirect_right_after_the_login_holds() {
        let transcript = navigated(flow_transcript().login(), 302);
        for check in [RED_14, RED_15, RED_16] {
            assert_eq!(
                verdict(check.judge, &transcript),
                Verdict::Held,
                "{}",
                check.id
            );
        }
    }

    #[test]
    fn one_consent_page_is_allowed_and_two_are_not() {
        let consent = flow_transcript()
            .login()
            .exchange(html("GET", "http://127.0.0.1:8000/consent", 200, "Link?"))
            .exchange(html("POST", "http://127.0.0.1:8000/consent", 302, ""));
        assert_eq!(
            verdict(RED_14.judge, &navigated(consent.clone(), 302)),
            Verdict::Held
        );
        let two = consent
            .exchange(html("GET", "http://127.0.0.1:8000/done", 200, "Well done"))
            .exchange(html("POST", "http://127.0.0.1:8000/done", 302, ""));
        assert_eq!(
            broken(verdict(RED_14.judge, &navigated(two, 302))).got,
            "2 actions"
        );
    }

    #[test]
    fn a_repeating_redirect_after_a_form_is_told() {
        let transcript = navigated(flow_transcript().login(), 307);
        assert_eq!(broken(verdict(RED_15.judge, &transcript)).got, "status 307");
        assert_eq!(verdict(RED_16.judge, &transcript), Verdict::Held);
        let got = flow_transcript()
            .login()
            .exchange(html("GET", BUTTON, 307, ""));
        assert_eq!(verdict(RED_15.judge, &navigated(got, 307)), Verdict::Held);
    }

    #[test]
    fn a_permanent_or_cached_redirect_is_told() {
        let transcript = navigated(flow_transcript().login(), 301);
        assert!(
            broken(verdict(RED_16.judge, &transcript))
                .message
                .en
                .contains("permanent")
        );
        let mut answer = html("POST", BUTTON, 302, "");
        answer
            .headers
            .push(("cache-control".to_owned(), "public, max-age=600".to_owned()));
        let transcript = navigated(flow_transcript().login().exchange(answer), 302);
        assert!(
            broken(verdict(RED_16.judge, &transcript))
                .message
                .en
                .contains("cache")
        );
        assert!(!lives_on("no-store, max-age=600") && !lives_on("max-age=0"));
    }

    #[test]
    fn without_a_code_nothing_is_judged() {
        let transcript = flow_transcript().login().stayed().done();
        for check in [RED_14, RED_15, RED_16] {
            assert_eq!(
                verdict(check.judge, &transcript),
                Verdict::Untouched,
                "{}",
                check.id
            );
        }
    }
}
