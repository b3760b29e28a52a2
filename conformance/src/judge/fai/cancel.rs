//! A user who says no goes back without a code: FAI-01.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::page::described;
use crate::judge::returned::{Returned, code_in, steps};
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Intent, Transcript, What};

pub(super) const FAI_01: Check = Check {
    id: "FAI-01",
    level: Level::Must,
    basis: &["S21", "S45"],
    needs: &[Need::Cancel],
    scenarios: &["cancel"],
    title: &Text::fixed(
        "Cancelling sends the browser to redirect_uri without a code",
        "取消时,浏览器返回 redirect_uri,且不带授权码",
    ),
    why: &Text::fixed(
        "Only this navigation tells the platform that the user declined; otherwise the webview stays open on your page.",
        "平台只能通过这次跳转得知用户已拒绝;否则网页视图会停在您的页面上。",
    ),
    fault: &Text::fixed(
        "Cancel goes one page back in the history or to the start page, or runs through the same code as success.",
        "“取消”只是返回上一页或首页,或与成功走同一段代码。",
    ),
    judge: Judge::Each(goes_back_without_a_code),
};

fn goes_back_without_a_code(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(given) = transcript.flows.first() else {
        return Verdict::Untouched;
    };
    let pressed =
        |what: &What| matches!(what, What::Intent(attempted) if attempted.intent == Intent::Cancel);
    if !steps(transcript, 0, "cancel").any(|step| pressed(&step.what)) {
        return Verdict::Untouched;
    }
    let Some(returned) = Returned::tagged(transcript, 0, "cancel") else {
        // Where the driver found nothing to press on this page, nobody cancelled.
        let stayed = steps(transcript, 0, "cancel").any(|step| step.what == What::Stayed);
        if !stayed {
            return Verdict::Untouched;
        }
        let got = transcript
            .exchanges(0)
            .last()
            .map_or(String::new(), described);
        return Verdict::Broken(Finding::new(
            transcript,
            Text::fixed(
                "cancelling left the user on a page of the backend",
                "取消后用户仍停在后端自己的页面上",
            ),
            given.redirect_uri.clone(),
            got,
        ));
    };
    let message = if code_in(returned.got.whole).is_some() {
        Text::fixed(
            "cancelling sent a code all the same",
            "取消后仍然送出了授权码",
        )
    } else if returned.on_target() {
        return Verdict::Held;
    } else {
        Text::fixed(
            "cancelling led to another address than redirect_uri",
            "取消后前往的地址不是 redirect_uri",
        )
    };
    Verdict::Broken(Finding::new(
        transcript,
        message,
        given.redirect_uri.clone(),
        returned.got.whole,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        CODE, LIVE, LOGIN_PAGE, Tape, broken, given, html, live_with, verdict,
    };

    fn cancelled() -> Tape {
        Tape::new("cancel")
            .given(given(LIVE))
            .page(200, LOGIN_PAGE)
            .tag("cancel")
            .intent(Intent::Cancel, "")
    }

    #[test]
    fn going_back_without_a_code_holds() {
        assert_eq!(
            verdict(FAI_01.judge, &cancelled().navigated(LIVE).done()),
            Verdict::Held
        );
    }

    #[test]
    fn a_code_another_address_and_an_own_page_are_told() {
        let code = broken(verdict(
            FAI_01.judge,
            &cancelled().navigated(&live_with(CODE)).done(),
        ));
        assert!(code.message.en.contains("sent a code"));
        let elsewhere = broken(verdict(
            FAI_01.judge,
            &cancelled().navigated("https://shop.test/").done(),
        ));
        assert!(elsewhere.message.en.contains("another address"));
        let home = cancelled()
            .exchange(html("GET", "http://127.0.0.1:8000/", 200, "Welcome"))
            .stayed()
            .done();
        let home = broken(verdict(FAI_01.judge, &home));
        assert!(home.message.en.contains("on a page of the backend"));
        assert_eq!(home.got, "status 200, text/html: Welcome");
    }

    #[test]
    fn without_a_cancel_control_nobody_cancelled() {
        assert_eq!(
            verdict(FAI_01.judge, &cancelled().stuck("no control").done()),
            Verdict::Untouched
        );
        let unpressed = Tape::new("cancel")
            .given(given(LIVE))
            .page(200, LOGIN_PAGE)
            .done();
        assert_eq!(verdict(FAI_01.judge, &unpressed), Verdict::Untouched);
    }
}
