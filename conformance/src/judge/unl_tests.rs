//! Unit tests of family UNL.

use super::{UNL_01, UNL_02, UNL_05, UNL_07};
use crate::judge::Verdict;
use crate::judge::posting::call;
use crate::judge::testing::{LIVE, Tape, broken, flow_transcript, given, live_with, verdict};
use crate::transcript::GraphCall;

const PSID: &str = "1134343043305865";

fn unlinked(status: u16) -> Tape {
    flow_transcript()
        .tag("linked")
        .linked("alice")
        .tag("unlinked")
        .unlinked_event(status)
}

#[test]
fn an_unlinked_event_that_unlinks_is_held() {
    assert_eq!(
        verdict(UNL_01.judge, &unlinked(200).unlinked().done()),
        Verdict::Held
    );
}

#[test]
fn an_ignored_unlinked_event_is_broken() {
    let finding = broken(verdict(UNL_01.judge, &unlinked(200).linked("alice").done()));
    assert!(finding.message.en.contains("ignored"), "{finding:?}");
}

#[test]
fn a_refused_unlinked_event_is_another_checks_business() {
    assert!(matches!(
        verdict(UNL_01.judge, &unlinked(403).linked("alice").done()),
        Verdict::Blocked(_)
    ));
    let never = flow_transcript()
        .tag("linked")
        .unlinked()
        .tag("unlinked")
        .unlinked_event(200)
        .unlinked()
        .done();
    assert!(matches!(verdict(UNL_01.judge, &never), Verdict::Blocked(_)));
}

fn good_call() -> GraphCall {
    let body = format!("{{\"psid\":\"{PSID}\"}}");
    call(
        "POST",
        "/v2.6/me/unlink_accounts",
        "access_token=PAGE",
        "unlink_accounts",
        &body,
    )
}

fn called(call: GraphCall) -> Verdict {
    let tape = flow_transcript()
        .label("unlink:action")
        .tag("linked")
        .linked("alice")
        .tag("");
    verdict(UNL_02.judge, &tape.graph(call).done())
}

#[test]
fn the_documented_unlink_call_is_held() {
    assert_eq!(called(good_call()), Verdict::Held);
    let bearer = GraphCall {
        query: String::new(),
        authorization: Some("Bearer PAGE".to_owned()),
        content_type: Some("application/json; charset=utf-8".to_owned()),
        ..good_call()
    };
    assert_eq!(called(bearer), Verdict::Held);
}

#[test]
fn each_slip_of_the_unlink_call_is_named() {
    let slips: [(GraphCall, &str); 7] = [
        (
            GraphCall {
                method: "DELETE".to_owned(),
                ..good_call()
            },
            "not a POST",
        ),
        (
            GraphCall {
                content_type: Some("application/x-www-form-urlencoded".to_owned()),
                body: format!("psid={PSID}"),
                ..good_call()
            },
            "not sent as JSON",
        ),
        (
            GraphCall {
                body: format!("{{\"psid\":{PSID}}}"),
                ..good_call()
            },
            "as a number",
        ),
        (
            GraphCall {
                body: "{\"psid\":\"77\"}".to_owned(),
                ..good_call()
            },
            "another id",
        ),
        (
            GraphCall {
                body: "{\"user\":\"77\"}".to_owned(),
                ..good_call()
            },
            "no psid",
        ),
        (
            GraphCall {
                query: String::new(),
                ..good_call()
            },
            "page token",
        ),
        (
            GraphCall {
                status: 400,
                ..good_call()
            },
            "refused",
        ),
    ];
    for (slip, word) in slips {
        let finding = broken(called(slip));
        assert!(finding.message.en.contains(word), "{finding:?}");
        assert!(!finding.got.contains("PAGE"), "{finding:?}");
    }
}

#[test]
fn a_backend_that_keeps_the_unlink_to_itself_is_broken() {
    let silent = flow_transcript()
        .label("unlink:action")
        .tag("linked")
        .linked("alice")
        .done();
    assert!(
        broken(verdict(UNL_02.judge, &silent))
            .message
            .en
            .contains("did not tell the platform")
    );
    let button = flow_transcript()
        .label("unlink:chat")
        .tag("linked")
        .linked("alice")
        .done();
    assert_eq!(verdict(UNL_02.judge, &button), Verdict::Untouched);
}

/// Linked, unlinked, the old code posted again; then the second linking.
fn stale() -> Tape {
    Tape::new("unlink")
        .given(given(LIVE))
        .given(given(LIVE))
        .flow(0)
        .navigated(&live_with("first-code"))
        .tag("linked")
        .linked("alice")
        .tag("unlinked")
        .unlinked()
        .tag("stale")
}

#[test]
fn an_old_code_that_revives_is_broken() {
    assert!(
        broken(verdict(UNL_05.judge, &stale().linked("alice").done()))
            .message
            .en
            .contains("once more")
    );
}

#[test]
fn linking_again_needs_a_new_code_and_works() {
    let again = |code: &str| {
        stale()
            .unlinked()
            .flow(1)
            .tag("again")
            .navigated(&live_with(code))
    };
    assert_eq!(
        verdict(UNL_05.judge, &again("second-code").linked("alice").done()),
        Verdict::Held
    );
    let same = broken(verdict(
        UNL_05.judge,
        &again("first-code").linked("alice").done(),
    ));
    assert!(same.message.en.contains("code of the first"), "{same:?}");
    let stuck = broken(verdict(
        UNL_05.judge,
        &again("second-code").unlinked().done(),
    ));
    assert!(stuck.message.en.contains("cannot link again"), "{stuck:?}");
}

/// Two users linked; the second one unlinked.
fn neighbours(label: &str) -> Tape {
    Tape::new("unlink-other")
        .label(label)
        .given(given(LIVE))
        .given(given(LIVE))
        .flow(0)
        .tag("after-link")
        .linked("alice")
        .flow(1)
        .tag("other-gone")
        .unlinked()
        .flow(0)
        .tag("after-unlink")
}

#[test]
fn a_neighbour_who_is_unlinked_too_is_broken() {
    let other = neighbours("neighbour:other-account");
    assert_eq!(
        verdict(UNL_07.judge, &other.clone().linked("alice").done()),
        Verdict::Held
    );
    assert!(
        broken(verdict(UNL_07.judge, &other.unlinked().done()))
            .message
            .en
            .contains("unlinked another one too")
    );
    let same = neighbours("neighbour:same-account").unlinked().done();
    assert!(
        broken(verdict(UNL_07.judge, &same))
            .message
            .en
            .contains("by account")
    );
}

#[test]
fn a_user_who_could_not_be_unlinked_proves_nothing() {
    let kept = Tape::new("unlink-other")
        .given(given(LIVE))
        .given(given(LIVE))
        .flow(0)
        .tag("after-link")
        .linked("alice")
        .flow(1)
        .tag("other-gone")
        .linked("bob")
        .flow(0)
        .tag("after-unlink")
        .linked("alice")
        .done();
    assert!(matches!(verdict(UNL_07.judge, &kept), Verdict::Blocked(_)));
}
