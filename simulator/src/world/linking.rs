//! One table: what happens to a user's linking, for every state and every input.
//!
//! [`answer`] is the table. It is an exhaustive match, so a pair without an answer does not compile;
//! [`rows`] walks it for whoever wants to print or explore it.

use std::fmt;

/// How far one login, that is one token, has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Attempt {
    /// No token is in play.
    Idle,
    /// The linking URL is open and its token valid.
    Opened,
    /// The token is older than five minutes, used or not; only an event under way outlives it.
    Expired,
    /// The browser came back with a code; the linked event is under way.
    Awaiting,
    /// The event has been acknowledged or not; the token lives on but cannot be used again.
    Finished,
}

impl Attempt {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Idle,
        Self::Opened,
        Self::Expired,
        Self::Awaiting,
        Self::Finished,
    ];
}

/// One user's linking with one page, seen from one login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct State {
    /// Whether the platform holds the user as linked.
    pub linked: bool,
    /// How far the login has come.
    pub attempt: Attempt,
}

/// Everything that can happen to a linking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Input {
    /// The user taps a Log In button.
    Tap,
    /// The browser comes back with a usable code.
    ReturnWithCode,
    /// The browser comes back with a code, but the app is not subscribed to the event.
    ReturnUnsubscribed,
    /// The browser comes back without a code, with an empty one, or with one beyond the limit.
    ReturnWithoutUsableCode,
    /// The browser comes back with a token of another login, of another page, or of nobody.
    ReturnWithForeignToken,
    /// Five minutes have passed since the tap.
    FiveMinutesPass,
    /// The backend acknowledges the linked event.
    Acknowledged,
    /// The backend answers with an error, late, or not at all.
    NotAcknowledged,
    /// The user taps a Log Out button.
    LogOut,
    /// The backend calls the unlink endpoint.
    UnlinkCall,
}

impl Input {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Tap,
        Self::ReturnWithCode,
        Self::ReturnUnsubscribed,
        Self::ReturnWithoutUsableCode,
        Self::ReturnWithForeignToken,
        Self::FiveMinutesPass,
        Self::Acknowledged,
        Self::NotAcknowledged,
        Self::LogOut,
        Self::UnlinkCall,
    ];
}

/// What the platform does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Nothing at all.
    Nothing,
    /// Opens the linking URL with a fresh token.
    OpenLinkingUrl,
    /// Sends the linked event and waits for the acknowledgement.
    SendLinked,
    /// Holds the user as linked by the code that came back, and shows the success page.
    Link,
    /// Sends the unlinked event.
    SendUnlinked,
    /// Answers the unlink call with success and sends nothing.
    AnswerOnly,
    /// Shows the failure page, because the code is missing, empty or too long.
    AbortForCode,
    /// Shows the failure page, because the token is foreign or missing.
    AbortForToken,
    /// Shows the failure page, because the token has expired.
    AbortForAge,
    /// Shows the failure page, because the token was used before.
    AbortForReuse,
    /// Shows the failure page, because the app is not subscribed.
    AbortForSubscription,
    /// Shows the failure page, because the event was not acknowledged.
    AbortForDelivery,
}

/// The answer of the table to one pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Answer {
    /// The state afterwards.
    pub next: State,
    /// What is done.
    pub effect: Effect,
}

/// The table.
///
/// Sources: protocol rows 1.4.7 (a code burns the token), 1.4.8 (a new tap leaves older tokens alone), 1.5.1 to
/// 1.5.6, 1.5.11 to 1.5.13, 1.8.2 (Log Out needs no link) and 2.2.3 (unlinking twice succeeds).
pub fn answer(state: State, input: Input) -> Answer {
    use Attempt::{Awaiting, Expired, Finished, Idle, Opened};
    use Effect::{
        AbortForAge, AbortForCode, AbortForDelivery, AbortForReuse, AbortForSubscription,
        AbortForToken, AnswerOnly, Link, Nothing, OpenLinkingUrl, SendLinked, SendUnlinked,
    };
    let State { linked, attempt } = state;
    let (linked, attempt, effect) = match (input, attempt) {
        (Input::Tap, _) => (linked, Opened, OpenLinkingUrl),

        (Input::ReturnWithForeignToken, _)
        | (
            Input::ReturnWithCode | Input::ReturnUnsubscribed | Input::ReturnWithoutUsableCode,
            Idle,
        ) => (linked, attempt, AbortForToken),
        (Input::ReturnWithCode, Opened) => (linked, Awaiting, SendLinked),
        (Input::ReturnUnsubscribed, Opened) => (linked, Finished, AbortForSubscription),
        (Input::ReturnWithCode | Input::ReturnUnsubscribed, Awaiting | Finished) => {
            (linked, attempt, AbortForReuse)
        }
        (
            Input::ReturnWithCode | Input::ReturnUnsubscribed | Input::ReturnWithoutUsableCode,
            Expired,
        ) => (linked, attempt, AbortForAge),
        (Input::ReturnWithoutUsableCode, Opened | Awaiting | Finished) => {
            (linked, attempt, AbortForCode)
        }

        (Input::FiveMinutesPass, Opened | Finished) => (linked, Expired, Nothing),
        (Input::FiveMinutesPass, Idle | Expired | Awaiting) => (linked, attempt, Nothing),

        (Input::Acknowledged, Awaiting) => (true, Finished, Link),
        (Input::NotAcknowledged, Awaiting) => (linked, Finished, AbortForDelivery),
        (Input::Acknowledged | Input::NotAcknowledged, Idle | Opened | Expired | Finished) => {
            (linked, attempt, Nothing)
        }

        (Input::LogOut, _) => (false, attempt, SendUnlinked),
        (Input::UnlinkCall, _) if linked => (false, attempt, SendUnlinked),
        (Input::UnlinkCall, _) => (false, attempt, AnswerOnly),
    };
    Answer {
        next: State { linked, attempt },
        effect,
    }
}

/// Every state with every input and its answer.
pub fn rows() -> impl Iterator<Item = (State, Input, Answer)> {
    [false, true]
        .into_iter()
        .flat_map(|linked| Attempt::ALL.map(|attempt| State { linked, attempt }))
        .flat_map(|state| Input::ALL.map(|input| (state, input, answer(state, input))))
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}/{:?}",
            if self.linked { "linked" } else { "unlinked" },
            self.attempt
        )
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    const START: State = State {
        linked: false,
        attempt: Attempt::Idle,
    };

    #[test]
    fn the_table_reads_as_reviewed() {
        let mut text = String::new();
        for (state, input, answer) in rows() {
            writeln!(
                text,
                "{state} + {input:?} -> {} [{:?}]",
                answer.next, answer.effect
            )
            .unwrap();
        }
        insta::assert_snapshot!(text);
    }

    proptest! {
        #[test]
        fn no_walk_links_without_a_code_and_an_acknowledgement(
            walk in prop::collection::vec(prop::sample::select(Input::ALL.to_vec()), 0..40),
        ) {
            let mut state = START;
            let mut sent = 0_u32;
            let mut settled = 0_u32;
            for input in walk {
                let Answer { next, effect } = answer(state, input);
                if effect == Effect::SendLinked {
                    prop_assert_eq!((state.attempt, input), (Attempt::Opened, Input::ReturnWithCode));
                    sent += 1;
                }
                if matches!(effect, Effect::Link | Effect::AbortForDelivery) {
                    prop_assert_eq!(state.attempt, Attempt::Awaiting);
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
