//! The table itself.

use super::input::Input;
use super::state::{Attempt, State};
use crate::knob::{Knobs, WebClient};

/// What the platform does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Nothing at all.
    Nothing,
    /// Opens the linking URL with a fresh token.
    OpenLinkingUrl,
    /// Opens the button's address without token and `redirect_uri`.
    OpenBare,
    /// Opens nothing and says why.
    RefuseTap,
    /// Opens the address as an ordinary webview.
    OpenWebview,
    /// Sends the linked event and waits for the acknowledgement.
    SendLinked,
    /// Holds the user as linked by the code that came back, and shows the success page.
    Link,
    /// Sends the unlinked event.
    SendUnlinked,
    /// Answers the unlink call with success and sends nothing.
    AnswerOnly,
    /// Refuses the unlink call.
    RefuseUnlink,
    /// Shows the failure page, because the code is missing, empty or too long.
    AbortForCode,
    /// Shows the failure page, because the token is foreign, garbled or missing.
    AbortForToken,
    /// Shows the failure page, because the token has expired.
    AbortForAge,
    /// Shows the failure page, because the token was used before.
    AbortForReuse,
    /// Shows the failure page, because a newer tap has replaced the token.
    AbortForNewer,
    /// Shows the failure page, because it is not the user's browser that came back.
    AbortForBrowser,
    /// Shows the failure page, because the app is not subscribed.
    AbortForSubscription,
    /// Shows the failure page, because the event was not acknowledged.
    AbortForDelivery,
}

impl Effect {
    /// What is done, in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::OpenLinkingUrl => "opens the linking URL with a fresh token",
            Self::OpenBare => "opens the button's address without any parameter",
            Self::RefuseTap => "opens nothing and says why",
            Self::OpenWebview => "opens an ordinary webview; linking does not start",
            Self::SendLinked => "sends the linked event and waits",
            Self::Link => "links; success page",
            Self::SendUnlinked => "sends the unlinked event",
            Self::AnswerOnly => "answers success, sends nothing",
            Self::RefuseUnlink => "refuses the call",
            Self::AbortForCode => "aborts: no usable code",
            Self::AbortForToken => "aborts: no token of this login",
            Self::AbortForAge => "aborts: token expired",
            Self::AbortForReuse => "aborts: token used before",
            Self::AbortForNewer => "aborts: a newer tap replaced the token",
            Self::AbortForBrowser => "aborts: not the user's browser",
            Self::AbortForSubscription => "aborts: not subscribed",
            Self::AbortForDelivery => "aborts: event not acknowledged",
        }
    }
}

/// The answer of the table to one pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Answer {
    /// The state afterwards.
    pub next: State,
    /// What is done.
    pub effect: Effect,
}

/// The table, as the knobs have it.
///
/// Sources: protocol rows 1.1.1 to 1.1.3 and 1.1.8 (who can start), 1.4.7 (a code burns the token), 1.4.8 (a new tap
/// leaves older tokens alone), 1.5.1 to 1.5.6, 1.5.11 to 1.5.14, 1.8.2 (Log Out needs no link) and 2.2.3 (unlinking
/// twice succeeds).
pub fn answer(knobs: Knobs, state: State, input: Input) -> Answer {
    let State { linked, attempt } = state;
    let (attempt, effect) = match input {
        Input::Offer if attempt == Attempt::Idle => (Attempt::Offered, Effect::Nothing),
        Input::Tap => (Attempt::Opened, Effect::OpenLinkingUrl),
        Input::TapOnWeb => match knobs.web_client {
            WebClient::Bare => (attempt, Effect::OpenBare),
            WebClient::Refuse => (attempt, Effect::RefuseTap),
        },
        Input::TapWithoutProfile => (attempt, Effect::RefuseTap),
        Input::TapElsewhere => (attempt, Effect::OpenWebview),
        Input::ReturnWithCode
        | Input::ReturnUnsubscribed
        | Input::ReturnWithoutCode
        | Input::ReturnWithUnusableCode
        | Input::ReturnGarbled
        | Input::ReturnForeign
        | Input::ReturnWithoutCookie
        | Input::ReturnSuperseded => come_back(knobs, attempt, input),
        Input::FiveMinutesPass => (age(attempt), Effect::Nothing),
        Input::EventSent if attempt == Attempt::Returned => (Attempt::Awaiting, Effect::Nothing),
        Input::Acknowledged | Input::NotAcknowledged | Input::TimedOut => conclude(attempt, input),
        Input::LogOut if linked || knobs.log_out_event_when_unlinked => {
            (attempt, Effect::SendUnlinked)
        }
        Input::Offer | Input::EventSent | Input::LogOut => (attempt, Effect::Nothing),
        Input::UnlinkCall if linked => (attempt, Effect::SendUnlinked),
        Input::UnlinkCall if knobs.unlink_needs_link => (attempt, Effect::RefuseUnlink),
        Input::UnlinkCall => (attempt, Effect::AnswerOnly),
    };
    let linked = match effect {
        Effect::Link => true,
        Effect::SendUnlinked => false,
        _ => linked,
    };
    Answer {
        next: State { linked, attempt },
        effect,
    }
}

/// A browser arrives at the `redirect_uri`.
fn come_back(knobs: Knobs, attempt: Attempt, input: Input) -> (Attempt, Effect) {
    use Attempt::{Awaiting, Cancelled, Done, Expired, Failed, Idle, Offered, Opened, Returned};
    match (attempt, input) {
        // A token that is not this login's is judged before anything else, and changes nothing.
        (Idle | Offered, _) | (_, Input::ReturnGarbled | Input::ReturnForeign) => {
            (attempt, Effect::AbortForToken)
        }
        (_, Input::ReturnWithoutCookie) => (attempt, Effect::AbortForBrowser),
        (Expired, _) => (attempt, Effect::AbortForAge),
        (_, Input::ReturnSuperseded) => (attempt, Effect::AbortForNewer),
        (Opened | Cancelled, Input::ReturnWithoutCode | Input::ReturnWithUnusableCode) => {
            (Cancelled, Effect::AbortForCode)
        }
        (_, Input::ReturnWithoutCode | Input::ReturnWithUnusableCode) => {
            (attempt, Effect::AbortForCode)
        }
        // An event is on its way: a second one would link two ways.
        (Returned | Awaiting, _) => (attempt, Effect::AbortForReuse),
        (Done | Failed, _) if knobs.token_burned => (attempt, Effect::AbortForReuse),
        (Opened | Cancelled | Done | Failed, Input::ReturnUnsubscribed) => {
            (Failed, Effect::AbortForSubscription)
        }
        (Opened | Cancelled | Done | Failed, _) => (Returned, Effect::SendLinked),
    }
}

fn age(attempt: Attempt) -> Attempt {
    use Attempt::{Awaiting, Cancelled, Done, Expired, Failed, Idle, Offered, Opened, Returned};
    match attempt {
        Opened | Cancelled | Done | Failed | Expired => Expired,
        Idle | Offered | Returned | Awaiting => attempt,
    }
}

/// The delivery of the linked event is decided; a held event may be decided without having been sent by us.
fn conclude(attempt: Attempt, input: Input) -> (Attempt, Effect) {
    match (attempt, input) {
        (Attempt::Returned | Attempt::Awaiting, Input::Acknowledged) => {
            (Attempt::Done, Effect::Link)
        }
        (Attempt::Returned | Attempt::Awaiting, _) => (Attempt::Failed, Effect::AbortForDelivery),
        _ => (attempt, Effect::Nothing),
    }
}

/// Every state with every input and its answer.
pub fn rows(knobs: Knobs) -> impl Iterator<Item = (State, Input, Answer)> {
    State::all()
        .flat_map(move |state| Input::ALL.map(|input| (state, input, answer(knobs, state, input))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn knobs() -> impl Strategy<Value = Knobs> {
        (any::<[bool; 4]>(), any::<bool>()).prop_map(|([burned, log_out, needs, _], bare)| Knobs {
            token_burned: burned,
            log_out_event_when_unlinked: log_out,
            unlink_needs_link: needs,
            web_client: if bare {
                WebClient::Bare
            } else {
                WebClient::Refuse
            },
            ..Knobs::default()
        })
    }

    #[test]
    fn every_state_can_be_reached() {
        let knobs = Knobs::default();
        // A login begins with a user whom an earlier login may have linked.
        let linked_before = State {
            linked: true,
            ..State::START
        };
        let mut reached = std::collections::BTreeSet::from([State::START, linked_before]);
        loop {
            let more: Vec<_> = rows(knobs)
                .filter(|(state, _, answer)| {
                    reached.contains(state) && !reached.contains(&answer.next)
                })
                .map(|(_, _, answer)| answer.next)
                .collect();
            if more.is_empty() {
                break;
            }
            reached.extend(more);
        }
        let missing: Vec<_> = State::all()
            .filter(|state| !reached.contains(state))
            .map(|state| state.to_string())
            .collect();
        assert_eq!(missing, Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn no_walk_links_without_a_code_and_an_acknowledgement(
            knobs in knobs(),
            walk in prop::collection::vec(prop::sample::select(Input::ALL.to_vec()), 0..60),
        ) {
            let mut state = State::START;
            let mut sent = 0_u32;
            let mut settled = 0_u32;
            for input in walk {
                let Answer { next, effect } = answer(knobs, state, input);
                if effect == Effect::SendLinked {
                    prop_assert_eq!(input, Input::ReturnWithCode);
                    prop_assert!(!matches!(state.attempt, Attempt::Returned | Attempt::Awaiting));
                    sent += 1;
                }
                if matches!(effect, Effect::Link | Effect::AbortForDelivery) {
                    settled += 1;
                }
                if next.linked && !state.linked {
                    prop_assert_eq!((effect, input), (Effect::Link, Input::Acknowledged));
                }
                if state.linked && !next.linked {
                    prop_assert_eq!(effect, Effect::SendUnlinked);
                }
                prop_assert!(settled <= sent);
                state = next;
            }
        }
    }
}
