//! What became of a check: one pure function from what is known to one of fourteen words.

use serde::{Deserialize, Serialize};

use crate::check::Level;

/// The outcome of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Held in every example.
    Pass,
    /// Broken, at a level that counts.
    Fail,
    /// Broken, as declared under `[[expect]]`.
    ExpectedFail,
    /// Declared as failing, and held.
    UnexpectedPass,
    /// Broken at SHOULD.
    Warn,
    /// Broken at HARDENING.
    Hardening,
    /// Broken at INFO: a person should look.
    Review,
    /// Broken once and held when tried again.
    Flaky,
    /// Could not be judged for want of something; see the reason.
    NotTestable,
    /// Could not be judged, as accepted under `[[waive]]`.
    Waived,
    /// The backend never did what the rule is about.
    NotApplicable,
    /// A premise failed, so nothing was proved.
    Blocked,
    /// The run ended before the check's examples were played.
    Incomplete,
    /// The suite, or what it observes with, cannot be believed.
    HarnessError,
}

impl Outcome {
    /// All of them, in the order in which tables show them.
    pub const ALL: [Self; 14] = [
        Self::Fail,
        Self::Flaky,
        Self::HarnessError,
        Self::Blocked,
        Self::Incomplete,
        Self::UnexpectedPass,
        Self::Warn,
        Self::Hardening,
        Self::Review,
        Self::ExpectedFail,
        Self::NotTestable,
        Self::Waived,
        Self::NotApplicable,
        Self::Pass,
    ];

    /// The word of report.json.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::ExpectedFail => "expected-fail",
            Self::UnexpectedPass => "unexpected-pass",
            Self::Warn => "warn",
            Self::Hardening => "hardening",
            Self::Review => "review",
            Self::Flaky => "flaky",
            Self::NotTestable => "not-testable",
            Self::Waived => "waived",
            Self::NotApplicable => "not-applicable",
            Self::Blocked => "blocked",
            Self::Incomplete => "incomplete",
            Self::HarnessError => "harness-error",
        }
    }

    /// Whether the check was decided: its examples said that it held or that it did not.
    pub fn judged(self) -> bool {
        matches!(
            self,
            Self::Pass
                | Self::Fail
                | Self::ExpectedFail
                | Self::UnexpectedPass
                | Self::Warn
                | Self::Hardening
                | Self::Review
                | Self::Flaky
        )
    }
}

/// What is known of a check when its outcome is decided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts, each of which turns the outcome; any state made of them would be a product"
)]
pub(crate) struct Known {
    /// Something that it needs is not there.
    pub(crate) lacking: bool,
    /// Examples that touched the rule and were judged.
    pub(crate) examples: usize,
    /// Examples that broke it.
    pub(crate) broken: usize,
    /// Replays of the broken examples did not agree.
    pub(crate) inconsistent: bool,
    /// Examples that proved nothing.
    pub(crate) blocked: usize,
    /// A control check that it depends on failed.
    pub(crate) root_failed: bool,
    /// Examples that were not played for want of time.
    pub(crate) unplayed: bool,
    /// A broken rule here means that the suite's own means cannot be believed (CTL-02, CTL-04), or it panicked.
    pub(crate) suite: bool,
    /// Declared under `[[expect]]`.
    pub(crate) expected: bool,
    /// Declared under `[[waive]]`.
    pub(crate) waived: bool,
}

/// The outcome. A broken rule is told before everything that was not proved; what was not proved never passes.
pub(crate) fn decide(level: Level, fail_on: Level, known: Known) -> Outcome {
    if known.broken > 0 {
        return broken(level, fail_on, known);
    }
    let undecided = if known.lacking {
        Outcome::NotTestable
    } else if known.root_failed && known.examples == 0 {
        Outcome::Blocked
    } else if known.unplayed {
        Outcome::Incomplete
    } else if known.examples > 0 {
        return if known.expected {
            Outcome::UnexpectedPass
        } else {
            Outcome::Pass
        };
    } else if known.blocked > 0 {
        Outcome::Blocked
    } else {
        Outcome::NotApplicable
    };
    if known.waived {
        Outcome::Waived
    } else {
        undecided
    }
}

fn broken(level: Level, fail_on: Level, known: Known) -> Outcome {
    if known.suite {
        return Outcome::HarnessError;
    }
    if known.expected {
        return Outcome::ExpectedFail;
    }
    if known.inconsistent {
        return Outcome::Flaky;
    }
    let counts = level <= fail_on;
    match level {
        Level::Control | Level::Must => Outcome::Fail,
        Level::Should | Level::Hardening if counts => Outcome::Fail,
        Level::Should => Outcome::Warn,
        Level::Hardening => Outcome::Hardening,
        Level::Info => Outcome::Review,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELD: Known = Known {
        lacking: false,
        examples: 5,
        broken: 0,
        inconsistent: false,
        blocked: 0,
        root_failed: false,
        unplayed: false,
        suite: false,
        expected: false,
        waived: false,
    };
    const BROKEN: Known = Known { broken: 2, ..HELD };
    const NOTHING: Known = Known {
        examples: 0,
        ..HELD
    };

    #[test]
    fn level_and_bar_decide_how_a_broken_rule_is_called() {
        use Level::{Control, Hardening, Info, Must, Should};
        for (level, fail_on, outcome) in [
            (Control, Must, Outcome::Fail),
            (Must, Must, Outcome::Fail),
            (Should, Must, Outcome::Warn),
            (Should, Should, Outcome::Fail),
            (Hardening, Should, Outcome::Hardening),
            (Hardening, Hardening, Outcome::Fail),
            (Should, Hardening, Outcome::Fail),
            (Info, Hardening, Outcome::Review),
        ] {
            assert_eq!(
                decide(level, fail_on, BROKEN),
                outcome,
                "{level:?} with the bar at {fail_on:?}"
            );
        }
    }

    #[test]
    fn what_was_not_proved_never_passes() {
        for (known, outcome) in [
            (NOTHING, Outcome::NotApplicable),
            (
                Known {
                    lacking: true,
                    ..NOTHING
                },
                Outcome::NotTestable,
            ),
            (
                Known {
                    lacking: true,
                    waived: true,
                    ..NOTHING
                },
                Outcome::Waived,
            ),
            (
                Known {
                    blocked: 3,
                    ..NOTHING
                },
                Outcome::Blocked,
            ),
            (
                Known {
                    root_failed: true,
                    ..NOTHING
                },
                Outcome::Blocked,
            ),
            (
                Known {
                    unplayed: true,
                    ..NOTHING
                },
                Outcome::Incomplete,
            ),
            (
                Known {
                    unplayed: true,
                    ..HELD
                },
                Outcome::Incomplete,
            ),
            (
                Known {
                    lacking: true,
                    expected: true,
                    ..NOTHING
                },
                Outcome::NotTestable,
            ),
        ] {
            assert_eq!(
                decide(Level::Must, Level::Must, known),
                outcome,
                "{known:?}"
            );
        }
    }

    #[test]
    fn expectations_turn_failures_and_passes_over() {
        assert_eq!(
            decide(
                Level::Must,
                Level::Must,
                Known {
                    expected: true,
                    ..BROKEN
                }
            ),
            Outcome::ExpectedFail
        );
        assert_eq!(
            decide(
                Level::Must,
                Level::Must,
                Known {
                    expected: true,
                    ..HELD
                }
            ),
            Outcome::UnexpectedPass
        );
        assert_eq!(
            decide(
                Level::Must,
                Level::Must,
                Known {
                    waived: true,
                    ..HELD
                }
            ),
            Outcome::Pass
        );
        assert_eq!(
            decide(
                Level::Must,
                Level::Must,
                Known {
                    waived: true,
                    ..BROKEN
                }
            ),
            Outcome::Fail
        );
    }

    #[test]
    fn a_doubtful_suite_is_told_before_a_broken_backend() {
        assert_eq!(
            decide(
                Level::Control,
                Level::Must,
                Known {
                    suite: true,
                    ..BROKEN
                }
            ),
            Outcome::HarnessError
        );
        assert_eq!(
            decide(
                Level::Must,
                Level::Must,
                Known {
                    inconsistent: true,
                    ..BROKEN
                }
            ),
            Outcome::Flaky
        );
    }

    #[test]
    fn a_judged_example_counts_even_when_the_happy_path_fails() {
        assert_eq!(
            decide(
                Level::Must,
                Level::Must,
                Known {
                    root_failed: true,
                    ..HELD
                }
            ),
            Outcome::Pass
        );
        assert_eq!(
            decide(
                Level::Must,
                Level::Must,
                Known {
                    root_failed: true,
                    ..BROKEN
                }
            ),
            Outcome::Fail
        );
    }

    #[test]
    fn words_are_those_of_the_report() {
        for outcome in Outcome::ALL {
            let written = serde_json::to_string(&outcome).expect("an outcome serialises");
            assert_eq!(written, format!("\"{}\"", outcome.word()));
        }
    }
}
