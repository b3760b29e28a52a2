//! Judging: every selected check reads the transcripts of its scenarios. No I/O; a judge that breaks down is told.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::play::Played;
use crate::check::Check;
use crate::context::Context;
use crate::judge::{Judge, Tally, Verdict};
use crate::report::CheckReport;
use crate::transcript::Transcript;

/// What its judge said about one check.
#[derive(Debug)]
pub(super) struct Judged {
    /// The check.
    pub(super) check: &'static Check,
    /// Examples, findings, and what proved nothing.
    pub(super) tally: Tally,
    /// Scenario and number of the broken examples, in order.
    pub(super) broken: Vec<(&'static str, u32)>,
    /// Labels that only broken examples carry.
    pub(super) classes: Vec<String>,
    /// What the judge said when it broke down; a defect of the suite.
    pub(super) panic: Option<String>,
}

/// Judges one check over everything that was played.
pub(super) fn judge(check: &'static Check, played: &Played, context: &Context) -> Judged {
    let read: Vec<(&(&'static str, u32), &Transcript)> = played
        .transcripts
        .iter()
        .filter(|((scenario, _), _)| check.scenarios.contains(scenario))
        .collect();
    let transcripts: Vec<&Transcript> = read.iter().map(|(_, transcript)| *transcript).collect();
    // Judges are pure, so nothing is left half done behind a panic.
    let tally = catch_unwind(AssertUnwindSafe(|| check.judge.over(&transcripts, context)));
    let (tally, panic) = match tally {
        Ok(tally) => (tally, None),
        Err(panic) => {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
            let said = said.unwrap_or("a panic without a text").to_owned();
            (Tally::default(), Some(said))
        }
    };
    let names: BTreeMap<&str, (&'static str, u32)> = read
        .iter()
        .map(|(key, transcript)| (transcript.id.as_str(), **key))
        .collect();
    let broken: Vec<(&'static str, u32)> = tally
        .findings
        .iter()
        .filter_map(|finding| names.get(finding.transcript.as_str()).copied())
        .collect();
    let classes = if panic.is_none() {
        classes(check.judge, &transcripts, context)
    } else {
        Vec::new()
    };
    Judged {
        check,
        tally,
        broken,
        classes,
        panic,
    }
}

fn classes(judge: Judge, transcripts: &[&Transcript], context: &Context) -> Vec<String> {
    let Judge::Each(judge) = judge else {
        return Vec::new();
    };
    let (mut held, mut broken) = (BTreeSet::new(), BTreeSet::new());
    for transcript in transcripts
        .iter()
        .filter(|transcript| transcript.cut.is_none())
    {
        match judge(transcript, context) {
            Verdict::Held => held.extend(&transcript.labels),
            Verdict::Broken(_) => broken.extend(&transcript.labels),
            Verdict::Untouched | Verdict::Blocked(_) => {}
        }
    }
    if held.is_empty() {
        // Where nothing held, every class is broken, and naming some would mislead.
        return Vec::new();
    }
    broken
        .difference(&held)
        .take(CheckReport::MOST_CLASSES)
        .map(|label| (*label).clone())
        .collect()
}
