//! Codes go only where the platform lives and only when a user acted: SEC-01 and SEC-05.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::address::difference;
use crate::judge::ending::{CONTROL_FAILED, control_arrived};
use crate::judge::returned::{Returned, code_in};
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::Transcript;

pub(super) const SEC_01: Check = Check {
    id: "SEC-01",
    level: Level::Hardening,
    basis: &["lit"],
    needs: &[Need::Login],
    scenarios: &["foreign-redirect"],
    title: &Text::fixed(
        "No code is sent to a redirect_uri on a foreign origin",
        "不会把授权码送到外部来源的 redirect_uri",
    ),
    why: &Text::fixed(
        "Anyone can send your user a linking URL with their own redirect_uri; with the code that comes back they link their chat to your user's account.",
        "任何人都能把带有自己 redirect_uri 的绑定网址发给您的用户,再用收到的授权码把自己的对话绑定到该账户。",
    ),
    fault: &Text::fixed(
        "redirect_uri is used without a look at where it points.",
        "不检查 redirect_uri 指向哪里就直接使用。",
    ),
    judge: Judge::Each(keeps_codes_from_strangers),
};

pub(super) const SEC_05: Check = Check {
    id: "SEC-05",
    level: Level::Hardening,
    basis: &["lit"],
    needs: &[Need::Login],
    scenarios: &["signed-in"],
    title: &Text::fixed(
        "A signed-in browser gives no code for someone else's linking without an action of the user",
        "已登录的浏览器在用户操作之前,不会为别人的绑定发放授权码",
    ),
    why: &Text::fixed(
        "An attacker taps Log In in his own chat and sends the opened address to a victim; a backend that links silently attaches his chat to the victim's account.",
        "攻击者在自己的对话中点按登录,再把打开的地址发给受害者;静默绑定的后端会把他的对话连到受害者的账户。",
    ),
    fault: &Text::fixed(
        "The login page is skipped when a session exists, and the redirect follows at once.",
        "已有会话时跳过登录页,立即重定向。",
    ),
    judge: Judge::Each(asks_the_signed_in),
};

fn keeps_codes_from_strangers(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(given) = transcript.flows.first() else {
        return Verdict::Untouched;
    };
    let leaked = Returned::tagged(transcript, 0, "negative").filter(|returned| {
        // The origin alone decides; the path may have been rebuilt.
        code_in(returned.got.whole).is_some()
            && difference(returned.got.origin(), returned.wanted.origin()).is_none()
    });
    match leaked {
        Some(returned) => Verdict::Broken(Finding::new(
            transcript,
            Text::new(
                format!(
                    "a code was sent to a foreign origin: {}",
                    returned.got.origin()
                ),
                format!("授权码被送往外部来源:{}", returned.got.origin()),
            ),
            format!("no code for {}", given.redirect_uri),
            returned.navigated.url.clone(),
        )),
        None if control_arrived(transcript, 1) => Verdict::Held,
        None => Verdict::Blocked(CONTROL_FAILED),
    }
}

fn asks_the_signed_in(transcript: &Transcript, _: &Context) -> Verdict {
    let signed_in =
        Returned::tagged(transcript, 0, "first").is_some_and(|returned| returned.code().is_some());
    if !signed_in {
        return Verdict::Untouched;
    }
    if let Some(returned) = Returned::tagged(transcript, 1, "negative")
        .filter(|returned| code_in(returned.got.whole).is_some())
    {
        return Verdict::Broken(Finding::new(
            transcript,
            Text::fixed(
                "opening another user's linking URL in a signed-in browser was enough to get a code",
                "在已登录的浏览器中打开别人的绑定网址,就得到了授权码",
            ),
            "a page that names what will be linked and waits for the user",
            returned.navigated.url.clone(),
        ));
    }
    // That nothing happened by itself counts only where something happens when the user acts.
    match Returned::tagged(transcript, 1, "twin") {
        Some(returned) if returned.code().is_some() => Verdict::Held,
        _ => Verdict::Blocked(Text::fixed(
            "the signed-in user could not finish the second linking either",
            "已登录的用户也无法完成第二次绑定",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{CODE, LIVE, LOGIN_PAGE, Tape, broken, given, live_with, verdict};

    const FOREIGN: &str =
        "https://attacker.test/messenger_platform/account_linking/?account_linking_token=t";

    fn foreign() -> Tape {
        Tape::new("foreign-redirect")
            .given(given(FOREIGN))
            .tag("negative")
    }

    #[test]
    fn a_refusal_holds_where_the_right_address_works() {
        let refused = foreign()
            .page(400, "redirect_uri is not allowed")
            .stuck("no form");
        assert_eq!(
            verdict(SEC_01.judge, &refused.clone().and_a_plain_login().done()),
            Verdict::Held
        );
        assert!(matches!(
            verdict(SEC_01.judge, &refused.done()),
            Verdict::Blocked(_)
        ));
        let elsewhere = foreign()
            .login()
            .navigated(&live_with(CODE))
            .and_a_plain_login()
            .done();
        assert_eq!(verdict(SEC_01.judge, &elsewhere), Verdict::Held);
    }

    #[test]
    fn a_code_for_a_stranger_is_told_with_the_origin() {
        for url in [
            format!("{FOREIGN}&authorization_code=x"),
            "https://attacker.test/x?authorization_code=x".to_owned(),
        ] {
            let finding = broken(verdict(
                SEC_01.judge,
                &foreign().login().navigated(&url).done(),
            ));
            assert!(
                finding.message.en.ends_with("https://attacker.test"),
                "{}",
                finding.message.en
            );
        }
    }

    fn signed_in() -> Tape {
        Tape::new("signed-in")
            .given(given(LIVE))
            .tag("first")
            .login()
            .navigated(&live_with(CODE))
            .given(given(LIVE))
            .tag("negative")
    }

    #[test]
    fn a_page_that_waits_for_the_user_holds() {
        let asked = signed_in().page(200, LOGIN_PAGE).tag("twin");
        assert_eq!(
            verdict(
                SEC_05.judge,
                &asked.clone().login().navigated(&live_with("y")).done()
            ),
            Verdict::Held
        );
        assert!(matches!(
            verdict(SEC_05.judge, &asked.login().stayed().done()),
            Verdict::Blocked(_)
        ));
    }

    #[test]
    fn a_silent_link_is_told() {
        let silent = signed_in().page(302, "").navigated(&live_with("y")).done();
        assert!(
            broken(verdict(SEC_05.judge, &silent))
                .message
                .en
                .contains("signed-in browser")
        );
    }

    #[test]
    fn without_a_first_login_nobody_is_signed_in() {
        let transcript = Tape::new("signed-in")
            .given(given(LIVE))
            .tag("first")
            .stuck("no form")
            .done();
        assert_eq!(verdict(SEC_05.judge, &transcript), Verdict::Untouched);
    }
}
