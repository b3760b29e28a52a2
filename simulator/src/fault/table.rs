//! The rules in force, what each has matched, and how often it has fired.

use std::collections::HashSet;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::rule::{After, BrowserFault, Fault, GraphFault, Rule, WebhookFault, When};
use crate::Clock;
use crate::journal::{Journal, What};
use crate::world::Event;

/// How many rules are kept at once, those that are spent included; more are refused.
pub const MAX_FAULTS: usize = 256;

/// Names one armed rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FaultId(pub u64);

impl fmt::Display for FaultId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a rule is not armed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FaultError {
    /// It could never fire.
    #[error("the rule \"{0}\" would never fire: give a number of at least 1")]
    Never(String),
    /// Too many are kept.
    #[error("{MAX_FAULTS} fault rules are kept already; disarm some first")]
    Full,
}

/// One rule and what has become of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Armed {
    /// Which one.
    pub id: FaultId,
    /// What it says.
    pub rule: Rule,
    /// How much it has matched.
    pub matched: u64,
    /// How often it has fired.
    pub fired: u64,
    /// Whether it will never fire again.
    pub spent: bool,
}

/// The rules of one platform; cheap to clone.
#[derive(Debug, Clone)]
pub struct Faults {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// How many rules could still fire; spares everything else the lock.
    live: AtomicUsize,
    table: Mutex<Table>,
    journal: Journal,
    clock: Clock,
}

#[derive(Debug, Default)]
struct Table {
    rows: Vec<Row>,
    drawn: u64,
}

#[derive(Debug)]
struct Row {
    armed: Armed,
    /// To whom the condition has happened. Bounded by the users of the world.
    reached: HashSet<String>,
}

/// What is about to happen, for rules to match.
struct Occasion<'a> {
    psids: &'a [String],
    path: &'a str,
}

impl Faults {
    pub(crate) fn new(journal: Journal, clock: Clock) -> Self {
        Self {
            shared: Arc::new(Shared {
                live: AtomicUsize::new(0),
                table: Mutex::default(),
                journal,
                clock,
            }),
        }
    }

    /// Puts a rule in force. Of several that match, the oldest fires.
    pub fn arm(&self, rule: Rule) -> Result<FaultId, FaultError> {
        if matches!(rule.when, When::Next(0) | When::Every(0)) {
            return Err(FaultError::Never(rule.to_string()));
        }
        let text = rule.to_string();
        let id = {
            let mut table = self.table();
            if table.rows.len() >= MAX_FAULTS {
                return Err(FaultError::Full);
            }
            table.drawn += 1;
            let id = FaultId(table.drawn);
            let armed = Armed {
                id,
                rule,
                matched: 0,
                fired: 0,
                spent: false,
            };
            table.rows.push(Row {
                armed,
                reached: HashSet::new(),
            });
            self.count(&table);
            id
        };
        self.note(format!("fault {id} armed: {text}"));
        Ok(id)
    }

    /// Takes a rule out of force; false when there is none of that name.
    pub fn disarm(&self, id: FaultId) -> bool {
        let found = {
            let mut table = self.table();
            let before = table.rows.len();
            table.rows.retain(|row| row.armed.id != id);
            self.count(&table);
            table.rows.len() < before
        };
        if found {
            self.note(format!("fault {id} disarmed"));
        }
        found
    }

    /// Every rule, the oldest first, spent ones included.
    pub fn armed(&self) -> Vec<Armed> {
        let table = self.table();
        table.rows.iter().map(|row| row.armed.clone()).collect()
    }

    /// The rules that never fired, each as a sentence.
    pub fn never_fired(&self) -> Vec<String> {
        let idle = self.armed().into_iter().filter(|armed| armed.fired == 0);
        idle.map(
            |Armed {
                 id, rule, matched, ..
             }| { format!("fault {id} never fired: {rule} (matched {matched} times)") },
        )
        .collect()
    }

    /// Whether any rule could still fire; spares the question for whom.
    pub(crate) fn any(&self) -> bool {
        self.shared.live.load(Ordering::Acquire) != 0
    }

    /// The fault of a Graph call.
    pub(crate) fn graph(&self, psid: Option<&str>, path: &str) -> Option<GraphFault> {
        let psids: Vec<_> = psid.map(str::to_owned).into_iter().collect();
        self.fire(&psids, path, |fault| match fault {
            Fault::Graph(fault) => Some(fault),
            Fault::Webhook(_) | Fault::Browser(_) => None,
        })
    }

    /// The fault of one attempt to deliver.
    pub(crate) fn webhook(&self, psids: &[String], path: &str) -> Option<WebhookFault> {
        self.fire(psids, path, |fault| match fault {
            Fault::Webhook(fault) => Some(fault),
            Fault::Graph(_) | Fault::Browser(_) => None,
        })
    }

    /// The fault of one way back.
    pub(crate) fn browser(&self, psid: Option<&str>, path: &str) -> Option<BrowserFault> {
        let psids: Vec<_> = psid.map(str::to_owned).into_iter().collect();
        self.fire(&psids, path, |fault| match fault {
            Fault::Browser(fault) => Some(fault),
            Fault::Graph(_) | Fault::Webhook(_) => None,
        })
    }

    /// Notes what has happened to a user, for rules that wait for it.
    pub(crate) fn witness(&self, event: &Event) {
        if !self.any() {
            return;
        }
        let (psid, state) = match event {
            Event::Opened { psid, .. } => (psid, After::Opened),
            Event::Returned { psid, .. } => (psid, After::Returned),
            Event::Concluded {
                psid,
                code: Some(_),
                ..
            } => (psid, After::Linked),
            Event::Concluded { psid, .. } => (psid, After::Aborted),
            Event::Unlinked { psid, .. } => (psid, After::Unlinked),
            _ => return,
        };
        for row in &mut self.table().rows {
            if row.armed.rule.after == Some(state) {
                row.reached.insert(psid.clone());
            }
        }
    }

    fn fire<T>(
        &self,
        psids: &[String],
        path: &str,
        of_leg: impl Fn(Fault) -> Option<T>,
    ) -> Option<T> {
        if !self.any() {
            return None;
        }
        let occasion = Occasion { psids, path };
        let mut fired = None;
        {
            let mut table = self.table();
            for row in &mut table.rows {
                let Some(fault) = of_leg(row.armed.rule.fault) else {
                    continue;
                };
                // One fault is enough, but every rule counts what it matches.
                if row.matches(&occasion) && row.count(fired.is_none()) {
                    fired = Some((fault, row.armed.id, row.armed.rule.to_string()));
                }
            }
            self.count(&table);
        }
        let (fault, id, rule) = fired?;
        self.note(format!("fault {id} fires: {rule}"));
        Some(fault)
    }

    fn count(&self, table: &Table) {
        let live = table.rows.iter().filter(|row| !row.armed.spent).count();
        self.shared.live.store(live, Ordering::Release);
    }

    fn note(&self, text: String) {
        let now_ms = self.shared.clock.now_ms();
        self.shared.journal.append(now_ms, None, What::Note(text));
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Counts are the only thing that changes in place, so the table is never torn.
        self.shared
            .table
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Row {
    fn matches(&self, occasion: &Occasion<'_>) -> bool {
        let Rule {
            psid, path, after, ..
        } = &self.armed.rule;
        !self.armed.spent
            && psid
                .as_ref()
                .is_none_or(|psid| occasion.psids.contains(psid))
            && path
                .as_ref()
                .is_none_or(|part| occasion.path.contains(part))
            && after.is_none_or(|_| {
                occasion
                    .psids
                    .iter()
                    .any(|psid| self.reached.contains(psid))
            })
    }

    /// Counts a match; true when the rule fires for it, which it does only if `free`.
    fn count(&mut self, free: bool) -> bool {
        let armed = &mut self.armed;
        armed.matched += 1;
        let due = match armed.rule.when {
            When::Next(_) => true,
            When::Every(nth) => armed.matched.is_multiple_of(u64::from(nth)),
        };
        if !(due && free) {
            return false;
        }
        armed.fired += 1;
        armed.spent =
            matches!(armed.rule.when, When::Next(count) if armed.fired >= u64::from(count));
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fault::ErrorPreset;

    const CUT: Fault = Fault::Webhook(WebhookFault::Cut);

    fn faults() -> Faults {
        Faults::new(Journal::new(), Clock::starting_at(0))
    }

    fn cut(faults: &Faults, psid: &str) -> bool {
        faults.webhook(&[psid.to_owned()], "/webhook").is_some()
    }

    #[test]
    fn next_fires_so_often_and_is_spent() {
        let faults = faults();
        faults.arm(Rule::new(CUT, When::Next(2))).unwrap();
        let fired: Vec<_> = (0..4).map(|_| cut(&faults, "1")).collect();
        assert_eq!(fired, [true, true, false, false]);
        let armed = &faults.armed()[0];
        assert_eq!((armed.matched, armed.fired, armed.spent), (2, 2, true));
        assert_eq!(faults.never_fired(), Vec::<String>::new());
    }

    #[test]
    fn conditions_must_all_hold() {
        let faults = faults();
        let rule = Rule::new(CUT, When::Next(9))
            .for_user("1")
            .on_path("hook")
            .once(After::Linked);
        let id = faults.arm(rule).unwrap();
        assert!(!cut(&faults, "1"), "not linked yet");
        for psid in ["1", "2"] {
            faults.witness(&Event::Unlinked {
                psid: psid.to_owned(),
                notify: false,
            });
        }
        assert!(!cut(&faults, "1"), "unlinked is not linked");
        assert_eq!(faults.never_fired().len(), 1);
        assert!(faults.graph(Some("1"), "/webhook").is_none(), "another leg");
        assert!(faults.disarm(id));
        assert!(!faults.disarm(id));
    }

    #[test]
    fn of_several_rules_the_oldest_fires() {
        let faults = faults();
        let error = |preset| Rule::new(Fault::Graph(GraphFault::Error(preset)), When::Next(1));
        faults.arm(error(ErrorPreset::Temporary)).unwrap();
        faults.arm(error(ErrorPreset::RateLimit)).unwrap();
        let fired: Vec<_> = (0..3).map(|_| faults.graph(None, "/me")).collect();
        let presets = [ErrorPreset::Temporary, ErrorPreset::RateLimit];
        let [first, second] = presets.map(|preset| Some(GraphFault::Error(preset)));
        assert_eq!(fired, [first, second, None]);
    }

    #[test]
    fn rules_that_cannot_fire_or_be_kept_are_refused() {
        let faults = faults();
        for when in [When::Next(0), When::Every(0)] {
            assert!(matches!(
                faults.arm(Rule::new(CUT, when)),
                Err(FaultError::Never(_))
            ));
        }
        for _ in 0..MAX_FAULTS {
            faults.arm(Rule::new(CUT, When::Next(1))).unwrap();
        }
        assert_eq!(
            faults.arm(Rule::new(CUT, When::Next(1))),
            Err(FaultError::Full)
        );
    }

    proptest! {
        #[test]
        fn every_nth_fires_exactly_at_the_multiples(nth in 1_u32..9, tries in 0_usize..60) {
            let faults = faults();
            faults.arm(Rule::new(CUT, When::Every(nth))).unwrap();
            let fired: Vec<_> = (1..=tries).filter(|_| cut(&faults, "1")).collect();
            let expected: Vec<_> = (1..=tries).filter(|at| at % nth as usize == 0).collect();
            prop_assert_eq!(fired, expected);
        }

        #[test]
        fn a_rule_reads_as_it_was_written(nth in 1_u32..9, psid in prop::option::of("[0-9]{1,20}")) {
            let mut rule = Rule::new(Fault::Browser(BrowserFault::Late { ms: 5 }), When::Every(nth));
            rule.psid = psid;
            let text = serde_json::to_string(&rule).unwrap();
            prop_assert_eq!(serde_json::from_str::<Rule>(&text).unwrap(), rule);
        }
    }
}
