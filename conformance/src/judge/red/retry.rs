//! Whether `redirect_uri` and token survive wrong passwords: RED-21.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::ending::{CONTROL_FAILED, Ending, control_arrived};
use crate::judge::page::described;
use crate::judge::returned::Returned;
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Intent, Transcript, What};

pub(super) const RED_21: Check = Check {
    id: "RED-21",
    level: Level::Must,
    basis: &["S22"],
    needs: &[Need::Login, Need::BadPassword],
    scenarios: &["bad-password"],
    title: &Text::fixed(
        "After wrong passwords the right one still leads to redirect_uri",
        "输错密码后再输入正确密码,仍返回 redirect_uri",
    ),
    why: &Text::fixed(
        "Mistyping is normal. If the second page has forgotten where the user came from, the login succeeds and the linking does not.",
        "输错密码很常见。如果第二次的页面忘了用户从哪里来,登录虽成功,绑定却失败。",
    ),
    fault: &Text::fixed(
        "The page with the error message is rendered without the hidden fields or the query of the first one.",
        "带错误信息的页面没有保留第一页的隐藏字段或查询参数。",
    ),
    judge: Judge::Each(survives_wrong_passwords),
};

fn survives_wrong_passwords(transcript: &Transcript, _: &Context) -> Verdict {
    let wrong = transcript.of(0).filter(|step| {
        step.tag == "negative"
            && matches!(&step.what, What::Intent(attempted) if attempted.intent == Intent::BadPassword)
    });
    let times = wrong.count();
    if times == 0 || Returned::tagged(transcript, 0, "negative").is_some() {
        // A backend that ends a failed login by going back has no second page to forget anything on.
        return Verdict::Untouched;
    }
    let ending = Ending::of(transcript, 0, "twin");
    match ending {
        None => return Verdict::Untouched,
        Some(Ending::Away(returned)) if returned.on_target() && returned.kept_parameters() => {
            return Verdict::Held;
        }
        Some(_) if !control_arrived(transcript, 1) => return Verdict::Blocked(CONTROL_FAILED),
        Some(_) => {}
    }
    let Some(given) = transcript.flows.first() else {
        return Verdict::Untouched;
    };
    let finding = match ending {
        Some(Ending::Away(returned)) => Finding::new(
            transcript,
            Text::new(
                format!(
                    "after {times} wrong password(s) the login went back to another address than redirect_uri"
                ),
                format!("输错 {times} 次密码后,登录返回的地址与 redirect_uri 不同"),
            ),
            returned.expected(),
            returned.navigated.url.clone(),
        ),
        _ => Finding::new(
            transcript,
            Text::new(
                format!(
                    "after {times} wrong password(s) the right one no longer led to redirect_uri: the page lost its parameters"
                ),
                format!("输错 {times} 次密码后,正确的密码不再返回 redirect_uri:页面丢失了参数"),
            ),
            given.redirect_uri.clone(),
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
        BUTTON, CODE, LIVE, LOGIN_PAGE, Tape, broken, given, html, live_with, verdict,
    };

    fn after_wrong_password() -> Tape {
        Tape::new("bad-password")
            .given(given(LIVE))
            .page(200, LOGIN_PAGE)
            .tag("negative")
            .intent(Intent::BadPassword, "wrong")
            .exchange(html("POST", BUTTON, 200, LOGIN_PAGE))
            .stayed()
            .tag("twin")
    }

    #[test]
    fn a_login_after_a_wrong_password_goes_back() {
        let transcript = after_wrong_password()
            .login()
            .navigated(&live_with(CODE))
            .done();
        assert_eq!(verdict(RED_21.judge, &transcript), Verdict::Held);
    }

    #[test]
    fn a_page_that_forgot_its_parameters_is_told() {
        let transcript = after_wrong_password()
            .login()
            .exchange(html("GET", BUTTON, 400, "redirect_uri is missing"))
            .stayed()
            .and_a_plain_login()
            .done();
        let finding = broken(verdict(RED_21.judge, &transcript));
        assert!(finding.message.en.contains("lost its parameters"));
        assert!(finding.got.contains("redirect_uri is missing"));
    }

    #[test]
    fn an_address_without_its_token_is_told() {
        let got = "https://facebook.com/messenger_platform/account_linking/?authorization_code=x";
        let transcript = after_wrong_password()
            .login()
            .navigated(got)
            .and_a_plain_login()
            .done();
        assert!(
            broken(verdict(RED_21.judge, &transcript))
                .message
                .en
                .contains("another address")
        );
    }

    #[test]
    fn a_login_that_never_works_proves_nothing() {
        let transcript = after_wrong_password()
            .login()
            .exchange(html("GET", BUTTON, 500, ""))
            .stayed()
            .done();
        assert!(matches!(
            verdict(RED_21.judge, &transcript),
            Verdict::Blocked(_)
        ));
    }

    #[test]
    fn going_back_at_the_first_wrong_password_is_no_matter_of_this_rule() {
        let transcript = Tape::new("bad-password")
            .given(given(LIVE))
            .tag("negative")
            .intent(Intent::BadPassword, "wrong")
            .navigated(LIVE)
            .done();
        assert_eq!(verdict(RED_21.judge, &transcript), Verdict::Untouched);
    }
}
