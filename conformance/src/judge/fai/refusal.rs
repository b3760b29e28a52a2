//! Bad credentials never get a code: FAI-02.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::ending::control_arrived;
use crate::judge::returned::{Returned, code_in, steps};
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Intent, Transcript, What};

pub(super) const FAI_02: Check = Check {
    id: "FAI-02",
    level: Level::Must,
    basis: &["S21"],
    needs: &[Need::Login, Need::BadPassword],
    scenarios: &["bad-password"],
    title: &Text::fixed(
        "Wrong, unknown, empty, over-long or odd credentials never get a code",
        "错误、未知、空、过长或特殊的登录信息都得不到授权码",
    ),
    why: &Text::fixed(
        "A code for a wrong password links a stranger's chat to your user's account.",
        "密码错误也发授权码,等于把陌生人的对话绑定到您用户的账户。",
    ),
    fault: &Text::fixed(
        "Only the user name is looked up, or an exception in the comparison is taken for success.",
        "只查用户名,或把比较密码时的异常当成成功。",
    ),
    judge: Judge::Each(refuses_bad_credentials),
};

fn refuses_bad_credentials(transcript: &Transcript, _: &Context) -> Verdict {
    let mut kinds = Vec::new();
    let mut stuck = 0;
    for step in steps(transcript, 0, "negative") {
        match &step.what {
            What::Intent(attempted) if attempted.intent == Intent::BadPassword => {
                kinds.push(attempted.detail.as_str());
            }
            What::Stuck { .. } => stuck += 1,
            What::Navigated(navigated) if code_in(&navigated.url).is_some() => {
                let kind = kinds.last().copied().unwrap_or("wrong");
                return Verdict::Broken(Finding::new(
                    transcript,
                    Text::new(
                        format!("a code was issued for bad credentials ({})", told(kind).0),
                        format!("登录信息不正确({})仍发放了授权码", told(kind).1),
                    ),
                    "the login page with an error, or redirect_uri without a code",
                    navigated.url.clone(),
                ));
            }
            _ => {}
        }
    }
    if kinds.len() <= stuck {
        return Verdict::Untouched;
    }
    // That bad credentials got nothing counts only where good ones get something.
    let twin =
        Returned::tagged(transcript, 0, "twin").is_some_and(|returned| returned.code().is_some());
    if twin || control_arrived(transcript, 1) {
        Verdict::Held
    } else {
        Verdict::Blocked(Text::fixed(
            "the right password got no code either, so refusing the wrong one proves nothing",
            "正确的密码也没有得到授权码,因此拒绝错误密码不能说明问题",
        ))
    }
}

fn told(kind: &str) -> (&str, &str) {
    match kind {
        "wrong" => ("a wrong password", "密码错误"),
        "unknown-user" => ("an unknown user", "用户不存在"),
        "empty" => ("an empty password", "密码为空"),
        "over-long" => ("an over-long password", "密码过长"),
        "unicode" => (
            "a password of letters from many scripts",
            "含多种文字的密码",
        ),
        other => (other, other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        BUTTON, CODE, LIVE, LOGIN_PAGE, Tape, broken, given, html, live_with, verdict,
    };

    fn tried(kind: &str) -> Tape {
        Tape::new("bad-password")
            .given(given(LIVE))
            .page(200, LOGIN_PAGE)
            .tag("negative")
            .intent(Intent::BadPassword, kind)
    }

    #[test]
    fn a_refusal_holds_where_the_right_password_works() {
        let refused = || {
            tried("wrong")
                .exchange(html("POST", BUTTON, 401, LOGIN_PAGE))
                .stayed()
        };
        let twin = refused()
            .tag("twin")
            .login()
            .navigated(&live_with(CODE))
            .done();
        assert_eq!(verdict(FAI_02.judge, &twin), Verdict::Held);
        assert_eq!(
            verdict(FAI_02.judge, &refused().and_a_plain_login().done()),
            Verdict::Held
        );
        assert!(matches!(
            verdict(FAI_02.judge, &refused().done()),
            Verdict::Blocked(_)
        ));
        let by_redirect = tried("wrong").navigated(LIVE).and_a_plain_login().done();
        assert_eq!(verdict(FAI_02.judge, &by_redirect), Verdict::Held);
    }

    #[test]
    fn a_code_is_told_with_the_kind_of_credentials() {
        for (kind, words) in [
            ("empty", "an empty password"),
            ("unknown-user", "an unknown user"),
        ] {
            let finding = broken(verdict(
                FAI_02.judge,
                &tried(kind).navigated(&live_with(CODE)).done(),
            ));
            assert!(finding.message.en.contains(words), "{}", finding.message.en);
        }
    }

    #[test]
    fn a_form_that_could_not_be_sent_proves_nothing() {
        let stuck = tried("wrong").stuck("no form").and_a_plain_login().done();
        assert_eq!(verdict(FAI_02.judge, &stuck), Verdict::Untouched);
    }
}
