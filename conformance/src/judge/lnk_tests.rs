//! Unit tests of family LNK.

use super::{LNK_01, LNK_02, LNK_03, LNK_05, LNK_07};
use crate::context::{ObservationLevel, Policy, Relink};
use crate::judge::Verdict;
use crate::judge::testing::{
    CODE, LIVE, Tape, account, broken, context, flow_transcript, given, live_with, verdict,
    verdict_in,
};
use crate::transcript::{LinkState, Observed};

fn finished(status: u16) -> Tape {
    flow_transcript()
        .login()
        .navigated(&live_with(CODE))
        .tag("after-event")
        .landed("linked", Some(CODE))
        .linked_event(CODE, status)
}

#[test]
fn an_acknowledged_event_that_links_is_held() {
    assert_eq!(
        verdict(LNK_01.judge, &finished(200).linked("alice").done()),
        Verdict::Held
    );
}

#[test]
fn an_acknowledged_event_without_effect_is_broken() {
    let finding = broken(verdict(LNK_01.judge, &finished(200).unlinked().done()));
    assert!(finding.message.en.contains("had no effect"), "{finding:?}");
}

#[test]
fn an_event_that_was_not_acknowledged_is_not_judged_here() {
    assert_eq!(
        verdict(LNK_01.judge, &finished(500).unlinked().done()),
        Verdict::Untouched
    );
    assert_eq!(
        verdict(LNK_01.judge, &flow_transcript().login().done()),
        Verdict::Untouched
    );
}

#[test]
fn the_account_must_be_the_one_that_logged_in() {
    assert_eq!(
        verdict(LNK_02.judge, &finished(200).linked("alice").done()),
        Verdict::Held
    );
    let finding = broken(verdict(LNK_02.judge, &finished(200).linked("bob").done()));
    assert_eq!(
        (finding.expected.as_str(), finding.got.as_str()),
        ("alice", "bob (user 1134343043305865)")
    );
}

#[test]
fn without_identity_no_account_is_judged() {
    let chat = finished(200).step(crate::transcript::What::Observed(Observed {
        psid: "1134343043305865".to_owned(),
        state: LinkState::Linked { account: None },
        level: ObservationLevel::Chat,
        waited_ms: 5,
    }));
    assert_eq!(verdict(LNK_02.judge, &chat.done()), Verdict::Untouched);
}

#[test]
fn a_link_before_the_event_is_broken() {
    let early = flow_transcript()
        .tag("before-event")
        .linked("alice")
        .tag("after-event")
        .linked("alice")
        .done();
    assert!(
        broken(verdict(LNK_03.judge, &early))
            .message
            .en
            .contains("at login")
    );
    let held = flow_transcript()
        .tag("before-event")
        .unlinked()
        .tag("after-event")
        .linked("alice")
        .done();
    assert_eq!(verdict(LNK_03.judge, &held), Verdict::Held);
    let dead = flow_transcript()
        .tag("before-event")
        .unlinked()
        .tag("after-event")
        .unlinked()
        .done();
    assert!(matches!(verdict(LNK_03.judge, &dead), Verdict::Blocked(_)));
}

/// Alice is linked; then the same user logs in as bob.
fn relinked(as_whom: &str) -> Tape {
    let mut second = given(LIVE);
    second.account = Some(account(1, "bob"));
    Tape::new("relink")
        .given(given(LIVE))
        .given(second)
        .flow(0)
        .tag("first")
        .linked("alice")
        .flow(1)
        .tag("second")
        .navigated(&live_with(CODE))
        .linked(as_whom)
}

fn under(relink: Relink, tape: Tape) -> Verdict {
    let mut context = context();
    context.policy = Policy {
        relink,
        ..Policy::default()
    };
    verdict_in(LNK_05.judge, &tape.done(), &context)
}

#[test]
fn linking_again_gives_what_policy_declares() {
    assert_eq!(under(Relink::Replace, relinked("bob")), Verdict::Held);
    assert_eq!(under(Relink::Keep, relinked("alice")), Verdict::Held);
    assert_eq!(
        broken(under(Relink::Replace, relinked("alice"))).expected,
        "linked to bob"
    );
    assert_eq!(
        broken(under(Relink::Keep, relinked("bob"))).expected,
        "linked to alice"
    );
}

#[test]
fn a_refused_relink_gives_no_code() {
    assert!(
        broken(under(Relink::Refuse, relinked("alice")))
            .message
            .en
            .contains("a code was issued")
    );
    let mut second = given(LIVE);
    second.account = Some(account(1, "bob"));
    let refused = Tape::new("relink")
        .given(given(LIVE))
        .given(second)
        .flow(0)
        .tag("first")
        .linked("alice")
        .flow(1)
        .tag("second")
        .navigated(LIVE)
        .linked("alice");
    assert_eq!(under(Relink::Refuse, refused), Verdict::Held);
}

/// Alice's user is linked, then bob's.
fn neighbours() -> Tape {
    let mut second = given(LIVE);
    second.psid = "2222222222222222".to_owned();
    Tape::new("unlink-other")
        .given(given(LIVE))
        .given(second)
        .flow(0)
        .tag("neighbour")
        .linked("alice")
        .flow(1)
        .tag("other")
        .linked("bob")
        .flow(0)
        .tag("after-link")
}

#[test]
fn a_neighbour_whose_link_changes_is_broken() {
    assert_eq!(
        verdict(LNK_07.judge, &neighbours().linked("alice").done()),
        Verdict::Held
    );
    assert_eq!(
        broken(verdict(LNK_07.judge, &neighbours().linked("bob").done())).got,
        "linked to bob"
    );
    assert_eq!(
        broken(verdict(LNK_07.judge, &neighbours().unlinked().done())).got,
        "not linked"
    );
}

#[test]
fn a_neighbour_who_never_was_linked_proves_nothing() {
    let dead = Tape::new("unlink-other")
        .given(given(LIVE))
        .tag("neighbour")
        .unlinked()
        .tag("after-link")
        .unlinked();
    assert!(matches!(
        verdict(LNK_07.judge, &dead.done()),
        Verdict::Blocked(_)
    ));
}
