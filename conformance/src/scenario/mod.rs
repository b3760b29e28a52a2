//! Scenarios: how examples are generated and played; each yields transcripts, none decides anything.

pub(crate) mod abandon;
pub(crate) mod already_linked;
pub(crate) mod backend_unlink;
pub(crate) mod bad_password;
pub(crate) mod bare;
pub(crate) mod batch;
pub(crate) mod beside;
pub(crate) mod cancel;
pub(crate) mod chat_login;
pub(crate) mod code_reuse;
pub(crate) mod control;
pub(crate) mod duplicate;
pub(crate) mod encoding;
pub(crate) mod flow;
pub(crate) mod foreign_page;
pub(crate) mod foreign_redirect;
pub(crate) mod forged;
pub(crate) mod handshake;
pub(crate) mod interleaved;
pub(crate) mod linking_url;
pub(crate) mod odd_bytes;
pub(crate) mod odd_events;
pub(crate) mod own_query;
pub(crate) mod pending;
pub(crate) mod redelivery;
pub(crate) mod relink;
pub(crate) mod reorder;
pub(crate) mod replay;
pub(crate) mod server_fetch;
pub(crate) mod signed_in;
pub(crate) mod slow_send;
pub(crate) mod swapped;
pub(crate) mod tabs;
pub(crate) mod timing;
pub(crate) mod unknown_code;
pub(crate) mod unlink;
pub(crate) mod unlink_other;

pub(crate) use flow::Flow;

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;

use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::check::Need;
use crate::stage::Stage;
use crate::transcript::Transcript;

/// How much is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// A handful of examples: at each save.
    Smoke,
    /// Full coverage pass and some random examples: at each push.
    Default,
    /// Many random examples: nightly.
    Deep,
}

/// Which example: scenario names and case numbers give the transcript its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseId {
    /// Number of the example, from 0. Coverage passes enumerate classes by it.
    pub number: u32,
    /// Seed of the example, derived from the run's seed, the scenario and the number.
    pub seed: [u8; 32],
}

/// One way to exercise a backend.
pub trait Scenario: Send + Sync + 'static {
    /// What is generated for one example.
    type Value: Debug + Clone + Send + Sync + 'static;

    /// Stable name, in kebab case; transcripts and checks refer to it.
    fn name(&self) -> &'static str;

    /// What must be there for the scenario to be played at all.
    fn needs(&self) -> &'static [Need];

    /// How many examples a profile plays.
    fn examples(&self, profile: Profile) -> u32;

    /// Whether it must run while nothing else does (timing, held sends).
    fn exclusive(&self) -> bool {
        false
    }

    /// Strategy of the example with this number.
    fn strategy(&self, number: u32, stage: &Stage) -> BoxedStrategy<Self::Value>;

    /// Plays one example. Everything that goes wrong is recorded, nothing is judged.
    fn play(
        &self,
        stage: &Stage,
        case: CaseId,
        value: Self::Value,
    ) -> impl Future<Output = Transcript> + Send;
}

/// A scenario whose value type is hidden, so that all can stand in one list.
pub trait AnyScenario: Send + Sync {
    /// See [`Scenario::name`].
    fn name(&self) -> &'static str;
    /// See [`Scenario::needs`].
    fn needs(&self) -> &'static [Need];
    /// See [`Scenario::examples`].
    fn examples(&self, profile: Profile) -> u32;
    /// See [`Scenario::exclusive`].
    fn exclusive(&self) -> bool;
    /// Generates and plays one example.
    fn play<'a>(
        &'a self,
        stage: &'a Stage,
        case: CaseId,
    ) -> Pin<Box<dyn Future<Output = Transcript> + Send + 'a>>;
    /// The value tree of an example, for shrinking. Not `Send`: shrinking stays on one thread.
    fn tree<'a>(&'a self, stage: &'a Stage, case: CaseId) -> Option<Box<dyn AnyTree + 'a>>;
}

/// A value tree that can be played at each of its positions.
pub trait AnyTree {
    /// Towards simpler; false at the end.
    fn simplify(&mut self) -> bool;
    /// Back towards the last failing; false at the end.
    fn complicate(&mut self) -> bool;
    /// The present value, for people.
    fn describe(&self) -> String;
    /// Plays the present value.
    fn play(&self) -> Pin<Box<dyn Future<Output = Transcript> + Send + '_>>;
}

fn new_tree<S: Scenario>(
    scenario: &S,
    stage: &Stage,
    case: CaseId,
) -> Option<<BoxedStrategy<S::Value> as Strategy>::Tree> {
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &case.seed);
    scenario
        .strategy(case.number, stage)
        .new_tree(&mut TestRunner::new_with_rng(config, rng))
        .inspect_err(
            |reason| tracing::warn!(scenario = scenario.name(), %reason, "strategy gave no value"),
        )
        .ok()
}

struct PlayedTree<'a, S: Scenario> {
    scenario: &'a S,
    stage: &'a Stage,
    case: CaseId,
    tree: <BoxedStrategy<S::Value> as Strategy>::Tree,
}

impl<S: Scenario> AnyTree for PlayedTree<'_, S> {
    fn simplify(&mut self) -> bool {
        self.tree.simplify()
    }
    fn complicate(&mut self) -> bool {
        self.tree.complicate()
    }
    fn describe(&self) -> String {
        format!("{:?}", self.tree.current())
    }
    fn play(&self) -> Pin<Box<dyn Future<Output = Transcript> + Send + '_>> {
        Box::pin(
            self.scenario
                .play(self.stage, self.case, self.tree.current()),
        )
    }
}

impl<S: Scenario> AnyScenario for S {
    fn name(&self) -> &'static str {
        Scenario::name(self)
    }
    fn needs(&self) -> &'static [Need] {
        Scenario::needs(self)
    }
    fn examples(&self, profile: Profile) -> u32 {
        Scenario::examples(self, profile)
    }
    fn exclusive(&self) -> bool {
        Scenario::exclusive(self)
    }
    fn play<'a>(
        &'a self,
        stage: &'a Stage,
        case: CaseId,
    ) -> Pin<Box<dyn Future<Output = Transcript> + Send + 'a>> {
        let value = new_tree(self, stage, case).map(|tree| tree.current());
        Box::pin(async move {
            match value {
                Some(value) => Scenario::play(self, stage, case, value).await,
                None => stage.unplayable(Scenario::name(self), case, "the generator gave no value"),
            }
        })
    }
    fn tree<'a>(&'a self, stage: &'a Stage, case: CaseId) -> Option<Box<dyn AnyTree + 'a>> {
        let tree = new_tree(self, stage, case)?;
        Some(Box::new(PlayedTree {
            scenario: self,
            stage,
            case,
            tree,
        }))
    }
}
