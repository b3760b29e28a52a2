//! What RED-05, 06, 09 and 11 say about hand-made returns.

use super::*;
use crate::judge::testing::{
    BUTTON, CODE, LIVE, TOKEN, Tape, broken, flow_transcript, given, html, live_with, verdict,
};

fn judged(check: &Check, wanted: &str, got: &str) -> Verdict {
    verdict(
        check.judge,
        &Tape::new("flow")
            .given(given(wanted))
            .login()
            .navigated(got)
            .done(),
    )
}

fn with_query(query: &str) -> String {
    format!("https://a.test/back/?{query}")
}

fn holds(check: &Check, wanted: &str, got: &str) {
    let got = with_query(&format!("{got}&authorization_code=x"));
    assert_eq!(
        judged(check, &with_query(wanted), &got),
        Verdict::Held,
        "{got}"
    );
}

fn says(check: &Check, wanted: &str, got: &str, words: &str) {
    let got = with_query(&format!("{got}&authorization_code=x"));
    let finding = broken(judged(check, &with_query(wanted), &got));
    assert!(
        finding.message.en.contains(words),
        "{got}: {}",
        finding.message.en
    );
}

#[test]
fn unchanged_bytes_hold() {
    let query = "n=%2Fa%3Fb%3D1%26c&p=1+1&s=%20&d=%252F&u=%C3%A9&z=%00&l=%2f";
    holds(&RED_05, query, query);
    holds(&RED_06, query, query);
}

#[test]
fn another_spelling_of_the_same_meaning_is_no_failure() {
    holds(&RED_05, "n=%2fa%7eb", "n=%2Fa~b");
    holds(&RED_06, "a&b=1", "a=&b=1");
}

#[test]
fn a_value_decoded_once_too_often_is_named() {
    says(&RED_05, "n=%2Fa%3Fb", "n=/a?b", "decoded once more");
    says(&RED_05, "n=%252F", "n=%2F", "decoded once more");
    says(&RED_05, "n=a%26x%3D2", "n=a&x=2", "decoded once more");
    let finding = broken(judged(
        &RED_05,
        &with_query("n=%252F"),
        &with_query("n=%2F&authorization_code=x"),
    ));
    assert_eq!(finding.expected, with_query("n=%252F&authorization_code=x"));
    assert_eq!(finding.got, with_query("n=%2F&authorization_code=x"));
}

#[test]
fn a_value_encoded_or_spelled_again_is_named() {
    says(&RED_05, "n=%2F", "n=%252F", "encoded once more");
    says(&RED_05, "n=a%20b", "n=a+b", "another spelling");
    says(
        &RED_05,
        "n=a+b",
        "n=a%2Bb",
        "difference between + and a space",
    );
    says(&RED_05, "n=%2Fa", "n=home", "was changed");
}

#[test]
fn lost_parameters_are_not_changed_values() {
    holds(&RED_05, "n=%2F&n=%20", "n=%2F");
    assert_eq!(judged(&RED_05, LIVE, &live_with(CODE)), Verdict::Untouched);
}

#[test]
fn lost_parameters_are_named() {
    says(
        &RED_06,
        "a=1&a=2&b=3",
        "a=1&b=3",
        "one of several with the same name of redirect_uri was lost: a=2",
    );
    says(
        &RED_06,
        "a=&b=3",
        "b=3",
        "empty value of redirect_uri was lost: a=",
    );
    says(
        &RED_06,
        "a&b=3",
        "b=3",
        "without a value of redirect_uri was lost: a",
    );
    says(&RED_06, "a=1&b=3", "a=1", "was lost: b=3");
}

#[test]
fn another_order_is_named() {
    says(&RED_06, "b=1&a=2", "a=2&b=1", "another order");
    says(&RED_06, "a=2&a=1", "a=1&a=2", "another order");
    says(
        &RED_06,
        &format!("z=1&account_linking_token={TOKEN}"),
        &format!("account_linking_token={TOKEN}&z=1"),
        "another order",
    );
}

#[test]
fn a_raw_character_that_comes_back_encoded_changes_no_order() {
    holds(&RED_06, "v=%C3%A9&v=\u{e9}", "v=%C3%A9&v=%C3%A9");
}

#[test]
fn changed_values_are_not_lost_parameters() {
    for (wanted, got) in [
        ("n=%252F&m=1", "n=%2F&m=1"),
        ("n=a%26x%3D2&m=1", "n=a&x=2&m=1"),
    ] {
        let got = with_query(&format!("{got}&authorization_code=x"));
        assert_eq!(
            judged(&RED_06, &with_query(wanted), &got),
            Verdict::Untouched,
            "{got}"
        );
    }
}

#[test]
fn the_address_of_another_linking_is_told_once() {
    let wanted = with_query(&format!("account_linking_token={TOKEN}&n=%2F&m=1"));
    let other = with_query("account_linking_token=other&authorization_code=x");
    assert!(
        broken(judged(&RED_09, &wanted, &other))
            .message
            .en
            .contains("replaced")
    );
    assert_eq!(judged(&RED_05, &wanted, &other), Verdict::Untouched);
    assert_eq!(judged(&RED_06, &wanted, &other), Verdict::Untouched);
}

#[test]
fn the_token_comes_back_untouched() {
    assert_eq!(judged(&RED_09, LIVE, &live_with(CODE)), Verdict::Held);
    says(&RED_09, &format!("t={TOKEN}&b=1"), "b=1", "taken out");
    says(
        &RED_09,
        &format!("t={TOKEN}&b=1"),
        "t=other&b=1",
        "replaced",
    );
    holds(&RED_06, &format!("t={TOKEN}&b=1"), "b=1");
    assert_eq!(
        judged(
            &RED_09,
            &with_query("b=1"),
            &with_query("b=1&authorization_code=x")
        ),
        Verdict::Untouched
    );
}

#[test]
fn characters_beyond_ascii_come_back_escaped_as_utf8() {
    holds(&RED_11, "q=caf\u{e9}\u{1f600}", "q=caf%C3%A9%F0%9F%98%80");
    says(
        &RED_11,
        "q=caf\u{e9}",
        "q=caf%E9",
        "another encoding than UTF-8",
    );
    says(
        &RED_11,
        "q=caf\u{e9}",
        "q=caf\u{e9}",
        "raw bytes beyond ASCII",
    );
    let got = "https://a.test/caf%E9?authorization_code=x";
    assert!(matches!(
        judged(&RED_11, "https://a.test/caf\u{e9}", got),
        Verdict::Broken(_)
    ));
    assert_eq!(judged(&RED_11, LIVE, &live_with(CODE)), Verdict::Untouched);
}

#[test]
fn a_crash_over_characters_beyond_ascii_is_told() {
    let wanted = with_query("q=\u{e9}");
    let crashed = Tape::new("flow")
        .given(given(&wanted))
        .login()
        .exchange(html("POST", BUTTON, 500, ""))
        .stayed()
        .done();
    assert!(
        broken(verdict(RED_11.judge, &crashed))
            .message
            .en
            .contains("crash")
    );
}

#[test]
fn a_transcript_without_navigation_touches_nothing() {
    let transcript = flow_transcript().login().stayed().done();
    for check in [RED_05, RED_06, RED_09, RED_11] {
        assert_eq!(
            verdict(check.judge, &transcript),
            Verdict::Untouched,
            "{}",
            check.id
        );
    }
}
