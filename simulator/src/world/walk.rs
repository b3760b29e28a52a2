//! Random walks: the world, which remembers little, against the table, which is told every state.

use std::collections::HashMap;

use proptest::prelude::*;

use super::linking::{Attempt, Effect, Input, State, answer};
use super::{AbortReason, Command, Event, Refusal, Sealer, TOKEN_LIFE_MS, Token, World};

const USERS: [&str; 3] = ["1", "22", "333"];
const CODE_LIMIT: usize = 4;

#[derive(Debug, Clone)]
enum Step {
    Tap(usize),
    Return {
        tap: prop::sample::Index,
        code: Option<&'static str>,
        subscribed: bool,
    },
    Conclude {
        tap: prop::sample::Index,
        acknowledged: bool,
    },
    LogOut(usize),
    UnlinkCall(usize),
    Pass(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let codes = vec![Some("a"), Some("b"), Some("long!"), Some(""), None];
    prop_oneof![
        3 => (0..USERS.len()).prop_map(Step::Tap),
        5 => (any::<prop::sample::Index>(), prop::sample::select(codes), prop::bool::weighted(0.9))
            .prop_map(|(tap, code, subscribed)| Step::Return { tap, code, subscribed }),
        4 => (any::<prop::sample::Index>(), any::<bool>())
            .prop_map(|(tap, acknowledged)| Step::Conclude { tap, acknowledged }),
        1 => (0..USERS.len()).prop_map(Step::LogOut),
        1 => (0..USERS.len()).prop_map(Step::UnlinkCall),
        1 => (0..TOKEN_LIFE_MS).prop_map(Step::Pass),
    ]
}

/// What a whole memory would know: every login's state and the code it came back with.
#[derive(Debug, Default)]
struct Model {
    linked: HashMap<String, String>,
    logins: Vec<(Token, Attempt, String)>,
    now_ms: u64,
}

impl Model {
    /// Moves one login by the table and returns what the table says is done.
    fn move_login(&mut self, login: usize, input: Input) -> Effect {
        let (token, attempt, code) = &mut self.logins[login];
        let state = State {
            linked: self.linked.contains_key(&token.psid),
            attempt: *attempt,
        };
        let answer = answer(state, input);
        *attempt = answer.next.attempt;
        if answer.effect == Effect::Link {
            self.linked.insert(token.psid.clone(), code.clone());
        }
        answer.effect
    }

    fn pass(&mut self, ms: u64) {
        self.now_ms += ms;
        for login in 0..self.logins.len() {
            if self.logins[login].0.expires_ms() <= self.now_ms {
                self.move_login(login, Input::FiveMinutesPass);
            }
        }
    }
}

/// The effect that an outcome of the world shows.
fn shown(outcome: &Result<Event, Refusal>) -> Effect {
    match outcome {
        Ok(Event::Returned { failure: None, .. }) => Effect::SendLinked,
        Ok(Event::Returned { .. }) => Effect::AbortForSubscription,
        Ok(Event::Concluded { code: Some(_), .. }) => Effect::Link,
        Ok(Event::Concluded { .. }) => Effect::AbortForDelivery,
        Ok(Event::Unlinked { notify: true, .. }) => Effect::SendUnlinked,
        Ok(Event::Unlinked { .. }) => Effect::AnswerOnly,
        Ok(Event::Opened { .. }) => Effect::OpenLinkingUrl,
        Ok(Event::UserAdded { .. } | Event::Changed(_)) | Err(Refusal::NothingAwaited) => {
            Effect::Nothing
        }
        Err(Refusal::Aborted(reason)) => match reason {
            AbortReason::TokenExpired { .. } => Effect::AbortForAge,
            AbortReason::AlreadyUsed => Effect::AbortForReuse,
            AbortReason::NoCode | AbortReason::EmptyCode | AbortReason::LongCode { .. } => {
                Effect::AbortForCode
            }
            other => panic!("no walk leads here: {other}"),
        },
        Err(other) => panic!("no walk leads here: {other}"),
    }
}

fn play(world: &mut World, command: &Command<'_>, now_ms: u64) -> Effect {
    let outcome = world.handle(command, now_ms);
    if let Ok(event) = &outcome {
        world.apply(event);
    }
    shown(&outcome)
}

fn take(
    world: &mut World,
    model: &mut Model,
    sealer: &Sealer,
    step: &Step,
) -> Option<(Effect, Effect)> {
    let now_ms = model.now_ms;
    match *step {
        Step::Tap(user) => {
            let psid = USERS[user];
            let seen = play(world, &Command::Tap { psid }, now_ms);
            let serial = model.logins.len() as u64;
            let token = sealer.open(&sealer.seal(psid, now_ms, serial)).ok()?;
            model.logins.push((token, Attempt::Idle, String::new()));
            Some((seen, model.move_login(model.logins.len() - 1, Input::Tap)))
        }
        Step::Return {
            tap,
            code,
            subscribed,
        } => {
            let login = (!model.logins.is_empty()).then(|| tap.index(model.logins.len()))?;
            let token = model.logins[login].0.clone();
            let command = Command::Return {
                token: &token,
                code,
                code_limit: CODE_LIMIT,
                subscribed,
            };
            let seen = play(world, &command, now_ms);
            let usable = code.filter(|code| (1..=CODE_LIMIT).contains(&code.len()));
            let input = match usable {
                None => Input::ReturnWithoutUsableCode,
                Some(_) if subscribed => Input::ReturnWithCode,
                Some(_) => Input::ReturnUnsubscribed,
            };
            let expected = model.move_login(login, input);
            if expected == Effect::SendLinked {
                model.logins[login].2 = usable.unwrap_or_default().to_owned();
            }
            Some((seen, expected))
        }
        Step::Conclude { tap, acknowledged } => {
            let login = (!model.logins.is_empty()).then(|| tap.index(model.logins.len()))?;
            let attempt = model.logins[login].0.id;
            let seen = play(
                world,
                &Command::Conclude {
                    attempt,
                    acknowledged,
                },
                now_ms,
            );
            let input = if acknowledged {
                Input::Acknowledged
            } else {
                Input::NotAcknowledged
            };
            let expected = model.move_login(login, input);
            model.pass(0);
            Some((seen, expected))
        }
        Step::LogOut(user) | Step::UnlinkCall(user) => {
            let psid = USERS[user];
            let linked = model.linked.remove(psid).is_some();
            let (command, input) = match step {
                Step::LogOut(_) => (Command::LogOut { psid }, Input::LogOut),
                _ => (Command::UnlinkCall { psid }, Input::UnlinkCall),
            };
            let seen = play(world, &command, now_ms);
            Some((
                seen,
                answer(
                    State {
                        linked,
                        attempt: Attempt::Idle,
                    },
                    input,
                )
                .effect,
            ))
        }
        Step::Pass(ms) => {
            model.pass(ms);
            None
        }
    }
}

proptest! {
    #[test]
    fn the_world_does_what_the_table_says(walk in prop::collection::vec(step(), 1..60)) {
        let mut world = World::default();
        let mut model = Model { now_ms: 1, ..Model::default() };
        let sealer = Sealer::new(1, 2, 3);
        for psid in USERS {
            play(&mut world, &Command::AddUser { psid, name: "Some Body" }, 0);
        }
        for step in &walk {
            if let Some((seen, expected)) = take(&mut world, &mut model, &sealer, step) {
                prop_assert_eq!(seen, expected, "{:?}", step);
            }
            for psid in USERS {
                prop_assert_eq!(world.link_of(psid), model.linked.get(psid).map(String::as_str), "{:?}", step);
            }
        }
    }
}
