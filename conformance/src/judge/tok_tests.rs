//! Unit tests of family TOK.

use serde_json::json;

use super::{TOK_01, TOK_02, TOK_07, TOK_08, delicate};
use crate::judge::Verdict;
use crate::judge::posting::{call, message};
use crate::judge::testing::{
    BUTTON, CODE, LIVE, LOGIN_PAGE, TOKEN, Tape, broken, flow_transcript, given, html, live_with,
    tally, verdict,
};
use crate::transcript::{GraphCall, Transcript};

fn asked(query: &str) -> GraphCall {
    let mut call = call("GET", "/v2.6/me", query, "recipient", "");
    call.answer = json!({"id": "1691462197845448", "recipient": "1134343043305865"});
    call
}

fn good() -> GraphCall {
    asked(&format!(
        "access_token=PAGE&fields=recipient&account_linking_token={TOKEN}"
    ))
}

fn judged(call: GraphCall) -> Verdict {
    verdict(TOK_01.judge, &flow_transcript().login().graph(call).done())
}

#[test]
fn the_documented_request_is_held() {
    assert_eq!(judged(good()), Verdict::Held);
    assert_eq!(
        judged(asked(&format!(
            "fields=name,recipient&account_linking_token={TOKEN}"
        ))),
        Verdict::Held
    );
    assert_eq!(
        verdict(TOK_01.judge, &flow_transcript().login().done()),
        Verdict::Untouched
    );
}

#[test]
fn an_expired_token_is_no_fault_of_the_request() {
    let mut expired = good();
    expired.status = 400;
    expired.answer =
        json!({"error": {"code": 10301, "message": "(#10301) Account linking token expired"}});
    assert_eq!(judged(expired), Verdict::Held);
}

#[test]
fn each_slip_of_the_request_is_named() {
    let mut post = good();
    post.method = "POST".to_owned();
    let mut refused = good();
    refused.status = 400;
    refused.answer = json!({"error": {"code": 190, "message": "Invalid OAuth access token."}});
    for (slip, word) in [
        (post, "by POST"),
        (
            asked(&format!("access_token=PAGE&account_linking_token={TOKEN}")),
            "field recipient",
        ),
        (asked("fields=recipient"), "no account_linking_token"),
        (
            asked("fields=recipient&account_linking_token=other"),
            "not the one",
        ),
        (
            asked(&format!(
                "fields=recipient&account_linking_token={TOKEN}%20%5C"
            )),
            "back-slashes",
        ),
        (
            asked(&format!(
                "fields=recipient&account_linking_token={TOKEN}&account_linking_token=x"
            )),
            "more than once",
        ),
        (refused, "Invalid OAuth"),
    ] {
        let finding = broken(judged(slip));
        assert!(finding.message.en.contains(word), "{word}: {finding:?}");
    }
}

#[test]
fn a_recipient_that_is_not_linked_is_broken() {
    let flow = flow_transcript()
        .login()
        .graph(good())
        .navigated(&live_with(CODE))
        .tag("after-event")
        .linked_event(CODE, 200);
    assert_eq!(
        verdict(TOK_02.judge, &flow.clone().linked("alice").done()),
        Verdict::Held
    );
    assert!(
        broken(verdict(TOK_02.judge, &flow.unlinked().done()))
            .message
            .en
            .contains("is id, the page")
    );
    let without = flow_transcript()
        .login()
        .tag("after-event")
        .linked_event(CODE, 200)
        .unlinked()
        .done();
    assert_eq!(verdict(TOK_02.judge, &without), Verdict::Untouched);
}

#[test]
fn delicate_psids_are_those_that_numbers_change() {
    for psid in ["9007199254740993", "00000000000012", "12345678901234567890"] {
        assert!(delicate(psid), "{psid}");
    }
    for psid in ["12345", "9007199254740992", "1134343043305865"] {
        assert!(!delicate(psid), "{psid}");
    }
}

fn user(number: usize, psid: &str, linked: bool) -> Transcript {
    let mut given = given(LIVE);
    psid.clone_into(&mut given.psid);
    let tape = Tape::new("flow")
        .numbered(number)
        .given(given)
        .tag("after-event")
        .linked_event(CODE, 200);
    if linked {
        tape.linked("alice")
    } else {
        tape.unlinked()
    }
    .done()
}

#[test]
fn a_psid_that_survives_as_a_string_is_held() {
    let tally = tally(
        TOK_07.judge,
        &[
            user(0, "1134343043305865", true),
            user(1, "9007199254740993", true),
        ],
    );
    assert_eq!((tally.examples, tally.findings.len()), (1, 0));
}

#[test]
fn a_psid_that_is_rounded_is_broken() {
    let tally = tally(
        TOK_07.judge,
        &[
            user(0, "1134343043305865", true),
            user(1, "9007199254740993", false),
            user(2, "0012", false),
        ],
    );
    assert!(tally.findings[0].message.en.contains("2^53"), "{tally:?}");
    assert!(
        tally.findings[0].got.contains("9007199254740992"),
        "{tally:?}"
    );
    assert!(
        tally.findings[1].message.en.contains("leading zeros"),
        "{tally:?}"
    );
}

#[test]
fn a_backend_that_links_nobody_is_not_blamed_for_numbers() {
    let tally = tally(
        TOK_07.judge,
        &[
            user(0, "1134343043305865", false),
            user(1, "9007199254740993", false),
        ],
    );
    assert_eq!(
        (tally.examples, tally.findings.len(), tally.blocked.len()),
        (0, 0, 1)
    );
}

#[test]
fn a_message_to_other_digits_is_broken() {
    let flow = flow_transcript()
        .graph(message("1134343043305864", "hi"))
        .done();
    let tally = tally(TOK_07.judge, &[flow]);
    assert!(
        tally.findings[0].message.en.contains("other digits"),
        "{tally:?}"
    );
}

fn with_secrets() -> Tape {
    flow_transcript()
        .canary("page access token", "EAAGpage|token", true)
        .canary("app secret", "s3cr3t-app", true)
}

#[test]
fn pages_without_secrets_are_held() {
    assert_eq!(
        verdict(
            TOK_08.judge,
            &with_secrets().login().navigated(&live_with(CODE)).done()
        ),
        Verdict::Held
    );
}

#[test]
fn a_secret_is_found_wherever_it_shows() {
    let page = with_secrets()
        .page(200, "<script>const t = \"EAAGpage|token\"</script>")
        .done();
    assert!(
        broken(verdict(TOK_08.judge, &page))
            .message
            .en
            .contains("page access token appears in the page")
    );

    let mut answer = html("GET", BUTTON, 200, LOGIN_PAGE);
    answer
        .headers
        .push(("x-debug".to_owned(), "s3cr3t-app".to_owned()));
    let header = with_secrets().exchange(answer).done();
    assert!(
        broken(verdict(TOK_08.judge, &header))
            .message
            .en
            .contains("app secret appears in the headers")
    );

    let url = with_secrets()
        .navigated("https://a.test/?t=EAAGpage%7Ctoken")
        .done();
    let finding = broken(verdict(TOK_08.judge, &url));
    assert!(
        finding.message.en.contains("redirect") && !finding.got.contains("EAAG"),
        "{finding:?}"
    );
}

#[test]
fn passwords_are_another_checks_business() {
    let leak = flow_transcript()
        .page(200, crate::judge::testing::PASSWORD)
        .done();
    assert_eq!(verdict(TOK_08.judge, &leak), Verdict::Untouched);
}
