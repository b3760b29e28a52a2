//! Making failures smaller: a walk over the value tree of a broken example, within a time box.
//!
//! A candidate counts only if the very same check breaks on it, so that the search never slips to another fault.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::Instant;

use super::judging::Judged;
use super::play::{Pace, Repertoire, case};
use super::{Options, Phase, Progress};
use crate::check::Check;
use crate::judge::{Finding, Judge, Verdict};
use crate::scenario::{AnyScenario, AnyTree, CaseId};
use crate::stage::Stage;
use crate::transcript::Transcript;

/// Longest search for one check.
const BOX: Duration = Duration::from_secs(20);
/// Most candidates for one check: a tree of strategies may be walked for ever.
const MOST_STEPS: usize = 400;

/// The simplest broken example that was found.
#[derive(Debug, Clone)]
pub(super) struct Smallest {
    /// The value, for people.
    pub(super) value: String,
    /// Candidates played.
    pub(super) steps: usize,
    /// Whether the tree was walked to its end.
    pub(super) complete: bool,
    /// What the judge says about it.
    pub(super) finding: Finding,
    /// What happened.
    pub(super) transcript: Transcript,
}

/// Shrinks the first broken example of each check that looks at one example at a time. By check id.
pub(super) async fn shrink(
    stage: &Arc<Stage>,
    repertoire: &Repertoire,
    judged: &[&Judged],
    options: &Options,
    pace: Pace,
    progress: &Arc<dyn Progress>,
) -> BTreeMap<&'static str, Smallest> {
    let deadline = pace.deadline.min(Instant::now() + options.shrink_limit);
    let broken: Vec<(&'static Check, Arc<dyn AnyScenario>, CaseId)> = judged
        .iter()
        .filter(|judged| matches!(judged.check.judge, Judge::Each(_)))
        .filter_map(|judged| {
            let (name, number) = judged
                .broken
                .iter()
                .find(|(name, _)| repertoire.contains_key(name))?;
            Some((
                judged.check,
                Arc::clone(&repertoire[name]),
                case(options.seed, name, *number),
            ))
        })
        .collect();
    let mut smallest = BTreeMap::new();
    if broken.is_empty() || options.shrink_limit.is_zero() {
        return smallest;
    }
    progress.started(
        Phase::Shrinking,
        u64::try_from(broken.len()).unwrap_or(u64::MAX),
    );
    for (check, scenario, case) in broken {
        let until = deadline.min(Instant::now() + BOX);
        let (stage, handle) = (Arc::clone(stage), Handle::current());
        // Value trees cannot change threads, so each search has a thread of its own.
        let search = tokio::task::spawn_blocking(move || {
            handle.block_on(async {
                let mut tree = scenario.tree(&stage, case)?;
                walk(&mut *tree, check, &stage, until).await
            })
        });
        match search.await {
            Ok(Some(found)) => drop(smallest.insert(check.id, found)),
            Ok(None) => {}
            Err(error) => tracing::warn!(check = check.id, %error, "shrinking broke down"),
        }
        progress.advanced(Phase::Shrinking, check.id);
    }
    smallest
}

async fn walk(
    tree: &mut dyn AnyTree,
    check: &Check,
    stage: &Stage,
    until: Instant,
) -> Option<Smallest> {
    let Judge::Each(judge) = check.judge else {
        return None;
    };
    let mut smallest: Option<Smallest> = None;
    let mut steps = 0;
    let mut moved = tree.simplify();
    while moved && steps < MOST_STEPS {
        let Ok(transcript) = tokio::time::timeout_at(until, tree.play()).await else {
            break;
        };
        steps += 1;
        let verdict = if transcript.cut.is_some() {
            Verdict::Untouched
        } else {
            judge(&transcript, stage.context())
        };
        moved = if let Verdict::Broken(finding) = verdict {
            smallest = Some(Smallest {
                value: tree.describe(),
                steps,
                complete: false,
                finding,
                transcript,
            });
            tree.simplify()
        } else {
            tree.complicate()
        };
    }
    smallest.map(|smallest| Smallest {
        steps,
        complete: !moved,
        ..smallest
    })
}
