//! The flake guard: a broken example is played again before it counts. A backend that breaks a rule now and then is
//! told apart from one that always does; neither is ever retried to green.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::judging::Judged;
use super::play::{Example, Pace, Repertoire, at_once, case};
use super::{Options, Phase, Progress};
use crate::context::Context;
use crate::judge::{Judge, Verdict};
use crate::stage::Stage;

/// Broken examples of a check that are tried again: where the first does not break again, the second may.
const TRIED: usize = 2;

/// Ids of the checks whose broken examples held when they were played again.
pub(super) async fn inconsistent(
    stage: &Arc<Stage>,
    repertoire: &Repertoire,
    judged: &[Judged],
    options: &Options,
    pace: Pace,
    progress: &Arc<dyn Progress>,
) -> BTreeSet<&'static str> {
    let suspects = suspects(repertoire, judged);
    if suspects.is_empty() || options.confirmations == 0 {
        return BTreeSet::new();
    }
    let cases: BTreeSet<(&'static str, u32)> = suspects.values().flatten().copied().collect();
    let (mut shared, mut alone) = (Vec::new(), Vec::new());
    for (name, number) in cases {
        for _ in 0..options.confirmations {
            let scenario = Arc::clone(&repertoire[name]);
            let list = if scenario.exclusive() {
                &mut alone
            } else {
                &mut shared
            };
            let case = case(options.seed, name, number);
            list.push(Example { scenario, case });
        }
    }
    progress.started(
        Phase::Confirming,
        u64::try_from(shared.len() + alone.len()).unwrap_or(u64::MAX),
    );
    let steps = |example: &Example| progress.advanced(Phase::Confirming, example.scenario.name());
    let mut replays: BTreeMap<(&'static str, u32), Vec<_>> = BTreeMap::new();
    for (examples, jobs) in [(shared, pace.jobs), (alone, 1)] {
        for (example, result) in at_once(stage, examples, Pace { jobs, ..pace }, &steps)
            .await
            .results
        {
            replays
                .entry((example.scenario.name(), example.case.number))
                .or_default()
                .extend(result);
        }
    }
    suspects
        .into_iter()
        .filter(|(id, cases)| {
            let Some(judge) = judged
                .iter()
                .find(|judged| judged.check.id == *id)
                .map(|judged| judged.check.judge)
            else {
                return false;
            };
            // Without any replay (time was over) the first word stands.
            let tried = cases
                .iter()
                .filter_map(|case| replays.get(case))
                .filter(|replays| !replays.is_empty());
            let mut confirmed = false;
            let mut any = false;
            for replays in tried {
                any = true;
                confirmed |= replays
                    .iter()
                    .all(|transcript| broken_again(judge, transcript, stage.context()));
            }
            any && !confirmed
        })
        .map(|(id, _)| id)
        .collect()
}

/// A replay contradicts only by holding: one that proves nothing (cut, blocked, untouched) says nothing new.
fn broken_again(
    judge: Judge,
    transcript: &crate::transcript::Transcript,
    context: &Context,
) -> bool {
    match judge {
        Judge::Each(judge) => {
            transcript.cut.is_some() || judge(transcript, context) != Verdict::Held
        }
        Judge::All(_) => true,
    }
}

/// The first broken examples of each check that looks at one example at a time.
fn suspects(
    repertoire: &Repertoire,
    judged: &[Judged],
) -> BTreeMap<&'static str, Vec<(&'static str, u32)>> {
    judged
        .iter()
        .filter(|judged| matches!(judged.check.judge, Judge::Each(_)))
        .map(|judged| {
            let cases = judged
                .broken
                .iter()
                .filter(|(name, _)| repertoire.contains_key(name))
                .take(TRIED)
                .copied()
                .collect::<Vec<_>>();
            (judged.check.id, cases)
        })
        .filter(|(_, cases)| !cases.is_empty())
        .collect()
}
