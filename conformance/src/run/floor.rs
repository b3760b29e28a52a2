//! The coverage floor: a run that could judge under half of the MUST checks says nothing (exit 4).

use super::outcome::Outcome;
use crate::check::Level;

/// How many of the checks that matter were judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Floor {
    /// Judged.
    pub(crate) judged: usize,
    /// Should have been; waived ones are left out.
    pub(crate) of: usize,
}

impl Floor {
    /// Counts MUST checks; where a selection has none, all of its checks.
    pub(crate) fn of(outcomes: &[(Level, Outcome)]) -> Self {
        let any_must = outcomes.iter().any(|(level, _)| *level == Level::Must);
        let counted = outcomes.iter().filter(|(level, outcome)| {
            (!any_must || *level == Level::Must) && *outcome != Outcome::Waived
        });
        let mut floor = Self { judged: 0, of: 0 };
        for (_, outcome) in counted {
            floor.of += 1;
            // A run cut short by its time limit has an exit code of its own (7).
            floor.judged += usize::from(outcome.judged() || *outcome == Outcome::Incomplete);
        }
        if floor.of == 0 && !outcomes.is_empty() {
            // Everything was waived: accepted as it is.
            return Self { judged: 1, of: 1 };
        }
        floor
    }

    /// Whether at least half was judged; of nothing, nothing is proved.
    pub(crate) fn met(self) -> bool {
        self.of > 0 && self.judged * 2 >= self.of
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_of_the_must_checks_is_enough_and_less_is_not() {
        let must = |outcome| (Level::Must, outcome);
        assert!(Floor::of(&[must(Outcome::Pass), must(Outcome::Blocked)]).met());
        assert!(
            !Floor::of(&[
                must(Outcome::Pass),
                must(Outcome::Blocked),
                must(Outcome::NotTestable)
            ])
            .met()
        );
        assert!(!Floor::of(&[must(Outcome::NotApplicable), (Level::Should, Outcome::Pass)]).met());
        assert!(!Floor::of(&[]).met());
    }

    #[test]
    fn waived_checks_and_other_levels_do_not_count() {
        let outcomes = [
            (Level::Must, Outcome::Pass),
            (Level::Must, Outcome::Waived),
            (Level::Should, Outcome::NotTestable),
            (Level::Should, Outcome::NotTestable),
        ];
        assert_eq!(Floor::of(&outcomes), Floor { judged: 1, of: 1 });
        assert!(Floor::of(&[(Level::Hardening, Outcome::Pass)]).met());
    }
}
