//! Judges: pure functions from transcripts to findings, a file per family.
//!
//! A judge does no I/O, keeps no state and knows no check but its own.

mod address;
pub(crate) mod cod;
pub(crate) mod con;
pub(crate) mod ctl;
mod ending;
pub(crate) mod ent;
mod envelope;
mod evidence;
pub(crate) mod fai;
pub(crate) mod hok;
pub(crate) mod lnk;
mod page;
#[cfg(test)]
mod posting;
mod raw_url;
pub(crate) mod red;
pub(crate) mod redeem;
mod returned;
pub(crate) mod sec;
pub(crate) mod tabs;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod tok;
pub(crate) mod unl;
pub(crate) mod url;
pub(crate) mod ux;

pub(crate) use raw_url::RawUrl;

use serde::{Deserialize, Serialize};

use crate::context::Context;
use crate::text::Text;
use crate::transcript::Transcript;

/// How a check decides.
#[derive(Debug, Clone, Copy)]
pub enum Judge {
    /// Looks at one transcript at a time.
    Each(fn(&Transcript, &Context) -> Verdict),
    /// Looks at all its transcripts together (differences between codes, statistics).
    All(fn(&[&Transcript], &Context) -> Tally),
}

/// What one transcript says about one check.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// The transcript does not touch the rule.
    Untouched,
    /// The rule held.
    Held,
    /// The rule was broken.
    Broken(Finding),
    /// The positive twin or another premise failed, so nothing was proved; never counts as held.
    Blocked(Text),
}

/// What all transcripts together say about one check.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tally {
    /// Examples that touched the rule and could be judged.
    pub examples: usize,
    /// Breaks, in order of transcripts.
    pub findings: Vec<Finding>,
    /// Examples that proved nothing, with why.
    pub blocked: Vec<Text>,
}

/// One broken rule, told so that a developer can act on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Id of the transcript.
    pub transcript: String,
    /// What went wrong; names the defect, not a symptom.
    pub message: Text,
    /// What should have been there.
    pub expected: String,
    /// What was there.
    pub got: String,
}

impl Finding {
    /// A finding of one transcript.
    pub fn new(
        transcript: &Transcript,
        message: Text,
        expected: impl Into<String>,
        got: impl Into<String>,
    ) -> Self {
        Self {
            transcript: transcript.id.clone(),
            message,
            expected: expected.into(),
            got: got.into(),
        }
    }
}

impl Judge {
    /// Judges all transcripts of a check; cut transcripts prove nothing and count as blocked.
    pub fn over(self, transcripts: &[&Transcript], context: &Context) -> Tally {
        let (whole, cut): (Vec<&Transcript>, Vec<&Transcript>) = transcripts
            .iter()
            .partition(|transcript| transcript.cut.is_none());
        let mut tally = match self {
            Self::All(judge) => judge(&whole, context),
            Self::Each(judge) => {
                let mut tally = Tally::default();
                for transcript in whole {
                    match judge(transcript, context) {
                        Verdict::Untouched => {}
                        Verdict::Held => tally.examples += 1,
                        Verdict::Broken(finding) => {
                            tally.examples += 1;
                            tally.findings.push(finding);
                        }
                        Verdict::Blocked(why) => tally.blocked.push(why),
                    }
                }
                tally
            }
        };
        tally
            .blocked
            .extend(cut.into_iter().filter_map(|transcript| {
                let why = transcript.cut.as_ref()?;
                Some(Text::new(
                    format!("{}: recording stopped early: {why}", transcript.id),
                    format!("{}:记录提前中止:{why}", transcript.id),
                ))
            }));
        tally
    }
}
