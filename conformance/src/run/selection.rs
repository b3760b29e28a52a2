//! Which checks a run judges, and which scenarios have to be played for them.

use std::collections::BTreeSet;

use super::{Options, RunError};
use crate::catalogue::{self, UnknownCheck};
use crate::check::{Check, Level};
use crate::text::Text;

/// Name of the scenario that every run plays first.
pub(super) const CALIBRATION: &str = "calibration";

/// The checks of a run, in the order of the catalogue.
#[derive(Debug, Clone)]
pub(super) struct Selection {
    /// Asked for.
    pub(super) checks: Vec<&'static Check>,
}

impl Selection {
    /// All checks, or those named, without those to skip. Every unknown id is told at once.
    pub(super) fn of(options: &Options) -> Result<Self, RunError> {
        let unknown: Vec<String> = options
            .check
            .iter()
            .chain(&options.skip)
            .filter(|id| catalogue::find(id).is_none())
            .map(|id| UnknownCheck::new(id).to_string())
            .collect();
        if !unknown.is_empty() {
            let told = unknown.join("; ");
            return Err(RunError::Usage(Text::new(
                told.clone(),
                format!("没有这样的检查:{told}"),
            )));
        }
        let named =
            |ids: &[String], check: &Check| ids.iter().any(|id| id.eq_ignore_ascii_case(check.id));
        let checks: Vec<&'static Check> = catalogue::checks()
            .filter(|check| options.check.is_empty() || named(&options.check, check))
            .filter(|check| !named(&options.skip, check))
            .collect();
        if checks.is_empty() {
            return Err(RunError::NothingToDo(Text::fixed(
                "no check is left: every one that was asked for is skipped as well",
                "没有剩下任何检查:所选的检查都被跳过了",
            )));
        }
        Ok(Self { checks })
    }

    /// The checks that the report shows: those asked for, and the control checks that calibration judges anyway.
    pub(super) fn shown(&self) -> Vec<&'static Check> {
        catalogue::checks()
            .filter(|check| {
                self.checks.iter().any(|asked| asked.id == check.id)
                    || (check.level == Level::Control && check.scenarios.contains(&CALIBRATION))
            })
            .collect()
    }

    /// Names of the scenarios that the asked checks read.
    pub(super) fn scenarios(&self) -> BTreeSet<&'static str> {
        self.checks
            .iter()
            .flat_map(|check| check.scenarios)
            .copied()
            .filter(|name| *name != CALIBRATION)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::date::Date;
    use crate::scenario::Profile;

    fn options(check: &[&str], skip: &[&str]) -> Options {
        let mut options = Options::new(Profile::Smoke, 1, Date::new(2026, 12, 1).unwrap());
        options.check = check.iter().map(ToString::to_string).collect();
        options.skip = skip.iter().map(ToString::to_string).collect();
        options
    }

    #[test]
    fn unknown_ids_are_all_told_at_once_with_their_right_spelling() {
        let error = Selection::of(&options(&["RED-1", "XYZ-99"], &["LINK-01"])).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        let told = error.to_string();
        assert!(
            told.contains("RED-1") && told.contains("XYZ-99") && told.contains("LINK-01"),
            "{told}"
        );
        assert!(told.contains("did you mean RED-01?"), "{told}");
    }

    #[test]
    fn a_selection_that_skips_itself_is_nothing_to_do() {
        let error = Selection::of(&options(&["RED-05"], &["red-05"])).unwrap_err();
        assert_eq!(error.exit_code(), 4);
    }

    #[test]
    fn only_the_scenarios_of_the_asked_checks_are_played() {
        let selection = Selection::of(&options(&["red-05"], &[])).unwrap();
        assert_eq!(selection.checks.len(), 1);
        let wanted: BTreeSet<&str> = catalogue::find("RED-05")
            .unwrap()
            .scenarios
            .iter()
            .copied()
            .collect();
        assert_eq!(selection.scenarios(), wanted);
        assert!(selection.shown().iter().any(|check| check.id == "CTL-01"));
    }
}
