//! What transcripts of webhook scenarios show: link states, acknowledgements, negatives and their twins.
//!
//! The tags are those of the scenarios: `before` (looked at before any event), `negative` (must change
//! nothing), `twin` (the same thing as it should be, must work).

use super::{Finding, Verdict};
use crate::text::Text;
use crate::transcript::{Delivered, LinkState, Observed, Transcript, What};

/// What an event does when it takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// The user becomes linked.
    Links,
    /// The user is linked no more.
    Unlinks,
}

/// What an example shows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shown {
    /// The example did not get as far as the rule.
    Nothing,
    /// A premise failed, so nothing is proved.
    Premise(Text),
    /// What must not happen did not, what must happen did.
    AsItShould,
    /// The opposite.
    Otherwise,
}

impl Shown {
    /// The verdict, with this finding where the rule was broken.
    pub(crate) fn verdict(self, finding: impl FnOnce() -> Finding) -> Verdict {
        match self {
            Self::Nothing => Verdict::Untouched,
            Self::Premise(why) => Verdict::Blocked(why),
            Self::AsItShould => Verdict::Held,
            Self::Otherwise => Verdict::Broken(finding()),
        }
    }
}

/// The first look under a tag, at whichever user.
pub(crate) fn look<'a>(transcript: &'a Transcript, tag: &'a str) -> Option<&'a Observed> {
    transcript.tagged(tag).find_map(|step| match &step.what {
        What::Observed(observed) => Some(observed),
        _ => None,
    })
}

/// Deliveries under a tag, in order.
pub(crate) fn deliveries<'a>(
    transcript: &'a Transcript,
    tag: &'a str,
) -> impl Iterator<Item = &'a Delivered> {
    transcript.tagged(tag).filter_map(|step| match &step.what {
        What::Delivered(delivered) => Some(delivered),
        _ => None,
    })
}

/// Whether the platform takes this as acknowledged: any 2xx (protocol row 3.3.2).
pub(crate) fn acknowledged(delivered: &Delivered) -> bool {
    delivered
        .status
        .is_some_and(|status| (200..300).contains(&status))
}

/// The answer to a delivery, in a few words.
pub(crate) fn answer(delivered: &Delivered) -> String {
    format!("{} after {} ms", status(delivered), delivered.elapsed_ms)
}

/// The answer to a delivery without its duration, for sentences that read the same each time.
pub(crate) fn status(delivered: &Delivered) -> String {
    match (delivered.status, &delivered.failure) {
        (Some(status), _) => format!("status {status}"),
        (None, Some(why)) => format!("no answer ({why})"),
        (None, None) => "no answer".to_owned(),
    }
}

/// A state in a few words.
pub(crate) fn told(state: &LinkState) -> String {
    match state {
        LinkState::Unlinked => "not linked".to_owned(),
        LinkState::Linked {
            account: Some(name),
        } => format!("linked to {name}"),
        LinkState::Linked { account: None } => "linked".to_owned(),
        LinkState::Unknown { why } => format!("unknown: {why}"),
    }
}

/// The state under a tag in a few words.
pub(crate) fn state_told(transcript: &Transcript, tag: &str) -> String {
    look(transcript, tag).map_or_else(|| "not looked at".to_owned(), |seen| told(&seen.state))
}

/// The account under a link, where it can be told.
pub(crate) fn account(state: &LinkState) -> Option<&str> {
    match state {
        LinkState::Linked { account } => account.as_deref(),
        LinkState::Unlinked | LinkState::Unknown { .. } => None,
    }
}

/// What a negative example shows, judged by the states under `negative` and `twin`.
pub(crate) fn negative(transcript: &Transcript, change: Change) -> Shown {
    let Some(seen) = look(transcript, "negative") else {
        return Shown::Nothing;
    };
    if let Some(why) = bound_before(transcript, change) {
        return Shown::Premise(why);
    }
    match happened(&seen.state, change) {
        None => Shown::Premise(unseen(transcript, &seen.state)),
        Some(true) => Shown::Otherwise,
        Some(false) => match look(transcript, "twin").map(|twin| happened(&twin.state, change)) {
            Some(Some(true)) => Shown::AsItShould,
            _ => Shown::Premise(twin_failed(transcript)),
        },
    }
}

/// As [`negative`], for an event that must be acknowledged although it is ignored; the delivery that was not.
pub(crate) fn ignored(transcript: &Transcript, change: Change) -> (Shown, Option<&Delivered>) {
    let refused = deliveries(transcript, "negative").find(|delivered| !acknowledged(delivered));
    let twin_refused = deliveries(transcript, "twin").any(|delivered| !acknowledged(delivered));
    match refused {
        Some(_) if twin_refused => (Shown::Premise(twin_failed(transcript)), None),
        Some(delivered) => (Shown::Otherwise, Some(delivered)),
        None => (negative(transcript, change), None),
    }
}

/// What a positive example shows: the state under `tag` must be linked; where it is not, a `twin` that
/// works tells that the difference between the two was the reason.
pub(crate) fn positive(transcript: &Transcript, tag: &str) -> Shown {
    let Some(seen) = look(transcript, tag) else {
        return Shown::Nothing;
    };
    if let Some(why) = bound_before(transcript, Change::Links) {
        return Shown::Premise(why);
    }
    match happened(&seen.state, Change::Links) {
        None => Shown::Premise(unseen(transcript, &seen.state)),
        Some(true) => Shown::AsItShould,
        Some(false) => {
            match look(transcript, "twin").map(|twin| happened(&twin.state, Change::Links)) {
                Some(Some(true)) => Shown::Otherwise,
                _ => Shown::Premise(twin_failed(transcript)),
            }
        }
    }
}

/// Whether a change is to be seen in a state; `None` where the state could not be told.
pub(crate) fn happened(state: &LinkState, change: Change) -> Option<bool> {
    match (state, change) {
        (LinkState::Unknown { .. }, _) => None,
        (LinkState::Linked { .. }, Change::Links) | (LinkState::Unlinked, Change::Unlinks) => {
            Some(true)
        }
        (LinkState::Linked { .. }, Change::Unlinks) | (LinkState::Unlinked, Change::Links) => {
            Some(false)
        }
    }
}

/// The premise that a user who should have been linked under a tag was not.
pub(crate) fn not_linked(transcript: &Transcript, tag: &str) -> Option<Text> {
    let seen = look(transcript, tag)?;
    (happened(&seen.state, Change::Links) != Some(true)).then(|| {
        let state = told(&seen.state);
        Text::new(
            format!(
                "{}: the user could not be linked to begin with (LNK-01): {state}",
                transcript.id
            ),
            format!("{}:用户一开始就无法绑定(见 LNK-01):{state}", transcript.id),
        )
    })
}

/// Why nothing can be told by what follows: the change had been made before the first event.
fn bound_before(transcript: &Transcript, change: Change) -> Option<Text> {
    let before = look(transcript, "before")?;
    (happened(&before.state, change) == Some(true)).then(|| match change {
        Change::Links => Text::new(
            format!(
                "{}: the user was linked before any event was posted (LNK-03)",
                transcript.id
            ),
            format!(
                "{}:任何事件投递之前用户就已处于绑定状态(见 LNK-03)",
                transcript.id
            ),
        ),
        Change::Unlinks => Text::new(
            format!("{}: the user was not linked to begin with", transcript.id),
            format!("{}:用户一开始就没有绑定", transcript.id),
        ),
    })
}

/// The premise that a state could not be told.
pub(crate) fn unseen(transcript: &Transcript, state: &LinkState) -> Text {
    let state = told(state);
    Text::new(
        format!(
            "{}: the link state could not be told ({state})",
            transcript.id
        ),
        format!("{}:无法得知绑定状态({state})", transcript.id),
    )
}

/// The premise that the same thing done rightly did not work either.
pub(crate) fn twin_failed(transcript: &Transcript) -> Text {
    let answers: Vec<String> = deliveries(transcript, "twin").map(answer).collect();
    let answers = if answers.is_empty() {
        "never posted".to_owned()
    } else {
        answers.join(", ")
    };
    let state = state_told(transcript, "twin");
    Text::new(
        format!(
            "{}: the positive twin failed too (event: {answers}; state: {state}), so nothing is proved",
            transcript.id
        ),
        format!(
            "{}:作为对照的正常事件也没有成功(事件:{answers};状态:{state}),因此什么也证明不了",
            transcript.id
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::{Change, Shown, ignored, negative, positive};
    use crate::judge::testing::{Tape, flow_transcript};
    use crate::transcript::LinkState;

    fn unknown() -> LinkState {
        LinkState::Unknown {
            why: "probe answered 500".to_owned(),
        }
    }

    fn unbound() -> Tape {
        flow_transcript().tag("before").unlinked().tag("negative")
    }

    #[test]
    fn a_negative_without_effect_counts_only_with_a_working_twin() {
        let held = unbound().unlinked().tag("twin").linked("alice").done();
        assert_eq!(negative(&held, Change::Links), Shown::AsItShould);

        let dead = unbound().unlinked().tag("twin").unlinked().done();
        assert!(
            matches!(negative(&dead, Change::Links), Shown::Premise(why) if why.en.contains("twin"))
        );

        let lone = unbound().unlinked().done();
        assert!(matches!(negative(&lone, Change::Links), Shown::Premise(_)));
    }

    #[test]
    fn a_negative_with_an_effect_is_seen_without_its_twin() {
        assert_eq!(
            negative(&unbound().linked("alice").done(), Change::Links),
            Shown::Otherwise
        );
        let gone = flow_transcript()
            .tag("before")
            .linked("alice")
            .tag("negative")
            .unlinked()
            .done();
        assert_eq!(negative(&gone, Change::Unlinks), Shown::Otherwise);
    }

    #[test]
    fn what_happened_before_the_event_is_not_blamed_on_it() {
        let bound = flow_transcript()
            .tag("before")
            .linked("alice")
            .tag("negative")
            .linked("alice")
            .done();
        assert!(
            matches!(negative(&bound, Change::Links), Shown::Premise(why) if why.en.contains("LNK-03"))
        );
        let bound = flow_transcript()
            .tag("before")
            .linked("alice")
            .tag("odd")
            .linked("alice")
            .done();
        assert!(matches!(positive(&bound, "odd"), Shown::Premise(_)));
    }

    #[test]
    fn a_state_that_cannot_be_told_proves_nothing() {
        let blind = unbound()
            .observed(unknown())
            .tag("twin")
            .linked("alice")
            .done();
        assert!(
            matches!(negative(&blind, Change::Links), Shown::Premise(why) if why.en.contains("probe answered 500"))
        );
        let blind = flow_transcript().tag("odd").observed(unknown()).done();
        assert!(matches!(positive(&blind, "odd"), Shown::Premise(_)));
    }

    #[test]
    fn a_positive_fails_only_when_its_twin_works() {
        let held = flow_transcript().tag("odd").linked("alice").done();
        assert_eq!(positive(&held, "odd"), Shown::AsItShould);
        let broken = flow_transcript()
            .tag("odd")
            .unlinked()
            .tag("twin")
            .linked("alice")
            .done();
        assert_eq!(positive(&broken, "odd"), Shown::Otherwise);
        let dead = flow_transcript()
            .tag("odd")
            .unlinked()
            .tag("twin")
            .unlinked()
            .done();
        assert!(matches!(positive(&dead, "odd"), Shown::Premise(_)));
        assert_eq!(positive(&flow_transcript().done(), "odd"), Shown::Nothing);
    }

    #[test]
    fn an_ignored_event_must_still_be_acknowledged() {
        let refused = unbound()
            .linked_event("x", 400)
            .unlinked()
            .tag("twin")
            .linked_event("y", 200)
            .linked("alice")
            .done();
        let (shown, delivered) = ignored(&refused, Change::Links);
        assert_eq!(
            (shown, delivered.and_then(|one| one.status)),
            (Shown::Otherwise, Some(400))
        );

        let closed = unbound()
            .linked_event("x", 403)
            .unlinked()
            .tag("twin")
            .linked_event("y", 403)
            .unlinked()
            .done();
        assert!(matches!(
            ignored(&closed, Change::Links),
            (Shown::Premise(_), None)
        ));
    }
}
