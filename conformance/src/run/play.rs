//! Playing examples: several at once where that disturbs nobody, alone where it would, never longer than allowed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{Id, JoinSet};
use tokio::time::Instant;

use super::{Options, Phase, Progress};
use crate::scenario::{AnyScenario, CaseId};
use crate::seed::Seed;
use crate::stage::Stage;
use crate::transcript::Transcript;

/// Longest time of one example. A local backend takes milliseconds; one that answers nothing runs into it.
const EXAMPLE_LIMIT: Duration = Duration::from_mins(1);
/// Name of the scenario that is played when everything else is over (CTL-05).
const LAST: &str = "control";

/// Scenarios that the run can play, by name.
pub(super) type Repertoire = BTreeMap<&'static str, Arc<dyn AnyScenario>>;

/// One example to be played.
#[derive(Clone)]
pub(super) struct Example {
    /// Its scenario.
    pub(super) scenario: Arc<dyn AnyScenario>,
    /// Which one.
    pub(super) case: CaseId,
}

/// What came of playing.
#[derive(Debug, Default)]
pub(super) struct Played {
    /// By scenario name and case number.
    pub(super) transcripts: BTreeMap<(&'static str, u32), Transcript>,
    /// Scenarios with examples that time did not allow.
    pub(super) unplayed: BTreeSet<&'static str>,
    /// Scenarios that broke down, with what they said; a defect of the suite.
    pub(super) panics: BTreeMap<&'static str, String>,
}

/// How much may be played at once, and until when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Examples in flight.
    pub(super) jobs: usize,
    /// End of the run.
    pub(super) deadline: Instant,
}

/// The case of a scenario with this number: its seed follows from the run's.
pub(super) fn case(run_seed: u64, scenario: &str, number: u32) -> CaseId {
    CaseId {
        number,
        seed: Seed::of(run_seed, scenario, number).bytes(),
    }
}

/// Number of examples of a scenario under the options.
fn examples(scenario: &dyn AnyScenario, options: &Options) -> u32 {
    let wanted = scenario.examples(options.profile);
    options
        .most_examples
        .map_or(wanted, |most| wanted.min(most))
}

/// Examples in the order in which they are played: the first of each scenario, then the second of each, and so on,
/// so that a run that is cut short has seen something of everything. What must be alone comes after, the control last.
pub(super) struct Plan {
    shared: Vec<Example>,
    alone: Vec<Example>,
}

impl Plan {
    pub(super) fn of(repertoire: &Repertoire, options: &Options) -> Self {
        let mut numbered: Vec<(bool, bool, u32, Example)> = Vec::new();
        for scenario in repertoire.values() {
            for number in 0..examples(&**scenario, options) {
                let example = Example {
                    scenario: Arc::clone(scenario),
                    case: case(options.seed, scenario.name(), number),
                };
                numbered.push((
                    scenario.exclusive(),
                    scenario.name() == LAST,
                    number,
                    example,
                ));
            }
        }
        numbered.sort_by_key(|(exclusive, last, number, _)| (*last, *exclusive, *number));
        let (alone, shared): (Vec<_>, Vec<_>) = numbered
            .into_iter()
            .partition(|(exclusive, last, ..)| *exclusive || *last);
        let examples = |list: Vec<(bool, bool, u32, Example)>| {
            list.into_iter().map(|(.., example)| example).collect()
        };
        Self {
            shared: examples(shared),
            alone: examples(alone),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.shared.len() + self.alone.len()
    }
}

/// Plays a plan to its end, or to the deadline.
pub(super) async fn play(
    stage: &Arc<Stage>,
    plan: Plan,
    pace: Pace,
    progress: &Arc<dyn Progress>,
) -> Played {
    let mut played = Played::default();
    let steps = |example: &Example| progress.advanced(Phase::Playing, example.scenario.name());
    for (examples, jobs) in [(plan.shared, pace.jobs), (plan.alone, 1)] {
        let stretch = at_once(stage, examples, Pace { jobs, ..pace }, &steps).await;
        played.unplayed.extend(
            stretch
                .unplayed
                .iter()
                .map(|example| example.scenario.name()),
        );
        for (example, result) in stretch.results {
            let name = example.scenario.name();
            match result {
                Ok(transcript) => drop(
                    played
                        .transcripts
                        .insert((name, example.case.number), transcript),
                ),
                Err(panic) => drop(played.panics.insert(name, panic)),
            }
        }
    }
    played
}

/// What came of a stretch of examples.
pub(super) struct Stretch {
    /// Played ones with their transcripts, or what a panic said.
    pub(super) results: Vec<(Example, Result<Transcript, String>)>,
    /// Those that time did not allow.
    pub(super) unplayed: Vec<Example>,
}

/// Plays examples, `pace.jobs` at a time, in this order.
pub(super) async fn at_once(
    stage: &Arc<Stage>,
    examples: Vec<Example>,
    pace: Pace,
    advanced: &(dyn Fn(&Example) + Sync),
) -> Stretch {
    let mut waiting = examples.into_iter();
    let mut flying: JoinSet<Transcript> = JoinSet::new();
    let mut names: BTreeMap<Id, Example> = BTreeMap::new();
    let mut results = Vec::new();
    loop {
        while flying.len() < pace.jobs.max(1) && Instant::now() < pace.deadline {
            let Some(example) = waiting.next() else { break };
            let handle = flying.spawn(limited(Arc::clone(stage), example.clone(), pace.deadline));
            names.insert(handle.id(), example);
        }
        let Some(joined) = flying.join_next_with_id().await else {
            break;
        };
        let (id, result) = match joined {
            Ok((id, transcript)) => (id, Ok(transcript)),
            Err(error) => (error.id(), Err(broke_down(error))),
        };
        if let Some(example) = names.remove(&id) {
            advanced(&example);
            results.push((example, result));
        }
    }
    Stretch {
        results,
        unplayed: waiting.collect(),
    }
}

async fn limited(stage: Arc<Stage>, example: Example, deadline: Instant) -> Transcript {
    let until = deadline.min(Instant::now() + EXAMPLE_LIMIT);
    match tokio::time::timeout_at(until, example.scenario.play(&stage, example.case)).await {
        Ok(transcript) => transcript,
        Err(_) => stage.unplayable(
            example.scenario.name(),
            example.case,
            &format!(
                "the example did not end within {} s",
                EXAMPLE_LIMIT.as_secs()
            ),
        ),
    }
}

fn broke_down(error: tokio::task::JoinError) -> String {
    match error.try_into_panic() {
        Ok(panic) => panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
            .unwrap_or_else(|| "a panic without a text".to_owned()),
        Err(error) => error.to_string(),
    }
}
