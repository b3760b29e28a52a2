//! The report of a run, put together from what was judged, what is lacking, and what was expected.

use std::collections::{BTreeMap, BTreeSet};

use super::calibrate::Calibrated;
use super::capability::Capabilities;
use super::exception::Exceptions;
use super::judging::Judged;
use super::outcome::{Known, Outcome, decide};
use super::play::Played;
use super::shrink::Smallest;
use super::verdict::{Facts, verdict};
use super::{Options, Verdict};
use crate::catalogue;
use crate::check::{Check, Level, Need};
use crate::judge::Finding;
use crate::report::{Basis, CheckReport, FindingReport, Minimal};
use crate::scenario::Profile;
use crate::text::Text;
use crate::transcript::Transcript;

/// The happy path; where it fails, checks that need a login and could judge nothing wait for it.
const HAPPY_PATH: &str = "CTL-01";
/// The signed twin; where it is refused, checks that need the webhook and could judge nothing wait for it.
const SIGNED_TWIN: &str = "CTL-03";
/// Control checks that judge the suite's own means.
const OWN_MEANS: [&str; 2] = ["CTL-02", "CTL-04"];

/// Everything that outcomes are made of.
pub(super) struct Evidence<'a> {
    pub(super) options: &'a Options,
    pub(super) calibrated: &'a Calibrated,
    pub(super) capabilities: &'a Capabilities,
    pub(super) scenario_needs: &'a BTreeMap<&'static str, &'static [Need]>,
    pub(super) played: &'a Played,
    pub(super) judged: &'a [Judged],
    pub(super) inconsistent: &'a BTreeSet<&'static str>,
    pub(super) smallest: &'a BTreeMap<&'static str, Smallest>,
    pub(super) exceptions: &'a Exceptions,
}

impl Evidence<'_> {
    /// The checks of the report.
    pub(super) fn checks(&self) -> Vec<CheckReport> {
        let mut checks: Vec<CheckReport> = self
            .judged
            .iter()
            .map(|judged| self.check(judged))
            .collect();
        let waiting: Vec<String> = checks
            .iter()
            .filter_map(|check| check.blocked_by.clone())
            .collect();
        for check in &mut checks {
            check.blocks = waiting.iter().filter(|id| **id == check.id).count();
        }
        checks
    }

    /// The verdict on them.
    pub(super) fn verdict(&self, checks: &[CheckReport]) -> Verdict {
        // Control checks that were not asked for tell, but do not count as judged.
        let outcomes: Vec<(Level, Outcome)> = checks
            .iter()
            .map(|check| (check.level, check.outcome))
            .collect();
        verdict(Facts {
            outcomes: &outcomes,
            fail_on: self.options.fail_on,
            accounts_rejected: self.calibrated.accounts_rejected && self.failed(HAPPY_PATH),
            expired: self.exceptions.stale.len(),
        })
    }

    fn failed(&self, id: &str) -> bool {
        self.judged
            .iter()
            .any(|judged| judged.check.id == id && !judged.tally.findings.is_empty())
    }

    /// The failed control check that this check depends on.
    fn root(&self, check: &Check) -> Option<&'static str> {
        [(HAPPY_PATH, Need::Login), (SIGNED_TWIN, Need::Webhook)]
            .into_iter()
            .find(|(id, need)| check.id != *id && check.needs.contains(need) && self.failed(id))
            .map(|(id, _)| id)
    }

    /// Why nothing touched a rule: the profile does not play it, or plays too little of it, or the backend never does it.
    fn untouched(&self, check: &Check) -> Text {
        let smoke = self.options.profile == Profile::Smoke;
        let played = self
            .played
            .transcripts
            .keys()
            .any(|(scenario, _)| check.scenarios.contains(scenario));
        match (smoke, played) {
            (true, false) => Text::fixed(
                "the smoke profile does not try it; --profile default does",
                "smoke 档位不尝试它;--profile default 会",
            ),
            (true, true) => Text::fixed(
                "the few examples of the smoke profile did not meet it; --profile default plays more",
                "smoke 档位的少量用例没有遇到它;--profile default 用例更多",
            ),
            (false, _) => Text::fixed(
                "nothing that the backend did in this run touches the rule",
                "后端在本次运行中的行为没有涉及该规则",
            ),
        }
    }

    fn check(&self, judged: &Judged) -> CheckReport {
        let Judged { check, tally, .. } = judged;
        let lacking = self.capabilities.lacking(check, self.scenario_needs);
        let root = self.root(check);
        let panic = check
            .scenarios
            .iter()
            .find_map(|scenario| self.played.panics.get(scenario))
            .or(judged.panic.as_ref());
        let known = Known {
            lacking: lacking.is_some(),
            examples: tally.examples,
            broken: tally.findings.len() + usize::from(panic.is_some()),
            inconsistent: self.inconsistent.contains(check.id),
            blocked: tally.blocked.len(),
            root_failed: root.is_some(),
            unplayed: check
                .scenarios
                .iter()
                .any(|scenario| self.played.unplayed.contains(scenario)),
            suite: panic.is_some() || OWN_MEANS.contains(&check.id),
            expected: self.exceptions.expected(check.id).is_some(),
            waived: self.exceptions.waived(check.id).is_some(),
        };
        let outcome = decide(check.level, self.options.fail_on, known);
        let blocked_by = root
            .filter(|_| outcome == Outcome::Blocked)
            .map(str::to_owned);
        let reason = match outcome {
            Outcome::NotTestable => lacking.cloned(),
            Outcome::Blocked => root
                .map(waits_for)
                .or_else(|| tally.blocked.first().cloned()),
            Outcome::HarnessError => panic.map(|said| {
                Text::new(
                    format!("the suite itself broke down: {said}; please report it"),
                    format!("测试套件自身出错:{said};请报告该问题"),
                )
            }),
            Outcome::Incomplete => Some(Text::fixed(
                "time ran out before all of its examples were played; raise the limit, or ask for fewer checks",
                "时间用完,该检查的用例没有全部执行;请放宽时限,或减少所选检查",
            )),
            Outcome::ExpectedFail | Outcome::UnexpectedPass => {
                self.exceptions.expected(check.id).map(|exception| {
                    Text::new(
                        format!("[[expect]] until {}: {}", exception.until, exception.reason),
                        format!("[[expect]] 至 {}:{}", exception.until, exception.reason),
                    )
                })
            }
            Outcome::Waived => self.exceptions.waived(check.id).map(|exception| {
                Text::new(
                    format!("[[waive]] until {}: {}", exception.until, exception.reason),
                    format!("[[waive]] 至 {}:{}", exception.until, exception.reason),
                )
            }),
            Outcome::NotApplicable => Some(self.untouched(check)),
            _ => None,
        };
        let sees =
            check.needs.contains(&Need::Observation) || check.needs.contains(&Need::Identity);
        CheckReport {
            id: check.id.to_owned(),
            level: check.level,
            outcome,
            title: check.title.clone(),
            basis: check.basis.iter().filter_map(|id| basis(id)).collect(),
            examples: tally.examples,
            broken: tally.findings.len(),
            observation: sees.then_some(self.calibrated.calibration.observation),
            classes: judged.classes.clone(),
            reason,
            blocked_by,
            blocks: 0,
            why: check.why.clone(),
            fault: check.fault.clone(),
            findings: self.findings(judged),
        }
    }

    fn findings(&self, judged: &Judged) -> Vec<FindingReport> {
        let id = judged.check.id;
        let report = |finding: &Finding,
                      transcript: Option<&Transcript>,
                      minimal: Option<Minimal>| FindingReport {
            transcript: finding.transcript.clone(),
            message: finding.message.clone(),
            sent: transcript.and_then(|transcript| sent(finding, transcript)),
            expected: finding.expected.clone(),
            got: finding.got.clone(),
            replay: format!("linklab check --check {id} --seed {}", self.options.seed),
            minimal,
        };
        let smallest = self.smallest.get(id);
        let first = smallest.map(|smallest| {
            let minimal = Minimal {
                value: smallest.value.clone(),
                steps: smallest.steps,
                complete: smallest.complete,
                transcript: serde_json::to_value(&smallest.transcript).unwrap_or_default(),
            };
            report(&smallest.finding, Some(&smallest.transcript), Some(minimal))
        });
        let others = judged
            .tally
            .findings
            .iter()
            // The example that was made smaller is told in its small form.
            .skip(usize::from(first.is_some()))
            .map(|finding| {
                let transcript = self
                    .played
                    .transcripts
                    .values()
                    .find(|transcript| transcript.id == finding.transcript);
                report(finding, transcript, None)
            });
        first
            .into_iter()
            .chain(others)
            .take(CheckReport::MOST_FINDINGS)
            .collect()
    }
}

fn waits_for(root: &'static str) -> Text {
    Text::new(
        format!("nothing could be judged because {root} failed; mend that first"),
        format!("{root} 失败,因此无法判定;请先修复它"),
    )
}

fn basis(id: &str) -> Option<Basis> {
    Some(Basis {
        id: id.to_owned(),
        text: catalogue::basis(id)?,
    })
}

/// The `redirect_uri` that was sent, where the finding is about a URL.
fn sent(finding: &Finding, transcript: &Transcript) -> Option<String> {
    let about_url = [&finding.expected, &finding.got]
        .iter()
        .any(|value| value.contains("://"));
    let flow = transcript.flows.first().filter(|_| about_url)?;
    (flow.redirect_uri != finding.expected).then(|| flow.redirect_uri.clone())
}
