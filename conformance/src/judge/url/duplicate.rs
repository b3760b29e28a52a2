//! Parameters that come twice with different values: URL-05.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::ending::{CONTROL_FAILED, control_arrived};
use crate::judge::page::described;
use crate::judge::raw_url::{RawPair, RawUrl};
use crate::judge::returned::{Returned, code_in};
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::Transcript;

pub(super) const URL_05: Check = Check {
    id: "URL-05",
    level: Level::Hardening,
    basis: &["lit"],
    needs: &[Need::Login],
    scenarios: &["duplicate"],
    title: &Text::fixed(
        "A parameter given twice is refused, or one of its values is used throughout",
        "重复的参数要么被拒绝,要么始终使用其中一个值",
    ),
    why: &Text::fixed(
        "If one part of the program checks the first value and another uses the last, the check is worth nothing.",
        "如果一处检查第一个值,另一处使用最后一个值,检查就形同虚设。",
    ),
    fault: &Text::fixed(
        "Two parsers read the same query: one takes the first value, one the last, one joins them to a list.",
        "两个解析器读取同一查询:一个取第一个值,一个取最后一个,还有的拼成列表。",
    ),
    judge: Judge::Each(uses_one_value),
};

fn uses_one_value(transcript: &Transcript, context: &Context) -> Verdict {
    let Some(given) = transcript.flows.first() else {
        return Verdict::Untouched;
    };
    if let Some(crash) = transcript
        .exchanges(0)
        .find(|exchange| 500 <= exchange.status)
    {
        return Verdict::Broken(Finding::new(
            transcript,
            Text::new(
                format!(
                    "the backend crashed over a parameter that came twice: status {}",
                    crash.status
                ),
                format!("参数重复时后端出错:状态 {}", crash.status),
            ),
            "status 4xx, or one of the values used",
            described(crash),
        ));
    }
    let Some(returned) = Returned::tagged(transcript, 0, "negative")
        .filter(|returned| code_in(returned.got.whole).is_some())
    else {
        return if control_arrived(transcript, 1) {
            Verdict::Held
        } else {
            Verdict::Blocked(CONTROL_FAILED)
        };
    };
    let offered = offered(transcript);
    let used = offered.iter().find(|value| returned.reaches(value));
    let message = match used {
        None if !control_arrived(transcript, 1) => return Verdict::Blocked(CONTROL_FAILED),
        None => Text::fixed(
            "of two addresses neither was used: the browser was sent to a mixture with a code",
            "两个地址都没有被采用:浏览器带着授权码被送往二者的混合",
        ),
        Some(value) if *value != given.redirect_uri && context.calibration.origin_pinned => {
            Text::fixed(
                "one address was checked and the other one used: the code went to the foreign one",
                "检查了一个地址,却使用了另一个:授权码被送往外部地址",
            )
        }
        Some(_) => return Verdict::Held,
    };
    Verdict::Broken(Finding::new(
        transcript,
        message,
        offered.join(" or "),
        returned.navigated.url.clone(),
    ))
}

/// The values of `redirect_uri` in the request that opened the page.
fn offered(transcript: &Transcript) -> Vec<String> {
    let Some(opened) = transcript.exchanges(0).next() else {
        return Vec::new();
    };
    let pairs = RawUrl::split(&opened.url).pairs();
    pairs
        .iter()
        .filter(|pair| pair.decoded_name() == "redirect_uri")
        .map(RawPair::decoded_value)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        BUTTON, CODE, LIVE, LOGIN_PAGE, Tape, broken, context, given, html, live_with, verdict,
        verdict_in,
    };

    const FOREIGN: &str = "https%3A%2F%2Fattacker.test%2Fback%3Ft%3D1";

    fn opened() -> Tape {
        let tape = Tape::new("duplicate").given(given(LIVE)).tag("negative");
        let url = format!("{}&redirect_uri={FOREIGN}", given(LIVE).linking_url);
        tape.exchange(html("GET", &url, 200, LOGIN_PAGE)).login()
    }

    #[test]
    fn one_of_the_values_used_throughout_holds() {
        for url in [
            live_with(CODE),
            "https://attacker.test/back?t=1&authorization_code=x".to_owned(),
        ] {
            assert_eq!(
                verdict(URL_05.judge, &opened().navigated(&url).done()),
                Verdict::Held,
                "{url}"
            );
        }
    }

    #[test]
    fn refusing_holds_where_a_plain_login_works() {
        let refused = Tape::new("duplicate")
            .given(given(LIVE))
            .tag("negative")
            .page(400, "twice")
            .stuck("no form");
        assert_eq!(
            verdict(URL_05.judge, &refused.clone().and_a_plain_login().done()),
            Verdict::Held
        );
        assert!(matches!(
            verdict(URL_05.judge, &refused.done()),
            Verdict::Blocked(_)
        ));
    }

    #[test]
    fn a_mixture_is_told() {
        let mixed = opened()
            .navigated("https://facebook.com/back?t=1&authorization_code=x")
            .and_a_plain_login()
            .done();
        assert!(
            broken(verdict(URL_05.judge, &mixed))
                .message
                .en
                .contains("mixture")
        );
    }

    #[test]
    fn a_check_of_one_and_a_use_of_the_other_is_told() {
        let mut pinned = context();
        pinned.calibration.origin_pinned = true;
        let foreign = opened()
            .navigated("https://attacker.test/back?t=1&authorization_code=x")
            .done();
        assert!(
            broken(verdict_in(URL_05.judge, &foreign, &pinned))
                .message
                .en
                .contains("checked")
        );
    }

    #[test]
    fn a_crash_is_told() {
        let crash = opened()
            .exchange(html("POST", BUTTON, 500, "TypeError"))
            .stayed()
            .done();
        assert!(
            broken(verdict(URL_05.judge, &crash))
                .message
                .en
                .contains("crashed")
        );
    }
}
