//! Random walks over the running platform: no event is lost, nobody is linked by another user's code.

use std::collections::BTreeMap;
use std::time::Duration;

use linklab_simulator::Simulator;
use linklab_simulator::webview::{Landing, LandingResult, Opening};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::backend::{BUTTON, Bench, ok};

const USERS: [&str; 3] = [
    "26628309676818461",
    "26628309676818462",
    "26628309676818463",
];

#[derive(Debug, Clone)]
enum Step {
    Tap(usize),
    /// A browser brings the address of a login back.
    Return {
        login: usize,
        code: bool,
    },
    /// The browser of one login brings the address of another.
    Cross {
        login: usize,
        other: usize,
    },
    LogOut(usize),
    Pass(u64),
}

#[derive(Debug, Clone)]
struct Login {
    user: usize,
    born_s: u64,
    used: bool,
}

#[derive(Debug, Clone, Default)]
struct Model {
    logins: Vec<Login>,
    linked: BTreeMap<usize, usize>,
    /// The events that must arrive, in their order: user, and the login whose code it carries.
    events: Vec<(usize, Option<usize>)>,
    now_s: u64,
}

struct Conversations;

impl ReferenceStateMachine for Conversations {
    type State = Model;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<Model> {
        Just(Model::default()).boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Step> {
        let user = || 0..USERS.len();
        let always = prop_oneof![
            4 => user().prop_map(Step::Tap),
            1 => user().prop_map(Step::LogOut),
            1 => (0..290_u64).prop_map(Step::Pass),
        ];
        if model.logins.is_empty() {
            return always.boxed();
        }
        let login = || 0..model.logins.len();
        prop_oneof![
            4 => always,
            4 => (login(), prop::bool::weighted(0.8)).prop_map(|(login, code)| Step::Return { login, code }),
            1 => (login(), login()).prop_map(|(login, other)| Step::Cross { login, other }),
        ]
        .boxed()
    }

    fn preconditions(model: &Model, step: &Step) -> bool {
        match step {
            Step::Return { login, .. } => *login < model.logins.len(),
            Step::Cross { login, other } => {
                login != other && (*login).max(*other) < model.logins.len()
            }
            _ => true,
        }
    }

    fn apply(mut model: Model, step: &Step) -> Model {
        match *step {
            Step::Tap(user) => model.logins.push(Login {
                user,
                born_s: model.now_s,
                used: false,
            }),
            Step::Return { login, code } => {
                let Login { user, born_s, used } = model.logins[login];
                if code && !used && model.now_s < born_s + 300 {
                    model.logins[login].used = true;
                    model.linked.insert(user, login);
                    model.events.push((user, Some(login)));
                }
            }
            Step::Cross { .. } => {}
            Step::LogOut(user) => {
                model.linked.remove(&user);
                model.events.push((user, None));
            }
            Step::Pass(seconds) => model.now_s += seconds,
        }
        model
    }
}

struct Platform {
    runtime: Runtime,
    bench: Bench,
    openings: Vec<Opening>,
}

fn code_of(login: usize) -> String {
    format!("code/{login}+\u{e4}")
}

impl Platform {
    fn simulator(&self) -> &Simulator {
        &self.bench.platform
    }
}

impl StateMachineTest for Platform {
    type SystemUnderTest = Self;
    type Reference = Conversations;

    fn init_test(_: &Model) -> Self {
        let runtime = Runtime::new().expect("a runtime starts");
        let bench = runtime.block_on(Bench::answering(ok()));
        bench.platform.clock().freeze();
        for psid in USERS {
            bench
                .platform
                .add_user(Some(psid), "Some Body")
                .expect("the user is new");
        }
        Self {
            runtime,
            bench,
            openings: Vec::new(),
        }
    }

    fn apply(mut platform: Self, model: &Model, step: Step) -> Self {
        match step {
            Step::Tap(user) => {
                let opening = platform.simulator().tap_log_in(USERS[user], BUTTON, None);
                platform.openings.push(opening.expect("the user is there"));
            }
            Step::Return { login, code } => {
                let opening = &platform.openings[login];
                let mut url = opening.redirect_uri.clone();
                if code {
                    let value: String =
                        url::form_urlencoded::byte_serialize(code_of(login).as_bytes()).collect();
                    url = format!("{url}&authorization_code={value}");
                }
                let landing = platform.simulator().land(opening, &url, Landing::Deliver);
                let landed = platform.runtime.block_on(landing);
                let newest = model.events.last().and_then(|(_, login)| *login);
                let linked = landed.result == LandingResult::Linked;
                assert!(!linked || newest == Some(login), "{landed:?}");
            }
            Step::Cross { login, other } => {
                let url = format!(
                    "{}&authorization_code=x",
                    platform.openings[other].redirect_uri
                );
                let opening = &platform.openings[login];
                let landing = platform.simulator().land(opening, &url, Landing::Deliver);
                let landed = platform.runtime.block_on(landing);
                assert!(
                    matches!(landed.result, LandingResult::Aborted(_)),
                    "{landed:?}"
                );
            }
            Step::LogOut(user) => {
                let tapped = platform.simulator().tap_log_out(USERS[user]);
                let attempt = platform
                    .runtime
                    .block_on(tapped)
                    .expect("the app is subscribed");
                assert!(attempt.acknowledged());
            }
            Step::Pass(seconds) => platform
                .simulator()
                .clock()
                .advance(Duration::from_secs(seconds)),
        }
        platform
    }

    fn check_invariants(platform: &Self, model: &Model) {
        for (user, psid) in USERS.into_iter().enumerate() {
            let link = model.linked.get(&user).copied().map(code_of);
            assert_eq!(platform.simulator().link_of(psid), link);
        }
        let received = platform.runtime.block_on(platform.bench.received());
        let arrived: Vec<_> = received
            .iter()
            .map(|request| {
                let body: Value = serde_json::from_slice(&request.body).expect("events are JSON");
                let item = &body["entry"][0]["messaging"][0];
                let code = item["account_linking"]["authorization_code"].as_str();
                (
                    item["sender"]["id"].as_str().expect("an id").to_owned(),
                    code.map(str::to_owned),
                )
            })
            .collect();
        let due: Vec<_> = model
            .events
            .iter()
            .map(|(user, login)| (USERS[*user].to_owned(), login.map(code_of)))
            .collect();
        assert_eq!(arrived, due);
    }

    fn teardown(platform: Self, _: Model) {
        platform.runtime.block_on(platform.bench.platform.stop());
    }
}

prop_state_machine! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn every_event_arrives_once_and_with_its_own_code(sequential 1..30 => Platform);
}
