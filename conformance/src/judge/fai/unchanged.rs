//! A failed linking goes back to `redirect_uri` as it came: FAI-03 and FAI-04.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::raw_url::{CODE_NAME, RawPair};
use crate::judge::returned::{Place, Returned, no_code};
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Intent, Transcript, What};

pub(super) const FAI_03: Check = Check {
    id: "FAI-03",
    level: Level::Should,
    basis: &["S21"],
    needs: &[Need::Cancel],
    scenarios: &["cancel", "bad-password"],
    title: &Text::fixed(
        "A failed linking returns redirect_uri byte for byte",
        "绑定失败时,redirect_uri 逐字节原样返回",
    ),
    why: &Text::fixed(
        "The page asks for the address without a code and for nothing more; the token in it tells the platform who declined.",
        "文档只要求返回不带授权码的地址;其中的口令让平台知道是谁拒绝了。",
    ),
    fault: &Text::fixed(
        "An OAuth habit: error= is appended, or the query is stripped.",
        "沿用 OAuth 习惯附加 error=,或删掉查询参数。",
    ),
    judge: Judge::Each(comes_back_unchanged),
};

pub(super) const FAI_04: Check = Check {
    id: "FAI-04",
    level: Level::Must,
    basis: &["S21", "S30"],
    needs: &[Need::Cancel],
    scenarios: &["cancel", "bad-password"],
    title: &Text::fixed(
        "A failed linking carries no authorization_code parameter at all, not even an empty one",
        "绑定失败时完全没有 authorization_code 参数,空值也不行",
    ),
    why: &Text::fixed(
        "A parameter that is there may count as a code: the platform passes on what it finds.",
        "参数只要存在就可能被当成授权码:平台会转交读到的内容。",
    ),
    fault: &Text::fixed(
        "Success and failure share one line that prints the code variable, empty or undefined.",
        "成功与失败共用一行代码,打印出空的或未定义的变量。",
    ),
    judge: Judge::Each(carries_no_code_parameter),
};

/// The first navigation that followed a cancel or bad credentials.
fn failure(transcript: &Transcript) -> Option<Returned<'_>> {
    let mut declined = false;
    for step in transcript.of(0) {
        match &step.what {
            What::Intent(attempted) => {
                declined = matches!(attempted.intent, Intent::Cancel | Intent::BadPassword);
            }
            What::Navigated(navigated) if declined => {
                return Returned::pair(transcript, 0, navigated);
            }
            _ => {}
        }
    }
    None
}

fn comes_back_unchanged(transcript: &Transcript, _: &Context) -> Verdict {
    // Going elsewhere is FAI-01's; a code, real or empty, is FAI-01's, FAI-02's and FAI-04's.
    let Some(returned) = failure(transcript).filter(Returned::on_target) else {
        return Verdict::Untouched;
    };
    let wanted = returned.wanted.pairs();
    let got = returned.other_pairs();
    let normal = |pairs: &[RawPair<'_>]| pairs.iter().map(RawPair::normal).collect::<Vec<_>>();
    if normal(&wanted) == normal(&got) {
        return Verdict::Held;
    }
    let sent = normal(&wanted);
    let message = match got.iter().find(|pair| !sent.contains(&pair.normal())) {
        Some(added) => Text::new(
            format!(
                "the failed linking came back with something that was not in redirect_uri: {}",
                added.raw
            ),
            format!(
                "绑定失败返回时多出了 redirect_uri 中没有的内容:{}",
                added.raw
            ),
        ),
        None => Text::fixed(
            "the failed linking came back without all parameters of redirect_uri",
            "绑定失败返回时缺少 redirect_uri 的部分参数",
        ),
    };
    Verdict::Broken(Finding::new(
        transcript,
        message,
        returned.wanted.whole,
        returned.got.whole,
    ))
}

fn carries_no_code_parameter(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(returned) = failure(transcript) else {
        return Verdict::Untouched;
    };
    let Place::Query(found) = returned.place() else {
        return Verdict::Held;
    };
    let value = found
        .first()
        .map_or(String::new(), |(_, pair)| pair.decoded_value());
    match no_code(&value) {
        // A real code is FAI-01's and FAI-02's to tell.
        None => Verdict::Untouched,
        Some(what) => Verdict::Broken(Finding::new(
            transcript,
            Text::new(
                format!("the failed linking carries {CODE_NAME} with {what}"),
                format!("绑定失败返回时仍带有 {CODE_NAME},值为“{value}”"),
            ),
            returned.wanted.whole,
            returned.got.whole,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{CODE, LIVE, LOGIN_PAGE, Tape, broken, given, live_with, verdict};

    fn cancelled(url: &str) -> Transcript {
        Tape::new("cancel")
            .given(given(LIVE))
            .page(200, LOGIN_PAGE)
            .tag("cancel")
            .intent(Intent::Cancel, "")
            .navigated(url)
            .done()
    }

    #[test]
    fn the_address_as_it_came_holds() {
        assert_eq!(verdict(FAI_03.judge, &cancelled(LIVE)), Verdict::Held);
        assert_eq!(verdict(FAI_04.judge, &cancelled(LIVE)), Verdict::Held);
    }

    #[test]
    fn an_added_error_and_a_stripped_query_are_told() {
        let added = broken(verdict(
            FAI_03.judge,
            &cancelled(&format!("{LIVE}&error=access_denied")),
        ));
        assert!(added.message.en.contains("error=access_denied"));
        let stripped = "https://facebook.com/messenger_platform/account_linking/";
        assert!(
            broken(verdict(FAI_03.judge, &cancelled(stripped)))
                .message
                .en
                .contains("without all parameters")
        );
    }

    #[test]
    fn an_empty_code_is_told_once() {
        for value in ["", "undefined", "false"] {
            let transcript = cancelled(&live_with(value));
            assert!(
                matches!(verdict(FAI_04.judge, &transcript), Verdict::Broken(_)),
                "{value}"
            );
            assert_eq!(verdict(FAI_03.judge, &transcript), Verdict::Held, "{value}");
        }
        assert_eq!(
            verdict(FAI_04.judge, &cancelled(&live_with(CODE))),
            Verdict::Untouched
        );
    }

    #[test]
    fn a_success_is_no_failure() {
        let success = Tape::new("bad-password")
            .given(given(LIVE))
            .login()
            .navigated(&live_with(CODE))
            .done();
        assert_eq!(verdict(FAI_03.judge, &success), Verdict::Untouched);
        assert_eq!(verdict(FAI_04.judge, &success), Verdict::Untouched);
    }
}
