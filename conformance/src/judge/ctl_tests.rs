//! Unit tests of family CTL.

use super::{CTL_01, CTL_02, CTL_03, CTL_04, CTL_05};
use crate::context::ObservationLevel;
use crate::judge::Verdict;
use crate::judge::posting::posted;
use crate::judge::testing::{
    BUTTON, CODE, LIVE, LOGIN_PAGE, Tape, broken, flow_transcript, given, html, live_with, tally,
    verdict,
};
use crate::transcript::{Intent, LinkState, Observed, What};
use serde_json::json;

#[test]
fn a_login_that_comes_back_with_a_code_gets_through() {
    let through = flow_transcript().login().navigated(&live_with(CODE)).done();
    assert_eq!(verdict(CTL_01.judge, &through), Verdict::Held);
}

#[test]
fn a_login_that_does_not_get_through_says_why() {
    let again = flow_transcript()
        .login()
        .exchange(html("GET", BUTTON, 200, LOGIN_PAGE))
        .stayed()
        .done();
    assert!(
        broken(verdict(CTL_01.judge, &again))
            .message
            .en
            .contains("accounts")
    );

    let stuck = flow_transcript()
        .page(404, "{}")
        .intent(Intent::Login, "")
        .stuck("no form was found")
        .done();
    let finding = broken(verdict(CTL_01.judge, &stuck));
    assert!(
        finding.message.en.contains("no form was found") && finding.got.contains("404"),
        "{finding:?}"
    );
}

#[test]
fn what_goes_wrong_behind_the_credentials_is_left_to_other_checks() {
    let own = flow_transcript()
        .login()
        .exchange(html("GET", BUTTON, 200, "<p>ok</p>"))
        .stayed()
        .done();
    assert!(matches!(verdict(CTL_01.judge, &own), Verdict::Blocked(_)));
    let codeless = flow_transcript().login().navigated(LIVE).done();
    assert!(matches!(
        verdict(CTL_01.judge, &codeless),
        Verdict::Blocked(_)
    ));
}

fn seen(state: LinkState, level: ObservationLevel) -> What {
    What::Observed(Observed {
        psid: "1134343043305865".to_owned(),
        state,
        level,
        waited_ms: 1,
    })
}

/// A calibration in which the probe gave these answers.
fn probed(never: bool, linked: bool, unlinked: bool) -> Tape {
    let state = |linked| {
        if linked {
            LinkState::Linked { account: None }
        } else {
            LinkState::Unlinked
        }
    };
    Tape::new("calibration")
        .given(given(LIVE))
        .tag("never")
        .step(seen(state(never), ObservationLevel::Probe))
        .tag("linked")
        .step(seen(state(linked), ObservationLevel::Probe))
        .tag("unlinked")
        .step(seen(state(unlinked), ObservationLevel::Probe))
}

#[test]
fn a_probe_that_follows_the_link_is_honest() {
    let tally = tally(CTL_02.judge, &[probed(false, true, false).done()]);
    assert_eq!(
        (tally.examples, tally.findings.len(), tally.blocked.len()),
        (1, 0, 0)
    );
}

#[test]
fn a_probe_that_says_linked_of_a_stranger_lies() {
    let tally = tally(CTL_02.judge, &[probed(true, true, true).done()]);
    assert!(tally.findings[0].message.en.contains("lies"), "{tally:?}");
}

#[test]
fn a_probe_that_contradicts_the_bot_lies() {
    let chat = seen(LinkState::Linked { account: None }, ObservationLevel::Chat);
    let transcript = probed(false, false, false).tag("linked").step(chat).done();
    let tally = tally(CTL_02.judge, &[transcript]);
    assert!(
        tally.findings[0].message.en.contains("contradicts"),
        "{tally:?}"
    );
}

#[test]
fn a_probe_that_never_says_linked_may_be_right() {
    let idle = tally(CTL_02.judge, &[probed(false, false, false).done()]);
    assert_eq!(
        (idle.examples, idle.findings.len(), idle.blocked.len()),
        (0, 0, 1)
    );
    let sticky = tally(CTL_02.judge, &[probed(false, true, true).done()]);
    assert_eq!(
        (sticky.examples, sticky.findings.len(), sticky.blocked.len()),
        (0, 0, 1)
    );
}

#[test]
fn a_signed_event_that_works_is_accepted() {
    let twin = flow_transcript()
        .tag("negative")
        .linked_event("x", 403)
        .unlinked()
        .tag("twin");
    assert_eq!(
        verdict(
            CTL_03.judge,
            &twin.clone().linked_event("c", 200).linked("alice").done()
        ),
        Verdict::Held
    );
    let odd = flow_transcript()
        .tag("odd")
        .linked_event("c", 200)
        .linked("alice")
        .done();
    assert_eq!(verdict(CTL_03.judge, &odd), Verdict::Held);

    let refused = broken(verdict(
        CTL_03.judge,
        &twin.clone().linked_event("c", 403).unlinked().done(),
    ));
    assert!(refused.message.en.contains("refused"), "{refused:?}");
    let idle = broken(verdict(
        CTL_03.judge,
        &twin.linked_event("c", 200).unlinked().done(),
    ));
    assert!(idle.message.en.contains("no effect"), "{idle:?}");
}

#[test]
fn an_unlinked_twin_is_not_what_signing_is_judged_by() {
    let transcript = flow_transcript()
        .tag("before")
        .linked_event("c", 200)
        .linked("alice")
        .tag("negative")
        .unlinked_event(403)
        .linked("alice")
        .tag("twin")
        .unlinked_event(200)
        .linked("alice")
        .done();
    assert_eq!(verdict(CTL_03.judge, &transcript), Verdict::Held);
}

#[test]
fn a_plain_linking_whose_event_is_turned_away_is_enough() {
    let plain = |status| {
        flow_transcript()
            .tag("after-event")
            .linked_event("c", status)
            .done()
    };
    assert!(
        broken(verdict(CTL_03.judge, &plain(403)))
            .message
            .en
            .contains("app secret")
    );
    assert_eq!(verdict(CTL_03.judge, &plain(500)), Verdict::Untouched);
    assert_eq!(verdict(CTL_03.judge, &plain(200)), Verdict::Untouched);
}

#[test]
fn own_events_must_be_official() {
    let good = flow_transcript()
        .linked_event("c", 200)
        .unlinked_event(500)
        .done();
    assert_eq!(verdict(CTL_04.judge, &good), Verdict::Held);
    let bad = posted(
        "12",
        "linked",
        &json!({"authorization_code": null, "status": "linked"}),
        200,
    );
    let finding = broken(verdict(
        CTL_04.judge,
        &flow_transcript().delivered(bad.clone()).done(),
    ));
    assert!(
        finding.message.en.contains("authorization_code"),
        "{finding:?}"
    );
    let mut ours = bad;
    ours.signature = "raw".to_owned();
    assert_eq!(
        verdict(CTL_04.judge, &flow_transcript().delivered(ours).done()),
        Verdict::Untouched
    );
}

fn plain(scenario: &str, status: u16, linked: bool) -> Tape {
    let tape = Tape::new(scenario)
        .given(given(LIVE))
        .login()
        .navigated(&live_with(CODE))
        .tag("after-event")
        .linked_event(CODE, status);
    if linked {
        tape.linked("alice")
    } else {
        tape.unlinked()
    }
}

#[test]
fn a_backend_that_still_works_is_held() {
    let tally = tally(
        CTL_05.judge,
        &[
            plain("calibration", 200, true).done(),
            plain("control", 200, true).done(),
        ],
    );
    assert_eq!(
        (tally.examples, tally.findings.len(), tally.blocked.len()),
        (1, 0, 0)
    );
}

#[test]
fn a_backend_that_broke_during_the_run_is_named() {
    for control in [
        plain("control", 200, false),
        plain("control", 500, false),
        Tape::new("control").given(given(LIVE)).login(),
    ] {
        let tally = tally(
            CTL_05.judge,
            &[plain("calibration", 200, true).done(), control.done()],
        );
        assert!(
            tally.findings[0].message.en.contains("does not any more"),
            "{tally:?}"
        );
    }
}

#[test]
fn a_backend_that_never_worked_is_not_blamed_for_the_end() {
    let tally = tally(
        CTL_05.judge,
        &[
            plain("calibration", 200, false).done(),
            plain("control", 200, false).done(),
        ],
    );
    assert_eq!(
        (tally.examples, tally.findings.len(), tally.blocked.len()),
        (0, 0, 1)
    );
}
