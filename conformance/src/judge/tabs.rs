//! Two linkings in one browser keep apart: CON-02.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::ending::{CONTROL_FAILED, control_arrived};
use crate::judge::returned::Returned;
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::Transcript;

const CON_02: Check = Check {
    id: "CON-02",
    level: Level::Must,
    basis: &["S26"],
    needs: &[Need::Login],
    scenarios: &["tabs"],
    title: &Text::fixed(
        "Two linkings in one browser each go back to their own redirect_uri",
        "同一浏览器中的两次绑定各自返回自己的 redirect_uri",
    ),
    why: &Text::fixed(
        "Each token belongs to one linking. Mixed up, one is aborted and the other may link the wrong conversation.",
        "每个口令只属于一次绑定。混淆后,一次被中止,另一次可能绑定错误的对话。",
    ),
    fault: &Text::fixed(
        "The session has one slot for redirect_uri; the page opened last overwrites it.",
        "会话只保存一个 redirect_uri,后打开的页面会覆盖它。",
    ),
    judge: Judge::Each(keeps_tabs_apart),
};

/// The checks of family CON that concern one browser.
pub(crate) const CHECKS: &[Check] = &[CON_02];

fn keeps_tabs_apart(transcript: &Transcript, _: &Context) -> Verdict {
    if transcript.flows.len() < 2 {
        return Verdict::Untouched;
    }
    // A login may end the sessions of other pages; opening the page again must then do.
    let come_back = |flow: usize| {
        Returned::tagged(transcript, flow, "")
            .or_else(|| Returned::tagged(transcript, flow, "reopened"))
    };
    let tabs = [(0, come_back(0)), (1, come_back(1))];
    let Some((flow, failed)) = tabs
        .into_iter()
        .find(|(_, tab)| !tab.is_some_and(|tab| tab.arrived()))
    else {
        return Verdict::Held;
    };
    if !control_arrived(transcript, 2) {
        return Verdict::Blocked(CONTROL_FAILED);
    }
    let own = transcript.flows[flow].redirect_uri.as_str();
    let (message, got) = match failed {
        None => (
            Text::fixed(
                "with two linkings open in one browser, one of them could not be finished, not even after opening it again",
                "同一浏览器中打开两次绑定时,其中一次无法完成,重新打开也不行",
            ),
            "no return".to_owned(),
        ),
        Some(returned) => {
            let swapped = returned.reaches(&transcript.flows[1 - flow].redirect_uri);
            let message = if swapped {
                Text::fixed(
                    "one tab went back to the redirect_uri of the other: there is one slot for both",
                    "一个标签页返回到了另一个的 redirect_uri:两者共用一个存储位置",
                )
            } else {
                Text::fixed(
                    "with two linkings open in one browser, one did not come back to its own redirect_uri with a code",
                    "同一浏览器中打开两次绑定时,其中一次没有带着授权码返回自己的 redirect_uri",
                )
            };
            (message, returned.got.whole.to_owned())
        }
    };
    Verdict::Broken(Finding::new(transcript, message, own, got))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{CODE, LIVE, LOGIN_PAGE, Tape, broken, given, live_with, verdict};

    const SECOND: &str =
        "https://facebook.com/messenger_platform/account_linking/?account_linking_token=second";

    fn opened() -> Tape {
        Tape::new("tabs")
            .given(given(LIVE))
            .given(given(SECOND))
            .page(200, LOGIN_PAGE)
            .flow(0)
            .page(200, LOGIN_PAGE)
    }

    fn second() -> String {
        format!("{SECOND}&authorization_code=x")
    }

    #[test]
    fn each_tab_with_its_own_address_holds_also_when_opened_again() {
        let both = opened()
            .login()
            .navigated(&live_with(CODE))
            .flow(1)
            .login()
            .navigated(&second())
            .done();
        assert_eq!(verdict(CON_02.judge, &both), Verdict::Held);
        let again = opened()
            .login()
            .navigated(&live_with(CODE))
            .flow(1)
            .stuck("old form")
            .tag("reopened");
        let again = again.login().navigated(&second()).done();
        assert_eq!(verdict(CON_02.judge, &again), Verdict::Held);
    }

    #[test]
    fn an_address_of_the_other_tab_is_told() {
        let mixed = opened()
            .login()
            .navigated(&second())
            .flow(1)
            .login()
            .navigated(&second());
        let finding = broken(verdict(
            CON_02.judge,
            &mixed.clone().and_a_plain_login().done(),
        ));
        assert!(finding.message.en.contains("one slot for both"));
        assert_eq!((finding.expected.as_str(), finding.got), (LIVE, second()));
        assert!(matches!(
            verdict(CON_02.judge, &mixed.done()),
            Verdict::Blocked(_)
        ));
    }

    #[test]
    fn a_tab_that_cannot_be_finished_is_told() {
        let half = opened()
            .login()
            .navigated(&live_with(CODE))
            .flow(1)
            .stuck("expired")
            .and_a_plain_login()
            .done();
        assert!(
            broken(verdict(CON_02.judge, &half))
                .message
                .en
                .contains("could not be finished")
        );
    }
}
