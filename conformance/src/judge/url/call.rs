//! Calls that are spelled differently and mean the same: URL-06, URL-07 and URL-08.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::ending::{CONTROL_FAILED, Ending, control_arrived};
use crate::judge::page::described;
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::Transcript;

pub(super) const URL_06: Check = Check {
    id: "URL-06",
    level: Level::Should,
    basis: &["S11"],
    needs: &[Need::Login],
    scenarios: &["encoding"],
    title: &Text::fixed(
        "The order of the two parameters and unknown ones beside them do not matter",
        "两个参数的顺序以及其他未知参数都不影响绑定",
    ),
    why: &Text::fixed(
        "Editions of the official page print the two in either order (protocol rows 1.2.2, 1.2.3), and platforms add parameters without notice.",
        "官方文档的不同版本中两个参数顺序不同,平台也可能随时增加参数。",
    ),
    fault: &Text::fixed(
        "The raw query is split at redirect_uri= or by position instead of parsed.",
        "用 redirect_uri= 或按位置切分原始查询,而不是解析。",
    ),
    judge: Judge::Each(reads_by_name),
};

pub(super) const URL_07: Check = Check {
    id: "URL-07",
    level: Level::Must,
    basis: &["S17"],
    needs: &[Need::Login],
    scenarios: &["own-query"],
    title: &Text::fixed(
        "A linking URL registered with a query of its own works",
        "注册的绑定网址自带查询参数时仍可使用",
    ),
    why: &Text::fixed(
        "The platform keeps that query in front and appends its parameters with & (protocol row 1.2.4).",
        "平台把原有查询放在前面,再用 & 附加自己的参数。",
    ),
    fault: &Text::fixed(
        "The route or its parser expects exactly the two parameters.",
        "路由或解析器只接受恰好两个参数。",
    ),
    judge: Judge::Each(keeps_working_with_an_own_query),
};

pub(super) const URL_08: Check = Check {
    id: "URL-08",
    level: Level::Must,
    basis: &["S11"],
    needs: &[Need::Login],
    scenarios: &["encoding"],
    title: &Text::fixed(
        "redirect_uri is decoded exactly once, whichever characters were escaped and in which case",
        "redirect_uri 恰好解码一次,无论转义了哪些字符、用大写还是小写",
    ),
    why: &Text::fixed(
        "Decoded twice, an escaped & inside becomes a separator; not decoded, the address is none.",
        "解码两次,内部转义的 & 会变成分隔符;不解码,则不是地址。",
    ),
    fault: &Text::fixed(
        "A framework's decoded value is decoded again, or the raw query is used.",
        "对框架已解码的值再次解码,或直接使用原始查询。",
    ),
    judge: Judge::Each(decodes_once),
};

fn has_label(transcript: &Transcript, kind: &str) -> bool {
    transcript
        .labels
        .iter()
        .any(|label| label.starts_with(kind))
}

fn reads_by_name(transcript: &Transcript, _: &Context) -> Verdict {
    if !has_label(transcript, "parameters:") {
        return Verdict::Untouched;
    }
    arrives(
        transcript,
        (
            "a linking URL with swapped or additional parameters",
            "参数顺序不同或带有其他参数的绑定网址",
        ),
    )
}

fn keeps_working_with_an_own_query(transcript: &Transcript, _: &Context) -> Verdict {
    arrives(
        transcript,
        (
            "a linking URL with a query of its own",
            "自带查询参数的绑定网址",
        ),
    )
}

fn decodes_once(transcript: &Transcript, _: &Context) -> Verdict {
    if !has_label(transcript, "encoding:") {
        return Verdict::Untouched;
    }
    arrives(
        transcript,
        (
            "a redirect_uri in another spelling",
            "以另一种写法编码的 redirect_uri",
        ),
    )
}

/// Whether the odd call came back as a plain one did.
fn arrives(transcript: &Transcript, (en, zh): (&str, &str)) -> Verdict {
    let Some(ending) = Ending::of(transcript, 0, "") else {
        return Verdict::Untouched;
    };
    if let Ending::Away(returned) = &ending
        && returned.arrived()
    {
        return Verdict::Held;
    }
    if !control_arrived(transcript, 1) {
        return Verdict::Blocked(CONTROL_FAILED);
    }
    let finding = match ending {
        Ending::Away(returned) => Finding::new(
            transcript,
            Text::new(
                format!(
                    "{en} led to another address than its redirect_uri: not decoded exactly once, or cut"
                ),
                format!("{zh}返回了与 redirect_uri 不同的地址:未恰好解码一次,或被截断"),
            ),
            returned.expected(),
            returned.navigated.url.clone(),
        ),
        Ending::OwnPage(page) | Ending::AskedAgain(page) => Finding::new(
            transcript,
            Text::new(
                format!("{en} did not lead back although the login went through"),
                format!("{zh}登录后没有返回"),
            ),
            transcript.flows[0].redirect_uri.clone(),
            described(page),
        ),
        Ending::NotSent(reason) => Finding::new(
            transcript,
            Text::new(
                format!("{en} shows no login: {reason}"),
                format!("{zh}没有显示登录页:{reason}"),
            ),
            "the same login page as without it",
            transcript
                .exchanges(0)
                .last()
                .map_or(String::new(), described),
        ),
    };
    Verdict::Broken(finding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        BUTTON, CODE, LIVE, Tape, broken, given, html, live_with, verdict,
    };

    fn called(scenario: &str, label: &str) -> Tape {
        Tape::new(scenario).given(given(LIVE)).label(label)
    }

    #[test]
    fn a_call_that_comes_back_whole_holds() {
        for (check, label) in [
            (URL_06, "parameters:swapped"),
            (URL_07, "own-query:one"),
            (URL_08, "encoding:lower-hex"),
        ] {
            let transcript = called(check.scenarios[0], label)
                .login()
                .navigated(&live_with(CODE))
                .done();
            assert_eq!(
                verdict(check.judge, &transcript),
                Verdict::Held,
                "{}",
                check.id
            );
        }
    }

    #[test]
    fn a_value_decoded_twice_is_told() {
        let wanted = "https://facebook.com/b?next=a%26b%3D1";
        let transcript = Tape::new("encoding")
            .given(given(wanted))
            .label("encoding:lower-hex")
            .login()
            .navigated("https://facebook.com/b?next=a&b=1&authorization_code=x")
            .and_a_plain_login()
            .done();
        let finding = broken(verdict(URL_08.judge, &transcript));
        assert!(finding.message.en.contains("not decoded exactly once"));
        assert_eq!(finding.expected, format!("{wanted}&authorization_code=x"));
        assert_eq!(verdict(URL_06.judge, &transcript), Verdict::Untouched);
    }

    #[test]
    fn a_route_that_does_not_match_is_told() {
        let transcript = called("own-query", "own-query:one")
            .page(404, "nothing here")
            .stuck("no form")
            .and_a_plain_login()
            .done();
        let finding = broken(verdict(URL_07.judge, &transcript));
        assert!(
            finding
                .message
                .en
                .contains("query of its own shows no login")
        );
        assert!(finding.got.contains("404"));
    }

    #[test]
    fn a_login_that_does_not_come_back_is_told() {
        let transcript = called("encoding", "parameters:swapped")
            .login()
            .exchange(html("GET", BUTTON, 200, "welcome"))
            .stayed()
            .and_a_plain_login()
            .done();
        assert!(
            broken(verdict(URL_06.judge, &transcript))
                .message
                .en
                .contains("did not lead back")
        );
    }

    #[test]
    fn where_plain_logins_fail_too_nothing_is_proved() {
        let transcript = called("own-query", "own-query:one")
            .page(404, "")
            .stuck("no form")
            .done();
        assert!(matches!(
            verdict(URL_07.judge, &transcript),
            Verdict::Blocked(_)
        ));
    }
}
