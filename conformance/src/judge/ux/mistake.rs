//! A mistyped password is answered with words on the page: UX-10.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::page::{described, is_html, visible_text};
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Exchange, Intent, Transcript, What};

pub(super) const UX_10: Check = Check {
    id: "UX-10",
    level: Level::Should,
    basis: &["S21", "lit"],
    needs: &[Need::Login, Need::BadPassword],
    scenarios: &["bad-password"],
    title: &Text::fixed(
        "A wrong password shows an error, in the page and in words",
        "密码错误时,页面上用文字显示错误",
    ),
    why: &Text::fixed(
        "A form that comes back without a word looks like a page that does not work; alert boxes are suppressed in many webviews.",
        "表单默默重现,看起来像页面坏了;许多网页视图会屏蔽弹窗。",
    ),
    fault: &Text::fixed(
        "The form is shown again as if nothing had happened, or the message is an alert box.",
        "表单若无其事地再次显示,或用弹窗提示。",
    ),
    judge: Judge::Each(says_what_went_wrong),
};

fn says_what_went_wrong(transcript: &Transcript, _: &Context) -> Verdict {
    let Some((before, after)) = around_the_mistake(transcript) else {
        return Verdict::Untouched;
    };
    if 500 <= after.status {
        return Verdict::Broken(Finding::new(
            transcript,
            Text::new(
                format!(
                    "a wrong password made the backend crash: status {}",
                    after.status
                ),
                format!("密码错误时后端出错:状态 {}", after.status),
            ),
            "the form with an error message",
            described(after),
        ));
    }
    if !is_html(after) {
        return Verdict::Untouched;
    }
    let known = visible_text(&before.body);
    let said = visible_text(&after.body)
        .into_iter()
        .any(|piece| !known.contains(&piece));
    let alerts = |body: &str| body.matches("alert(").count();
    let message = match (said, alerts(&before.body) < alerts(&after.body)) {
        (true, _) => return Verdict::Held,
        (false, true) => Text::fixed(
            "the error after a wrong password is an alert box and not on the page",
            "密码错误时只弹出提示框,页面上没有错误信息",
        ),
        (false, false) => Text::fixed(
            "after a wrong password the page says nothing new",
            "密码错误后页面没有任何新提示",
        ),
    };
    Verdict::Broken(Finding::new(
        transcript,
        message,
        "an error message in the page",
        described(after),
    ))
}

/// The page before the first wrong password and the one after it, where the browser stayed.
fn around_the_mistake(transcript: &Transcript) -> Option<(&Exchange, &Exchange)> {
    let (mut before, mut after, mut tried) = (None, None, false);
    for step in transcript.of(0) {
        match &step.what {
            What::Intent(_) | What::Navigated(_) | What::Stuck { .. } if tried => return None,
            What::Intent(attempted) => tried = attempted.intent == Intent::BadPassword,
            What::Browser(exchange) if tried => after = Some(exchange),
            What::Browser(exchange) => before = Some(exchange),
            What::Stayed if tried => return Some((before?, after?)),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{BUTTON, LIVE, LOGIN_PAGE, Tape, broken, given, html, verdict};

    fn answered(status: u16, body: &str) -> Transcript {
        Tape::new("bad-password")
            .given(given(LIVE))
            .page(200, LOGIN_PAGE)
            .tag("negative")
            .intent(Intent::BadPassword, "wrong")
            .exchange(html("POST", BUTTON, status, body))
            .stayed()
            .done()
    }

    #[test]
    fn new_words_on_the_page_hold() {
        let told = LOGIN_PAGE.replace("<form", "<p role=alert>Wrong password</p><form");
        assert_eq!(verdict(UX_10.judge, &answered(200, &told)), Verdict::Held);
    }

    #[test]
    fn silence_an_alert_box_and_a_crash_are_told() {
        let silent = broken(verdict(UX_10.judge, &answered(200, LOGIN_PAGE)));
        assert!(silent.message.en.contains("says nothing new"));
        let alert = LOGIN_PAGE.replace("</body>", "<script>alert('wrong')</script></body>");
        assert!(
            broken(verdict(UX_10.judge, &answered(200, &alert)))
                .message
                .en
                .contains("alert box")
        );
        assert!(
            broken(verdict(UX_10.judge, &answered(500, "oops")))
                .message
                .en
                .contains("crash")
        );
    }

    #[test]
    fn a_failure_by_redirect_shows_no_page() {
        let transcript = Tape::new("bad-password")
            .given(given(LIVE))
            .page(200, LOGIN_PAGE)
            .tag("negative")
            .intent(Intent::BadPassword, "wrong")
            .navigated(LIVE)
            .done();
        assert_eq!(verdict(UX_10.judge, &transcript), Verdict::Untouched);
    }
}
