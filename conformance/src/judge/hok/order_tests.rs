//! Unit tests of the checks on repetition and order.

use super::{HOK_07, HOK_08, HOK_16, HOK_18};
use crate::judge::Verdict;
use crate::judge::posting::message;
use crate::judge::testing::{LIVE, Tape, broken, flow_transcript, given, verdict};

const ONCE: &str = "1134343043305865";
const REPEATED: &str = "2222222222222222";

/// One greeting after a single delivery to the first user; then the second user.
fn greeted_once() -> Tape {
    let mut second = given(LIVE);
    second.psid = REPEATED.to_owned();
    Tape::new("redelivery")
        .given(given(LIVE))
        .given(second)
        .flow(0)
        .tag("once")
        .linked_event("c", 200)
        .tag("")
        .graph(message(ONCE, "welcome"))
        .tag("settled")
        .unlinked()
        .tag("state")
        .linked("alice")
        .flow(1)
        .tag("repeated")
}

fn settled(tape: Tape) -> Tape {
    tape.tag("settled").unlinked().tag("state")
}

#[test]
fn one_greeting_for_three_deliveries_is_held() {
    let tape = greeted_once()
        .linked_event("d", 200)
        .linked_event("d", 200)
        .linked_event("d", 200);
    let tape = settled(tape.tag("").graph(message(REPEATED, "welcome")));
    // What is said when the state is looked at does not count.
    let transcript = tape
        .linked("bob")
        .tag("")
        .graph(message(REPEATED, "you are bob"))
        .done();
    assert_eq!(verdict(HOK_07.judge, &transcript), Verdict::Held);
}

#[test]
fn a_second_greeting_is_broken() {
    let tape = greeted_once()
        .linked_event("d", 200)
        .linked_event("d", 200)
        .tag("");
    let tape = settled(
        tape.graph(message(REPEATED, "welcome"))
            .graph(message(REPEATED, "welcome")),
    );
    let finding = broken(verdict(HOK_07.judge, &tape.linked("bob").done()));
    assert!(finding.message.en.contains("greeted again"), "{finding:?}");
    assert_eq!(
        (finding.expected.as_str(), finding.got.as_str()),
        ("1 messages", "2 messages")
    );
}

#[test]
fn a_refused_repetition_is_broken() {
    let tape = settled(greeted_once().linked_event("d", 200).linked_event("d", 400));
    let finding = broken(verdict(HOK_07.judge, &tape.linked("bob").done()));
    assert!(
        finding.message.en.contains("delivery 2 of 2"),
        "{finding:?}"
    );
}

#[test]
fn a_toggled_link_is_broken() {
    let tape = settled(greeted_once().linked_event("d", 200).linked_event("d", 200));
    assert!(
        broken(verdict(HOK_07.judge, &tape.unlinked().done()))
            .message
            .en
            .contains("not linked after")
    );
}

#[test]
fn a_typing_indicator_is_no_greeting() {
    let mut typing = message(REPEATED, "");
    typing.body =
        r#"{"recipient":{"id":"2222222222222222"},"sender_action":"typing_on"}"#.to_owned();
    let tape = greeted_once()
        .linked_event("d", 200)
        .linked_event("d", 200)
        .tag("");
    let tape = settled(tape.graph(typing).graph(message(REPEATED, "welcome")));
    assert_eq!(
        verdict(HOK_07.judge, &tape.linked("bob").done()),
        Verdict::Held
    );
}

#[test]
fn a_linking_that_fails_once_proves_nothing() {
    let tape = Tape::new("redelivery")
        .given(given(LIVE))
        .tag("once")
        .linked_event("c", 403)
        .tag("repeated");
    assert!(matches!(
        verdict(HOK_07.judge, &tape.linked_event("d", 403).done()),
        Verdict::Blocked(_)
    ));
    assert_eq!(
        verdict(HOK_07.judge, &flow_transcript().done()),
        Verdict::Untouched
    );
}

fn late(label: &str) -> Tape {
    flow_transcript().label(label).tag("newer")
}

#[test]
fn a_late_linked_event_must_not_link() {
    let linked = flow_transcript()
        .label("late:linked")
        .tag("linked")
        .linked("alice")
        .tag("newer");
    let late = linked.clone().unlinked().tag("negative");
    let finding = broken(verdict(HOK_08.judge, &late.clone().linked("alice").done()));
    assert!(finding.message.en.contains("late linked"), "{finding:?}");
    let held = late.unlinked().tag("twin").linked("alice").done();
    assert_eq!(verdict(HOK_08.judge, &held), Verdict::Held);
    // Where unlinked has no effect at all, the order is not the reason.
    assert!(matches!(
        verdict(HOK_08.judge, &linked.linked("alice").done()),
        Verdict::Blocked(_)
    ));
}

#[test]
fn a_late_unlinked_event_must_not_unlink() {
    let late = late("late:unlinked").linked("alice").tag("negative");
    assert!(
        broken(verdict(HOK_08.judge, &late.clone().unlinked().done()))
            .message
            .en
            .contains("late unlinked")
    );
    let held = late.linked("alice").tag("twin").unlinked().done();
    assert_eq!(verdict(HOK_08.judge, &held), Verdict::Held);
    let dead = self::late("late:unlinked")
        .unlinked()
        .tag("negative")
        .unlinked()
        .done();
    assert!(matches!(verdict(HOK_08.judge, &dead), Verdict::Blocked(_)));
}

#[test]
fn an_event_that_came_too_early_to_count_is_broken() {
    let early = flow_transcript().label("moment:early").tag("event");
    assert_eq!(
        verdict(HOK_16.judge, &early.clone().linked("alice").done()),
        Verdict::Held
    );
    let finding = broken(verdict(
        HOK_16.judge,
        &early.unlinked().tag("twin").linked("alice").done(),
    ));
    assert!(
        finding.message.en.contains("after the redirect"),
        "{finding:?}"
    );
}

#[test]
fn an_event_that_came_too_late_to_count_is_broken() {
    let late = flow_transcript()
        .label("moment:late")
        .tag("event")
        .unlinked()
        .tag("twin");
    assert!(
        broken(verdict(HOK_16.judge, &late.clone().linked("alice").done()))
            .message
            .en
            .contains("late")
    );
    assert!(matches!(
        verdict(HOK_16.judge, &late.unlinked().done()),
        Verdict::Blocked(_)
    ));
}

#[test]
fn a_replayed_event_that_links_again_is_broken() {
    let replay = flow_transcript()
        .tag("linked")
        .linked("alice")
        .tag("unlinked")
        .unlinked()
        .tag("negative");
    assert!(
        broken(verdict(
            HOK_18.judge,
            &replay.clone().linked("alice").done()
        ))
        .message
        .en
        .contains("replayed")
    );
    let held = replay.unlinked().tag("twin").linked("alice").done();
    assert_eq!(verdict(HOK_18.judge, &held), Verdict::Held);
}
