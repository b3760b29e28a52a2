//! The verdict: text and exit code of a whole run, from one pure function.

use serde::{Deserialize, Serialize};

use super::floor::Floor;
use super::outcome::Outcome;
use crate::check::Level;
use crate::text::Text;

/// What a run says about the backend, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every check that counts passed, was waived, or failed as expected; enough was judged.
    Conformant,
    /// The backend breaks a level that counts.
    Violations,
    /// The accounts were rejected, so the backend's pages could not be passed.
    Environment,
    /// Too few of the MUST checks could be judged.
    TooLittle,
    /// The suite, or what it observes with, cannot be believed.
    Harness,
    /// All is well but the expectations, which are out of date.
    Stale,
    /// Time ran out before everything was played.
    Incomplete,
}

/// What the verdict is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// Level and outcome of each selected check.
    pub(crate) outcomes: &'a [(Level, Outcome)],
    /// From which level on a broken check counts.
    pub(crate) fail_on: Level,
    /// The login page refused the right password.
    pub(crate) accounts_rejected: bool,
    /// Expectations and waivers past their last day.
    pub(crate) expired: usize,
}

/// The verdict. Precedence of exit codes: 5 > 3 > 2 > 4 > 1 > 7 > 6 > 0 (2 never gets this far).
pub(crate) fn verdict(facts: Facts<'_>) -> Verdict {
    let any = |wanted: &dyn Fn(Level, Outcome) -> bool| {
        facts.outcomes.iter().any(|(level, is)| wanted(*level, *is))
    };
    if any(&|_, outcome| outcome == Outcome::HarnessError) {
        Verdict::Harness
    } else if facts.accounts_rejected {
        Verdict::Environment
    } else if !Floor::of(facts.outcomes).met() {
        Verdict::TooLittle
    } else if any(&|level, outcome| {
        outcome == Outcome::Fail || (outcome == Outcome::Flaky && level <= facts.fail_on)
    }) {
        Verdict::Violations
    } else if any(&|_, outcome| outcome == Outcome::Incomplete) {
        Verdict::Incomplete
    } else if facts.expired > 0 || any(&|_, outcome| outcome == Outcome::UnexpectedPass) {
        Verdict::Stale
    } else {
        Verdict::Conformant
    }
}

impl Verdict {
    /// The process exit code.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Conformant => 0,
            Self::Violations => 1,
            Self::Environment => 3,
            Self::TooLittle => 4,
            Self::Harness => 5,
            Self::Stale => 6,
            Self::Incomplete => 7,
        }
    }

    /// The sentence of the head line.
    pub fn text(self) -> &'static Text {
        static CONFORMANT: Text = Text::fixed(
            "the backend links accounts as the page demands",
            "后端的账户绑定符合官方页面的要求",
        );
        static VIOLATIONS: Text = Text::fixed(
            "the backend breaks rules that count",
            "后端违反了计分的规则",
        );
        static ENVIRONMENT: Text = Text::fixed(
            "the accounts were rejected, so nothing behind the login could be judged",
            "测试账户被拒绝登录,登录之后的规则无法判定",
        );
        static TOO_LITTLE: Text = Text::fixed(
            "too little could be judged to say anything",
            "可判定的规则太少,无法下结论",
        );
        static HARNESS: Text = Text::fixed(
            "the observation or the suite itself cannot be believed",
            "观测手段或测试套件本身不可信",
        );
        static STALE: Text = Text::fixed(
            "the backend is well, but declared expectations are out of date",
            "后端没有问题,但声明的例外已经过期或不再成立",
        );
        static INCOMPLETE: Text = Text::fixed(
            "time ran out before everything was played",
            "时间用完,尚有用例没有执行",
        );
        match self {
            Self::Conformant => &CONFORMANT,
            Self::Violations => &VIOLATIONS,
            Self::Environment => &ENVIRONMENT,
            Self::TooLittle => &TOO_LITTLE,
            Self::Harness => &HARNESS,
            Self::Stale => &STALE,
            Self::Incomplete => &INCOMPLETE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exit(outcomes: &[(Level, Outcome)], accounts_rejected: bool, expired: usize) -> u8 {
        verdict(Facts {
            outcomes,
            fail_on: Level::Must,
            accounts_rejected,
            expired,
        })
        .exit_code()
    }

    #[test]
    fn each_outcome_alone_leads_to_its_exit_code() {
        use Level::{Hardening, Info, Must, Should};
        let pass = (Must, Outcome::Pass);
        for (other, code) in [
            ((Must, Outcome::Pass), 0),
            ((Must, Outcome::Fail), 1),
            ((Should, Outcome::Fail), 1),
            ((Must, Outcome::Flaky), 1),
            ((Should, Outcome::Flaky), 0),
            ((Must, Outcome::ExpectedFail), 0),
            ((Must, Outcome::UnexpectedPass), 6),
            ((Should, Outcome::Warn), 0),
            ((Hardening, Outcome::Hardening), 0),
            ((Info, Outcome::Review), 0),
            ((Must, Outcome::NotTestable), 0),
            ((Must, Outcome::Waived), 0),
            ((Must, Outcome::NotApplicable), 0),
            ((Must, Outcome::Blocked), 0),
            ((Must, Outcome::Incomplete), 7),
            ((Must, Outcome::HarnessError), 5),
        ] {
            assert_eq!(exit(&[pass, pass, other], false, 0), code, "{other:?}");
        }
    }

    #[test]
    fn the_graver_code_wins() {
        use Level::Must;
        let (pass, fail) = ((Must, Outcome::Pass), (Must, Outcome::Fail));
        let (lie, late) = ((Must, Outcome::HarnessError), (Must, Outcome::Incomplete));
        let (blocked, stale) = ((Must, Outcome::Blocked), (Must, Outcome::UnexpectedPass));
        for (outcomes, rejected, expired, code) in [
            (vec![pass, fail, lie, late], true, 1, 5),
            (vec![pass, fail, late], true, 1, 3),
            (vec![fail, blocked, blocked], false, 1, 4),
            (vec![pass, fail, late, stale], false, 1, 1),
            (vec![pass, late, stale], false, 1, 7),
            (vec![pass, stale], false, 0, 6),
            (vec![pass], false, 1, 6),
            (vec![pass], false, 0, 0),
            (vec![], false, 0, 4),
        ] {
            assert_eq!(exit(&outcomes, rejected, expired), code, "{outcomes:?}");
        }
    }

    #[test]
    fn a_flaky_check_counts_where_its_level_counts() {
        let outcomes = [
            (Level::Should, Outcome::Flaky),
            (Level::Must, Outcome::Pass),
        ];
        let strict = verdict(Facts {
            outcomes: &outcomes,
            fail_on: Level::Should,
            accounts_rejected: false,
            expired: 0,
        });
        assert_eq!(strict, Verdict::Violations);
    }
}
