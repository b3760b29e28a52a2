//! Linking a second time: where a link exists already, and after a page that was abandoned: FAI-08 and FAI-12.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::ending::{CONTROL_FAILED, Ending, control_arrived};
use crate::judge::page::described;
use crate::judge::returned::Returned;
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{LinkState, Transcript};

pub(super) const FAI_08: Check = Check {
    id: "FAI-08",
    level: Level::Should,
    basis: &["S21"],
    needs: &[
        Need::Login,
        Need::Webhook,
        Need::Observation,
        Need::TwoAccounts,
    ],
    scenarios: &["already-linked"],
    title: &Text::fixed(
        "Linking where a link exists already still ends at redirect_uri",
        "账户或用户已绑定时再次绑定,仍返回 redirect_uri",
    ),
    why: &Text::fixed(
        "Whatever your policy is, the platform waits for the browser; a page that only says \"already linked\" is a dead end.",
        "无论策略如何,平台都在等浏览器返回;只显示“已绑定”的页面是死胡同。",
    ),
    fault: &Text::fixed(
        "The special case is answered with a message of its own and forgets the redirect.",
        "特殊情况只显示一条消息,忘了重定向。",
    ),
    judge: Judge::Each(ends_at_the_redirect_uri),
};

pub(super) const FAI_12: Check = Check {
    id: "FAI-12",
    level: Level::Must,
    basis: &["S22", "S26"],
    needs: &[Need::Login],
    scenarios: &["abandon"],
    title: &Text::fixed(
        "After an abandoned page a new linking succeeds with its own redirect_uri",
        "放弃页面后重新绑定,使用新的 redirect_uri 并成功",
    ),
    why: &Text::fixed(
        "People close the webview and try again; the old token is dead by then, so only the new address works.",
        "用户会关闭网页视图后重试;旧口令届时已失效,只有新地址有效。",
    ),
    fault: &Text::fixed(
        "The first redirect_uri stays in the session and wins over the one in the request.",
        "第一次的 redirect_uri 留在会话中,优先于请求里的新值。",
    ),
    judge: Judge::Each(begins_anew),
};

fn ends_at_the_redirect_uri(transcript: &Transcript, _: &Context) -> Verdict {
    let first =
        Returned::tagged(transcript, 0, "first").is_some_and(|returned| returned.on_target());
    let linked = transcript
        .observed(0, "first")
        .is_some_and(|seen| matches!(seen.state, LinkState::Linked { .. }));
    let Some(ending) = Ending::of(transcript, 1, "") else {
        return Verdict::Untouched;
    };
    if !first || !linked {
        return Verdict::Blocked(Text::fixed(
            "the first link did not come about, so there was nothing to link again",
            "第一次绑定没有成功,因此无从再次绑定",
        ));
    }
    let (message, got) = match ending {
        Ending::Away(returned) if returned.on_target() => return Verdict::Held,
        Ending::Away(returned) => (
            Text::fixed(
                "linking again led to another address than redirect_uri",
                "再次绑定时前往的地址不是 redirect_uri",
            ),
            returned.got.whole.to_owned(),
        ),
        Ending::OwnPage(page) | Ending::AskedAgain(page) => (
            Text::fixed(
                "linking again stopped on a page of the backend, because a link exists already",
                "因为已存在绑定,再次绑定停在后端自己的页面上",
            ),
            described(page),
        ),
        Ending::NotSent(reason) => (
            Text::new(
                format!("linking again did not get as far as a login: {reason}"),
                format!("再次绑定没有进行到登录:{reason}"),
            ),
            transcript
                .exchanges(1)
                .last()
                .map_or(String::new(), described),
        ),
    };
    Verdict::Broken(Finding::new(
        transcript,
        message,
        transcript.flows[1].redirect_uri.clone(),
        got,
    ))
}

fn begins_anew(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(ending) = Ending::of(transcript, 1, "") else {
        return Verdict::Untouched;
    };
    if let Ending::Away(returned) = &ending
        && returned.arrived()
    {
        return Verdict::Held;
    }
    if !control_arrived(transcript, 2) {
        return Verdict::Blocked(CONTROL_FAILED);
    }
    let (message, got) = match ending {
        Ending::Away(returned) if returned.reaches(&transcript.flows[0].redirect_uri) => (
            Text::fixed(
                "the second linking went back to the redirect_uri of the abandoned first one",
                "第二次绑定返回到了被放弃的第一次的 redirect_uri",
            ),
            returned.got.whole.to_owned(),
        ),
        Ending::Away(returned) => (
            Text::fixed(
                "after an abandoned page the second linking did not come back to its own redirect_uri with a code",
                "放弃页面后,第二次绑定没有带着授权码返回自己的 redirect_uri",
            ),
            returned.got.whole.to_owned(),
        ),
        Ending::OwnPage(page) | Ending::AskedAgain(page) => (
            Text::fixed(
                "after an abandoned page the second login led nowhere",
                "放弃页面后,第二次登录没有任何跳转",
            ),
            described(page),
        ),
        Ending::NotSent(reason) => (
            Text::new(
                format!("after an abandoned page there was no second login: {reason}"),
                format!("放弃页面后无法再次登录:{reason}"),
            ),
            transcript
                .exchanges(1)
                .last()
                .map_or(String::new(), described),
        ),
    };
    Verdict::Broken(Finding::new(
        transcript,
        message,
        transcript.flows[1].redirect_uri.clone(),
        got,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        BUTTON, CODE, LIVE, LOGIN_PAGE, Tape, broken, given, html, live_with, verdict,
    };

    const SECOND: &str =
        "https://facebook.com/messenger_platform/account_linking/?account_linking_token=second";

    fn linked_once() -> Tape {
        Tape::new("already-linked")
            .given(given(LIVE))
            .tag("first")
            .login()
            .navigated(&live_with(CODE))
            .linked("alice")
            .given(given(SECOND))
            .tag("")
    }

    #[test]
    fn linking_again_may_end_with_or_without_a_code() {
        for url in [SECOND.to_owned(), format!("{SECOND}&authorization_code=x")] {
            assert_eq!(
                verdict(FAI_08.judge, &linked_once().login().navigated(&url).done()),
                Verdict::Held
            );
        }
    }

    #[test]
    fn a_dead_end_is_told_with_its_text() {
        let dead = linked_once()
            .login()
            .exchange(html("GET", BUTTON, 200, "already linked"))
            .stayed()
            .done();
        let finding = broken(verdict(FAI_08.judge, &dead));
        assert!(finding.message.en.contains("stopped on a page"));
        assert!(finding.got.contains("already linked"));
    }

    #[test]
    fn without_a_first_link_there_is_nothing_to_link_again() {
        let transcript = Tape::new("already-linked")
            .given(given(LIVE))
            .given(given(SECOND))
            .login()
            .stayed()
            .done();
        assert!(matches!(
            verdict(FAI_08.judge, &transcript),
            Verdict::Blocked(_)
        ));
    }

    fn abandoned() -> Tape {
        Tape::new("abandon")
            .given(given(LIVE))
            .tag("abandoned")
            .page(200, LOGIN_PAGE)
            .given(given(SECOND))
            .tag("")
    }

    #[test]
    fn a_new_linking_with_its_own_address_holds() {
        let transcript = abandoned()
            .login()
            .navigated(&format!("{SECOND}&authorization_code=x"))
            .done();
        assert_eq!(verdict(FAI_12.judge, &transcript), Verdict::Held);
    }

    #[test]
    fn the_address_of_the_abandoned_page_is_told() {
        let transcript = abandoned()
            .login()
            .navigated(&live_with(CODE))
            .and_a_plain_login()
            .done();
        assert!(
            broken(verdict(FAI_12.judge, &transcript))
                .message
                .en
                .contains("abandoned first one")
        );
    }

    #[test]
    fn a_second_login_that_leads_nowhere_is_told_where_others_lead_back() {
        let nowhere = || {
            abandoned()
                .login()
                .exchange(html("GET", BUTTON, 400, "old"))
                .stayed()
        };
        let finding = broken(verdict(FAI_12.judge, &nowhere().and_a_plain_login().done()));
        assert!(finding.message.en.contains("led nowhere"));
        assert!(matches!(
            verdict(FAI_12.judge, &nowhere().done()),
            Verdict::Blocked(_)
        ));
    }
}
