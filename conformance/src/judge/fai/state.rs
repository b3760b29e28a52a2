//! A failed linking leaves nobody linked: FAI-05.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{LinkState, Transcript};

pub(super) const FAI_05: Check = Check {
    id: "FAI-05",
    level: Level::Must,
    basis: &["S21"],
    needs: &[Need::Login, Need::Webhook, Need::Observation],
    scenarios: &["bad-password", "cancel"],
    title: &Text::fixed(
        "A failed or cancelled linking leaves the user unlinked",
        "绑定失败或取消后,用户仍未绑定",
    ),
    why: &Text::fixed(
        "Otherwise a wrong password, or a change of mind, still gives the chat access to the account.",
        "否则密码错误或改变主意的用户,其对话仍能访问账户。",
    ),
    fault: &Text::fixed(
        "The link is written when the form arrives, before the password has been checked.",
        "收到表单就写入绑定,而没有先检查密码。",
    ),
    judge: Judge::Each(leaves_nobody_linked),
};

fn leaves_nobody_linked(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(observed) = transcript.observed(0, "after-failure") else {
        return Verdict::Untouched;
    };
    match &observed.state {
        LinkState::Unknown { why } => Verdict::Blocked(Text::new(
            format!("the link state could not be seen after the failure: {why}"),
            format!("失败后无法看到绑定状态:{why}"),
        )),
        LinkState::Linked { account } => Verdict::Broken(Finding::new(
            transcript,
            Text::fixed(
                "the user is linked although the login failed or was cancelled",
                "登录失败或已取消,用户却被绑定",
            ),
            "unlinked",
            account.as_ref().map_or_else(
                || "linked".to_owned(),
                |account| format!("linked to {account}"),
            ),
        )),
        LinkState::Unlinked => match transcript
            .observed(0, "after-event")
            .map(|twin| &twin.state)
        {
            Some(LinkState::Linked { .. }) => Verdict::Held,
            _ => Verdict::Blocked(Text::fixed(
                "the same user was not seen linked after a good login either, so being unlinked proves nothing",
                "同一用户正常登录后也没有看到绑定,因此“未绑定”不能说明问题",
            )),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{LIVE, Tape, broken, given, verdict};

    fn failed() -> Tape {
        Tape::new("cancel").given(given(LIVE)).tag("after-failure")
    }

    #[test]
    fn unlinked_first_and_linked_later_holds() {
        let transcript = failed()
            .unlinked()
            .tag("after-event")
            .linked("alice")
            .done();
        assert_eq!(verdict(FAI_05.judge, &transcript), Verdict::Held);
    }

    #[test]
    fn a_link_after_a_failure_is_told() {
        assert_eq!(
            broken(verdict(FAI_05.judge, &failed().linked("alice").done())).got,
            "linked to alice"
        );
    }

    #[test]
    fn a_user_who_is_never_linked_proves_nothing() {
        assert!(matches!(
            verdict(FAI_05.judge, &failed().unlinked().done()),
            Verdict::Blocked(_)
        ));
        assert_eq!(verdict(FAI_05.judge, &failed().done()), Verdict::Untouched);
        let unknown = failed()
            .observed(LinkState::Unknown {
                why: "no answer".to_owned(),
            })
            .done();
        assert!(
            matches!(verdict(FAI_05.judge, &unknown), Verdict::Blocked(why) if why.en.contains("no answer"))
        );
    }
}
