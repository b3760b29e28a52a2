//! What can be tested here: the needs that are met, and for each that is not the sentence how to meet it.

use std::collections::BTreeMap;

use crate::catalogue;
use crate::check::{Check, Need};
use crate::context::{Calibration, ObservationLevel};
use crate::scenario::AnyScenario;
use crate::subject::Described;
use crate::text::Text;

/// Needs that are not met, each with why and what to do.
#[derive(Debug, Clone, Default)]
pub(super) struct Capabilities {
    missing: BTreeMap<Need, Text>,
}

impl Capabilities {
    /// What the description alone tells; `started`: the run starts the backend itself.
    pub(super) fn described(described: &Described, started: bool) -> Self {
        let subject = &described.subject;
        let mut capabilities = Self::default();
        let mut unless = |met: bool, need: Need| {
            if !met {
                capabilities.lack(need, None);
            }
        };
        unless(!subject.accounts.is_empty(), Need::Login);
        unless(!subject.accounts.is_empty(), Need::BadPassword);
        unless(subject.accounts.len() >= 2, Need::TwoAccounts);
        unless(subject.graph, Need::Graph);
        // A backend that the run does not start signs with a secret that nobody told the run.
        let secret = started || described.platform.app_secret.is_some();
        let webhook = subject.webhook_url.is_some() && secret;
        unless(webhook, Need::Webhook);
        unless(
            webhook && subject.graph && subject.chat.login.is_some(),
            Need::ChatLogin,
        );
        let logout = webhook && subject.chat.logout.is_some();
        unless(
            subject.graph && (subject.unlink.is_some() || logout),
            Need::BackendUnlink,
        );
        capabilities
    }

    /// What calibration tells beside.
    pub(super) fn observed(&mut self, calibration: &Calibration, named: bool, why: Option<&Text>) {
        if calibration.observation < ObservationLevel::Chat {
            self.lack(Need::Observation, why);
        }
        if calibration.observation < ObservationLevel::Probe || !named {
            self.lack(
                Need::Identity,
                why.filter(|_| calibration.observation < ObservationLevel::Probe),
            );
        }
    }

    /// Notes that a need is not met.
    pub(super) fn lack(&mut self, need: Need, why: Option<&Text>) {
        self.missing.entry(need).or_insert_with(|| {
            let (name, remedy) = (catalogue::need_name(need), catalogue::remedy(need));
            let en = why.map_or_else(String::new, |why| format!(" ({})", why.en));
            let zh = why.map_or_else(String::new, |why| format!("({})", why.zh));
            Text::new(
                format!("needs {}{en}: {}", name.en, remedy.en),
                format!("需要{}{zh}:{}", name.zh, remedy.zh),
            )
        });
    }

    /// Whether a need is met.
    pub(super) fn has(&self, need: Need) -> bool {
        !self.missing.contains_key(&need)
    }

    /// Whether a scenario can be played.
    pub(super) fn playable(&self, scenario: &dyn AnyScenario) -> bool {
        scenario.needs().iter().all(|need| self.has(*need))
    }

    /// Why a check cannot be tested: a need of its own, or of every scenario that it reads.
    pub(super) fn lacking(
        &self,
        check: &Check,
        scenario_needs: &BTreeMap<&str, &[Need]>,
    ) -> Option<&Text> {
        let first = |needs: &[Need]| needs.iter().find_map(|need| self.missing.get(need));
        first(check.needs).or_else(|| {
            let reasons: Vec<Option<&Text>> = check
                .scenarios
                .iter()
                .map(|name| scenario_needs.get(name).and_then(|needs| first(needs)))
                .collect();
            match reasons.first() {
                Some(reason) if reasons.iter().all(Option::is_some) => *reason,
                _ => None,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_url_lacks_nearly_everything_and_says_how_to_get_it() {
        let described = Described::from_url("http://127.0.0.1:9/authorize").unwrap();
        let capabilities = Capabilities::described(&described, false);
        for (need, word) in [
            (Need::Login, "[[accounts]]"),
            (Need::Webhook, "webhook_url"),
            (Need::Graph, "[platform] listen"),
            (Need::TwoAccounts, "second account"),
            (Need::ChatLogin, "[chat] login"),
            (Need::BackendUnlink, "[actions] unlink"),
        ] {
            assert!(!capabilities.has(need), "{need:?}");
            assert!(capabilities.missing[&need].en.contains(word), "{need:?}");
        }
    }

    #[test]
    fn observation_takes_what_calibration_found() {
        let mut capabilities = Capabilities::default();
        let mut calibration = Calibration {
            origin_pinned: false,
            path_pinned: false,
            latency_ms: 1,
            observation: ObservationLevel::Chat,
        };
        capabilities.observed(&calibration, false, None);
        assert!(capabilities.has(Need::Observation) && !capabilities.has(Need::Identity));
        let mut capabilities = Capabilities::default();
        calibration.observation = ObservationLevel::Wire;
        let why = Text::fixed("the answers never differ", "回答没有差别");
        capabilities.observed(&calibration, false, Some(&why));
        assert!(
            capabilities.missing[&Need::Observation]
                .en
                .contains("never differ")
        );
    }
}
