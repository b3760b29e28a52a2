//! Whether the code came along: RED-02.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::raw_url::{CODE_NAME, RawPair};
use crate::judge::returned::{Place, Returned, no_code};
use crate::judge::{Judge, Verdict};
use crate::text::Text;
use crate::transcript::Transcript;

pub(super) const RED_02: Check = Check {
    id: "RED-02",
    level: Level::Must,
    basis: &["S12", "S28", "S30"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "A successful return carries exactly one authorization_code with a value",
        "成功返回时恰好带有一个非空的 authorization_code",
    ),
    why: &Text::fixed(
        "Without the parameter the platform aborts the linking, although the user logged in.",
        "没有这个参数,即使用户已经登录,平台也会中止绑定。",
    ),
    fault: &Text::fixed(
        "The parameter has another name, or a variable without value was printed into the address (null, undefined, None).",
        "参数名写错,或把没有值的变量写进了地址(null、undefined、None)。",
    ),
    judge: Judge::Each(carries_one_code),
};

fn carries_one_code(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(returned) = Returned::of(transcript, 0).filter(Returned::on_target) else {
        return Verdict::Untouched;
    };
    let found = match returned.place() {
        Place::Query(found) => found,
        Place::Missing => return returned.finding(missing(&returned)),
        // A code in the wrong place is told by RED-03, RED-04 and RED-08.
        Place::Inside(_) | Place::Fragment | Place::Path => return Verdict::Untouched,
    };
    if 1 < found.len() {
        return returned.finding(Text::new(
            format!("{CODE_NAME} was added {} times", found.len()),
            format!("{CODE_NAME} 被附加了 {} 次", found.len()),
        ));
    }
    let value = found
        .first()
        .map_or(String::new(), |(_, pair)| pair.decoded_value());
    match no_code(&value) {
        None => Verdict::Held,
        Some(what) => returned.finding(Text::new(
            format!("{CODE_NAME} is no code but {what}"),
            format!("{CODE_NAME} 的值“{value}”不是授权码"),
        )),
    }
}

fn missing(returned: &Returned<'_>) -> Text {
    let names: Vec<String> = returned
        .wanted
        .pairs()
        .iter()
        .map(RawPair::decoded_name)
        .collect();
    let alias = returned
        .got
        .pairs()
        .into_iter()
        .map(|pair| pair.decoded_name())
        .find(|name| {
            let plain: String = name
                .to_lowercase()
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .collect();
            !names.contains(name)
                && matches!(
                    plain.as_str(),
                    "code" | "authorizationcode" | "authcode" | "authorization"
                )
        });
    match alias {
        Some(name) => Text::new(
            format!("the code came as {name}= and not as {CODE_NAME}="),
            format!("授权码的参数名是 {name},而不是 {CODE_NAME}"),
        ),
        None => Text::new(
            format!("the login succeeded but the browser came back without {CODE_NAME}"),
            format!("登录成功,但返回时没有 {CODE_NAME}"),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        CODE, LIVE, Tape, broken, flow_transcript, given, live_with, verdict,
    };

    fn judged(wanted: &str, got: &str) -> Verdict {
        verdict(
            RED_02.judge,
            &Tape::new("flow")
                .given(given(wanted))
                .login()
                .navigated(got)
                .done(),
        )
    }

    fn says(got: &str, words: &str) {
        let finding = broken(judged(LIVE, got));
        assert!(
            finding.message.en.contains(words),
            "{got}: {}",
            finding.message.en
        );
    }

    #[test]
    fn one_code_holds() {
        assert_eq!(judged(LIVE, &live_with(CODE)), Verdict::Held);
        assert_eq!(
            verdict(RED_02.judge, &flow_transcript().login().stayed().done()),
            Verdict::Untouched
        );
    }

    #[test]
    fn printed_absence_other_names_and_repeats_are_named() {
        says(&live_with("undefined"), "the word undefined");
        says(&live_with(""), "an empty value");
        says(&live_with("Optional%5Babc%5D"), "Optional");
        says(
            &format!("{LIVE}&code=abc"),
            "came as code= and not as authorization_code=",
        );
        says(LIVE, "without authorization_code");
        says(
            &format!("{}&authorization_code=x", live_with(CODE)),
            "2 times",
        );
    }

    #[test]
    fn a_code_in_the_wrong_place_is_told_elsewhere() {
        assert_eq!(
            judged(LIVE, &format!("{LIVE}?authorization_code=x")),
            Verdict::Untouched
        );
        assert_eq!(
            judged("https://a.test/b", "https://a.test/b&authorization_code=x"),
            Verdict::Untouched
        );
        let fragment = "https://a.test/?t=1#top";
        assert_eq!(
            judged(fragment, &format!("{fragment}&authorization_code=x")),
            Verdict::Untouched
        );
    }
}
