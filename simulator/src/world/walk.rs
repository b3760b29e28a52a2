//! Random walks: the world, which remembers little, against the table, which is told every state.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};

use super::linking::{Attempt, Effect, Input, State, answer};
use super::{
    AbortReason, Arrival, Client, Command, Entry, Event, Refusal, Sealer, TOKEN_LIFE_MS, Token,
    World,
};
use crate::knob::{Knobs, WebClient};

const USERS: [&str; 3] = ["1", "22", "333"];
const CODE_LIMIT: usize = 12;

/// What a browser brings along beside the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bring {
    Code,
    CodeUnsubscribed,
    Nothing,
    Empty,
    TooLong,
    ForeignToken,
    NoToken,
    NoCookie,
}

const BRINGS: [(u32, Bring); 8] = [
    (8, Bring::Code),
    (1, Bring::CodeUnsubscribed),
    (1, Bring::Nothing),
    (1, Bring::Empty),
    (1, Bring::TooLong),
    (1, Bring::ForeignToken),
    (1, Bring::NoToken),
    (1, Bring::NoCookie),
];

#[derive(Debug, Clone)]
enum Step {
    Client(usize, Client),
    Offer(usize),
    Tap(usize, Entry),
    Return(usize, Bring),
    Dispatch(usize),
    Conclude(usize, Verdict),
    LogOut(usize),
    UnlinkCall(usize),
    Pass(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Acknowledged,
    Refused,
    TimedOut,
}

#[derive(Debug, Clone)]
struct Login {
    user: usize,
    born_ms: u64,
    attempt: Attempt,
    code: String,
}

/// What a whole memory would know: every login's state and the code it came back with.
#[derive(Debug, Clone)]
struct Model {
    knobs: Knobs,
    clients: [Client; USERS.len()],
    offered: [bool; USERS.len()],
    linked: BTreeMap<usize, String>,
    logins: Vec<Login>,
    newest: BTreeMap<usize, usize>,
    /// How many linkings of each user have ended.
    ends: [usize; USERS.len()],
    /// How many linked events were due, and how many of them were decided.
    events: (usize, usize),
    now_ms: u64,
    /// What the table says the last step does.
    effect: Effect,
}

impl Model {
    /// Moves a login by the table.
    fn step(&mut self, login: usize, input: Input) {
        let Login { user, attempt, .. } = self.logins[login];
        let linked = self.linked.contains_key(&user);
        let answer = answer(self.knobs, State { linked, attempt }, input);
        self.logins[login].attempt = answer.next.attempt;
        self.effect = answer.effect;
        match answer.effect {
            Effect::SendLinked => self.events.0 += 1,
            Effect::Link => {
                self.events.1 += 1;
                self.ends[user] += 1;
                self.linked.insert(user, self.logins[login].code.clone());
            }
            Effect::AbortForDelivery => {
                self.events.1 += 1;
                self.ends[user] += 1;
            }
            Effect::AbortForCode
            | Effect::AbortForToken
            | Effect::AbortForAge
            | Effect::AbortForReuse
            | Effect::AbortForNewer
            | Effect::AbortForBrowser
            | Effect::AbortForSubscription => self.ends[user] += 1,
            _ => {}
        }
    }

    /// An input that concerns the user and no login.
    fn touch(&mut self, user: usize, input: Input) {
        let state = State {
            linked: self.linked.contains_key(&user),
            attempt: Attempt::Idle,
        };
        let answer = answer(self.knobs, state, input);
        self.effect = answer.effect;
        if !answer.next.linked {
            self.linked.remove(&user);
        }
        if matches!(answer.effect, Effect::OpenBare | Effect::RefuseTap) {
            self.ends[user] += 1;
        }
    }

    fn tap(&mut self, user: usize, entry: Entry) {
        let client = self.clients[user];
        if !entry.starts_linking() {
            self.touch(user, Input::TapElsewhere);
        } else if !client.supports_linking() {
            self.touch(user, Input::TapOnWeb);
        } else if self.knobs.profile_url_needed {
            self.touch(user, Input::TapWithoutProfile);
        } else {
            let login = self.logins.len();
            self.logins.push(Login {
                user,
                born_ms: self.now_ms,
                attempt: Attempt::Idle,
                code: String::new(),
            });
            self.newest.insert(user, login);
            self.step(login, Input::Tap);
        }
    }

    fn come_back(&mut self, login: usize, bring: Bring) {
        let superseded = self.knobs.newest_token_only
            && self.newest.get(&self.logins[login].user) != Some(&login);
        let input = match bring {
            Bring::ForeignToken => Input::ReturnForeign,
            Bring::NoToken => Input::ReturnGarbled,
            Bring::NoCookie => Input::ReturnWithoutCookie,
            _ if superseded => Input::ReturnSuperseded,
            Bring::Code => Input::ReturnWithCode,
            Bring::CodeUnsubscribed => Input::ReturnUnsubscribed,
            Bring::Nothing => Input::ReturnWithoutCode,
            Bring::Empty | Bring::TooLong => Input::ReturnWithUnusableCode,
        };
        self.step(login, input);
        if self.effect == Effect::SendLinked {
            self.logins[login].code = code_of(login);
        }
    }

    fn age(&mut self) {
        let effect = self.effect;
        for login in 0..self.logins.len() {
            if self.logins[login].born_ms + TOKEN_LIFE_MS <= self.now_ms {
                self.step(login, Input::FiveMinutesPass);
            }
        }
        self.effect = effect;
    }
}

/// Every login has a code of its own, so that a link shows where it came from.
fn code_of(login: usize) -> String {
    format!("code-{login}")
}

struct Linking;

impl ReferenceStateMachine for Linking {
    type State = Model;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Model> {
        let knobs = (
            any::<[bool; 4]>(),
            prop::bool::weighted(0.05),
            any::<bool>(),
        );
        knobs
            .prop_map(|([burned, newest, log_out, unlink], profile, bare)| Model {
                knobs: Knobs {
                    token_burned: burned,
                    newest_token_only: newest,
                    web_client: if bare {
                        WebClient::Bare
                    } else {
                        WebClient::Refuse
                    },
                    profile_url_needed: profile,
                    log_out_event_when_unlinked: log_out,
                    unlink_needs_link: unlink,
                    ..Knobs::default()
                },
                clients: [Client::default(); USERS.len()],
                offered: [false; USERS.len()],
                linked: BTreeMap::new(),
                logins: Vec::new(),
                newest: BTreeMap::new(),
                ends: [0; USERS.len()],
                events: (0, 0),
                now_ms: 1,
                effect: Effect::Nothing,
            })
            .boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Step> {
        let user = || 0..USERS.len();
        let always = prop_oneof![
            1 => (user(), prop::sample::select(&Client::ALL[..])).prop_map(|(user, client)| Step::Client(user, client)),
            1 => user().prop_map(Step::Offer),
            6 => user().prop_map(|user| Step::Tap(user, Entry::LogInButton)),
            1 => (user(), prop::sample::select(&Entry::ALL[..])).prop_map(|(user, entry)| Step::Tap(user, entry)),
            1 => user().prop_map(Step::LogOut),
            1 => user().prop_map(Step::UnlinkCall),
            1 => (0..TOKEN_LIFE_MS).prop_map(Step::Pass),
        ];
        if model.logins.is_empty() {
            return always.boxed();
        }
        let login = || 0..model.logins.len();
        let bring = prop::strategy::Union::new_weighted(
            BRINGS.map(|(weight, bring)| (weight, Just(bring))).to_vec(),
        );
        let verdict = prop::sample::select(vec![
            Verdict::Acknowledged,
            Verdict::Acknowledged,
            Verdict::Refused,
            Verdict::TimedOut,
        ]);
        prop_oneof![
            10 => always,
            8 => (login(), bring).prop_map(|(login, bring)| Step::Return(login, bring)),
            3 => login().prop_map(Step::Dispatch),
            6 => (login(), verdict).prop_map(|(login, verdict)| Step::Conclude(login, verdict)),
        ]
        .boxed()
    }

    fn preconditions(model: &Model, step: &Step) -> bool {
        match step {
            Step::Return(login, _) | Step::Dispatch(login) | Step::Conclude(login, _) => {
                *login < model.logins.len()
            }
            _ => true,
        }
    }

    fn apply(mut model: Model, step: &Step) -> Model {
        model.effect = Effect::Nothing;
        match *step {
            Step::Client(user, client) => model.clients[user] = client,
            Step::Offer(user) => {
                model.offered[user] = true;
                model.touch(user, Input::Offer);
            }
            Step::Tap(user, entry) => model.tap(user, entry),
            Step::Return(login, bring) => model.come_back(login, bring),
            Step::Dispatch(login) => model.step(login, Input::EventSent),
            Step::Conclude(login, verdict) => {
                let input = match verdict {
                    Verdict::Acknowledged => Input::Acknowledged,
                    Verdict::Refused => Input::NotAcknowledged,
                    Verdict::TimedOut => Input::TimedOut,
                };
                model.step(login, input);
            }
            Step::LogOut(user) => model.touch(user, Input::LogOut),
            Step::UnlinkCall(user) => model.touch(user, Input::UnlinkCall),
            Step::Pass(ms) => model.now_ms += ms,
        }
        model.age();
        model
    }
}

/// The effect that an outcome of the world shows.
fn shown(outcome: &Result<Event, Refusal>) -> Effect {
    let reason = match outcome {
        Ok(Event::Aborted { reason, .. }) => reason,
        Ok(event) => return shown_by(event),
        Err(Refusal::NothingAwaited) => return Effect::Nothing,
        Err(Refusal::NotLinked { .. }) => return Effect::RefuseUnlink,
        Err(other) => panic!("no walk leads here: {other}"),
    };
    match reason {
        AbortReason::TokenExpired { .. } => Effect::AbortForAge,
        AbortReason::AlreadyUsed => Effect::AbortForReuse,
        AbortReason::NoCode | AbortReason::EmptyCode | AbortReason::LongCode { .. } => {
            Effect::AbortForCode
        }
        AbortReason::ForeignToken | AbortReason::NoToken => Effect::AbortForToken,
        AbortReason::Superseded => Effect::AbortForNewer,
        AbortReason::NotTheBrowser => Effect::AbortForBrowser,
        other => panic!("no walk leads here: {other}"),
    }
}

fn shown_by(event: &Event) -> Effect {
    match event {
        Event::Opened { .. } => Effect::OpenLinkingUrl,
        Event::NotOpened { page: false, .. } => Effect::RefuseTap,
        Event::NotOpened {
            reason: AbortReason::NotALogInButton { .. },
            ..
        } => Effect::OpenWebview,
        Event::NotOpened { .. } => Effect::OpenBare,
        Event::Returned { failure: None, .. } => Effect::SendLinked,
        Event::Returned { .. } => Effect::AbortForSubscription,
        Event::Concluded { code: Some(_), .. } => Effect::Link,
        Event::Concluded { .. } => Effect::AbortForDelivery,
        Event::Unlinked { notify: true, .. } => Effect::SendUnlinked,
        Event::Unlinked { .. } => Effect::AnswerOnly,
        _ => Effect::Nothing,
    }
}

struct Walked {
    world: World,
    sealer: Sealer,
    tokens: Vec<Token>,
}

impl Walked {
    /// The outcome of a step in the world. The model has moved already; its time is the time of the step.
    fn play(&mut self, model: &Model, step: &Step) -> Option<Result<Event, Refusal>> {
        let token = |login: usize| self.tokens[login].clone();
        let failure = |verdict| match verdict {
            Verdict::Acknowledged => None,
            Verdict::Refused => Some(AbortReason::Refused { status: 500 }),
            Verdict::TimedOut => Some(AbortReason::TimedOut {
                limit: std::time::Duration::from_secs(5),
            }),
        };
        let (genuine, code, why);
        let command = match *step {
            Step::Pass(_) => return None,
            Step::Client(user, client) => {
                let psid = USERS[user];
                Command::SetClient { psid, client }
            }
            Step::Offer(user) => Command::Offer { psid: USERS[user] },
            Step::Tap(user, entry) => Command::Tap {
                psid: USERS[user],
                entry,
                tap: self.tokens.len() as u64 + 1,
            },
            Step::Return(login, bring) => {
                genuine = token(login);
                code = code_of(login);
                let own = |code, subscribed| Arrival::Own {
                    code,
                    code_limit: CODE_LIMIT,
                    subscribed,
                };
                let arrival = match bring {
                    Bring::Code => own(Some(code.as_str()), true),
                    Bring::CodeUnsubscribed => own(Some(code.as_str()), false),
                    Bring::Nothing => own(None, true),
                    Bring::Empty => own(Some(""), true),
                    Bring::TooLong => own(Some("a code beyond the limit"), true),
                    Bring::ForeignToken => Arrival::Foreign,
                    Bring::NoToken => Arrival::Lost,
                    Bring::NoCookie => Arrival::NoCookie,
                };
                let token = &genuine;
                Command::Return { token, arrival }
            }
            Step::Dispatch(login) => Command::Dispatch {
                attempt: token(login).id,
            },
            Step::Conclude(login, verdict) => {
                why = failure(verdict);
                Command::Conclude {
                    attempt: token(login).id,
                    failure: why.as_ref(),
                }
            }
            Step::LogOut(user) => Command::LogOut { psid: USERS[user] },
            Step::UnlinkCall(user) => Command::UnlinkCall { psid: USERS[user] },
        };
        let outcome = self.world.handle(&command, model.knobs, model.now_ms);
        if let Ok(event) = &outcome {
            self.world.apply(event);
            if let Event::Opened { psid, tap, .. } = event {
                let text = self.sealer.seal(psid, model.now_ms, *tap);
                self.tokens.push(self.sealer.open(&text).unwrap());
            }
        }
        Some(outcome)
    }
}

impl StateMachineTest for Walked {
    type SystemUnderTest = Self;
    type Reference = Linking;

    fn init_test(_: &Model) -> Self {
        let mut walked = Self {
            world: World::default(),
            sealer: Sealer::new(1, 2, 3),
            tokens: Vec::new(),
        };
        for psid in USERS {
            let name = "Some Body";
            let added = walked
                .world
                .handle(&Command::AddUser { psid, name }, Knobs::default(), 0);
            walked.world.apply(&added.unwrap());
        }
        walked
    }

    fn apply(mut walked: Self, model: &Model, step: Step) -> Self {
        let seen = walked
            .play(model, &step)
            .map_or(Effect::Nothing, |outcome| shown(&outcome));
        // Log Out of a user who is not linked, by a knob without an event, does nothing that can be told apart.
        let seen = match (seen, &step) {
            (Effect::AnswerOnly, Step::LogOut(_)) => Effect::Nothing,
            (seen, _) => seen,
        };
        assert_eq!(seen, model.effect, "{step:?}");
        walked
    }

    fn check_invariants(walked: &Self, model: &Model) {
        for (user, psid) in USERS.into_iter().enumerate() {
            let link = walked.world.link_of(psid);
            assert_eq!(link, model.linked.get(&user).map(String::as_str));
            // A link is by a code that this very user brought back.
            if let Some(code) = link {
                let own = |login: &&Login| login.user == user && login.code == code;
                assert_eq!(model.logins.iter().filter(own).count(), 1, "{code}");
            }
            let attempt = match model.newest.get(&user) {
                Some(login) => model.logins[*login].attempt,
                None if model.offered[user] => Attempt::Offered,
                None => Attempt::Idle,
            };
            let linked = model.linked.contains_key(&user);
            // A return without a code leaves no trace in the world.
            let attempt = match attempt {
                Attempt::Cancelled => Attempt::Opened,
                other => other,
            };
            let standing = walked.world.standing(psid, model.now_ms);
            assert_eq!(standing, Some(State { linked, attempt }));
            let ends = walked.world.linkings(psid);
            assert_eq!(ends.len(), model.ends[user], "{ends:?}");
        }
        // Every event that was due is decided or still open, and never decided twice.
        let open = |login: &&Login| matches!(login.attempt, Attempt::Returned | Attempt::Awaiting);
        let open = model.logins.iter().filter(open).count();
        assert_eq!(model.events.0, model.events.1 + open);
        // What is written down is read back whole.
        let text = serde_json::to_string(&walked.world).unwrap();
        assert_eq!(serde_json::from_str::<World>(&text).unwrap(), walked.world);
    }
}

prop_state_machine! {
    #[test]
    fn the_world_does_what_the_table_says(sequential 1..60 => Walked);
}
