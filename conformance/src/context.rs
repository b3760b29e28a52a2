//! What a judge may know beside the transcripts: the policy, the page and what calibration found.

use serde::{Deserialize, Serialize};

/// Choices that the page leaves to the backend, as declared under `[policy]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Policy {
    /// What linking an already linked PSID to another account does.
    pub relink: Relink,
    /// Whether one account may hold several PSIDs.
    pub psids_per_account: PsidsPerAccount,
    /// Deadline of an acknowledgement that MUST be kept, in seconds (20 by default: the vendor sample's number).
    pub ack_seconds: u64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            relink: Relink::Replace,
            psids_per_account: PsidsPerAccount::Many,
            ack_seconds: 20,
        }
    }
}

/// Declared answer to linking an already linked PSID again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Relink {
    /// The new account wins.
    Replace,
    /// The old account stays.
    Keep,
    /// The flow ends without a code.
    Refuse,
}

/// Declared number of PSIDs an account may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PsidsPerAccount {
    /// Any number.
    Many,
    /// One; a new one replaces the old.
    One,
}

/// How the link state is seen (conformance levels O0, O1, O2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum ObservationLevel {
    /// Wire only.
    #[serde(rename = "O0")]
    Wire,
    /// Chat oracle: linked or not.
    #[serde(rename = "O1")]
    Chat,
    /// Probe URL: which account.
    #[serde(rename = "O2")]
    Probe,
}

/// What calibration learned before anything was judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calibration {
    /// The backend accepts a `redirect_uri` on its expected origin only.
    pub origin_pinned: bool,
    /// The backend accepts the expected path only.
    pub path_pinned: bool,
    /// Slowest positive effect seen, from acknowledgement to visible link, in milliseconds.
    pub latency_ms: u64,
    /// The best observation that separates linked from unlinked.
    pub observation: ObservationLevel,
}

/// Everything a judge may read beside the transcripts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// Declared policy.
    pub policy: Policy,
    /// The page's id; never a PSID.
    pub page_id: String,
    /// The url of the Log In button as configured.
    pub linking_url: String,
    /// What calibration learned.
    pub calibration: Calibration,
}
