//! Everything about one run that is not about the backend: how much, which checks, what counts.

use std::time::Duration;

use crate::check::Level;
use crate::date::Date;
use crate::scenario::Profile;

/// How a run is run; [`Options::new`] gives the usual ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// How much is played.
    pub profile: Profile,
    /// Everything generated follows from it.
    pub seed: u64,
    /// Ids of the checks wanted; empty: all of them.
    pub check: Vec<String>,
    /// Ids of the checks left out.
    pub skip: Vec<String>,
    /// Examples in flight at once; more than there are accounts is of no use. `None`: the smaller of 4 and the accounts.
    pub jobs: Option<usize>,
    /// From which level on a broken check fails the run: `Must`, `Should` or `Hardening`.
    pub fail_on: Level,
    /// The owner's word that a backend outside this machine may be sent hostile requests.
    pub i_own_this: bool,
    /// Most examples of each scenario, below what the profile asks for. `None`: all of them.
    pub most_examples: Option<u32>,
    /// How often a broken example is played again before it counts; 0 takes the first word for it.
    pub confirmations: u32,
    /// Longest time for making failures smaller, all of them together; zero leaves them as they are.
    pub shrink_limit: Duration,
    /// Longest time of the whole run. What was not played by then is `incomplete`.
    pub limit: Duration,
    /// The day on which expectations are looked at.
    pub today: Date,
}

impl Options {
    /// The options of `linklab check` without flags.
    pub fn new(profile: Profile, seed: u64, today: Date) -> Self {
        Self {
            profile,
            seed,
            check: Vec::new(),
            skip: Vec::new(),
            jobs: None,
            fail_on: Level::Must,
            i_own_this: false,
            most_examples: None,
            confirmations: 3,
            shrink_limit: Duration::from_mins(1),
            limit: Self::usual_limit(profile),
            today,
        }
    }

    /// One minute for smoke, ten for default, two hours for deep: several times what a local backend takes.
    pub fn usual_limit(profile: Profile) -> Duration {
        match profile {
            Profile::Smoke => Duration::from_mins(1),
            Profile::Default => Duration::from_mins(10),
            Profile::Deep => Duration::from_hours(2),
        }
    }
}
