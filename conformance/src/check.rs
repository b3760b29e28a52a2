//! What a check is: an id, a level, the sentences it stands on, what it needs, and its judge.

use serde::{Deserialize, Serialize};

use crate::judge::Judge;
use crate::text::Text;

/// How much a broken check weighs. The level belongs to the sentence, not to the author of the check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The suite judging itself; a failure is never the backend's fault alone.
    Control,
    /// The official page demands it.
    Must,
    /// The page recommends it, or a URL/HTTP standard asks for it.
    Should,
    /// Security literature asks for it; the page is silent.
    Hardening,
    /// For a person to look at.
    Info,
}

/// Something a check cannot do without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Need {
    /// A login that works (at least one account and a driver that gets through).
    Login,
    /// The driver can send a wrong password and see the form again.
    BadPassword,
    /// The driver finds a cancel control.
    Cancel,
    /// The backend's Graph calls reach the simulator.
    Graph,
    /// A webhook URL and the app secret.
    Webhook,
    /// The link state can be seen (chat oracle or better).
    Observation,
    /// The account behind a link can be told apart (probe URL).
    Identity,
    /// Two accounts or more.
    TwoAccounts,
    /// `[chat] login`: the bot offers a Log In button when asked.
    ChatLogin,
    /// `[chat] logout` or `[actions] unlink`: the backend can be made to call the unlink endpoint.
    BackendUnlink,
}

/// One check of the catalogue. Ids are never reused.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Catalogue id, such as `RED-05`.
    pub id: &'static str,
    /// Weight of a failure.
    pub level: Level,
    /// Sentences of the page (`S23`) or `url`, `wh`, `ev`, `btn`, `lit`.
    pub basis: &'static [&'static str],
    /// What must be there, else the check is not testable.
    pub needs: &'static [Need],
    /// Names of the scenarios whose transcripts the judge reads.
    pub scenarios: &'static [&'static str],
    /// The rule, as a sentence about the backend.
    pub title: &'static Text,
    /// What goes wrong on the real platform when the rule is broken.
    pub why: &'static Text,
    /// The usual mistake behind a failure.
    pub fault: &'static Text,
    /// The pure function that decides.
    pub judge: Judge,
}
