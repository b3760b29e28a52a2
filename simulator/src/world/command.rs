//! What can be asked of the world, what can happen in it, and why it may refuse.

use serde::{Deserialize, Serialize};

use super::entry::{Client, Entry};
use super::login::Arrival;
use super::page::Change;
use super::reason::AbortReason;
use super::state::MAX_USERS;
use super::token::{AttemptId, Token};

/// What somebody wants to happen.
#[derive(Debug)]
pub enum Command<'a> {
    /// A user begins to talk to the page.
    AddUser {
        /// Decimal string of at most 20 digits.
        psid: &'a str,
        /// Full name.
        name: &'a str,
    },
    /// The user's Messenger client is another one from now on.
    SetClient {
        /// Who.
        psid: &'a str,
        /// Which client.
        client: Client,
    },
    /// The backend has sent a Log In button.
    Offer {
        /// To whom.
        psid: &'a str,
    },
    /// The user taps a Log In button, or opens an address from somewhere else.
    Tap {
        /// Who taps.
        psid: &'a str,
        /// Where.
        entry: Entry,
        /// The journal line of the tap.
        tap: u64,
    },
    /// A browser arrives at the `redirect_uri` with a genuine token of this page.
    Return {
        /// The opened token.
        token: &'a Token,
        /// What it brings along.
        arrival: Arrival<'a>,
    },
    /// The linked event leaves for the backend.
    Dispatch {
        /// Which attempt.
        attempt: AttemptId,
    },
    /// The delivery of the linked event is decided.
    Conclude {
        /// Which attempt.
        attempt: AttemptId,
        /// Why the backend did not acknowledge the event; nothing when it did.
        failure: Option<&'a AbortReason>,
    },
    /// The user taps a Log Out button.
    LogOut {
        /// Who taps.
        psid: &'a str,
    },
    /// The backend calls the unlink endpoint.
    UnlinkCall {
        /// Whom it names.
        psid: &'a str,
    },
    /// The page's set-up changes, or a user opens its 24 hours.
    Change(&'a Change),
}

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A user is there.
    UserAdded {
        /// Who.
        psid: String,
        /// Full name.
        name: String,
        /// When, in milliseconds; the page's 24 hours begin here.
        at_ms: u64,
    },
    /// The user has another Messenger client.
    ClientSet {
        /// Who.
        psid: String,
        /// Which client.
        client: Client,
    },
    /// A Log In button stands in the user's conversation.
    Offered {
        /// Whose.
        psid: String,
    },
    /// A linking URL is to be opened.
    Opened {
        /// For whom.
        psid: String,
        /// The journal line of the tap.
        tap: u64,
        /// When, in milliseconds; the token's five minutes begin here.
        at_ms: u64,
    },
    /// The tap does not start a linking.
    NotOpened {
        /// Who tapped.
        psid: String,
        /// When, in milliseconds.
        at_ms: u64,
        /// Whether the address is opened all the same, without any parameter.
        page: bool,
        /// Why.
        reason: AbortReason,
    },
    /// A browser came back, and the linking is aborted without a trace in its token.
    Aborted {
        /// Whose token it was.
        psid: String,
        /// The journal line of its tap, modulo 2^40.
        tap: u64,
        /// When the user tapped, in milliseconds.
        tapped_ms: u64,
        /// When the browser came back, in milliseconds.
        at_ms: u64,
        /// Why.
        reason: AbortReason,
    },
    /// A code came back; the token is used up.
    Returned {
        /// Which attempt.
        attempt: AttemptId,
        /// Whose.
        psid: String,
        /// The code.
        code: String,
        /// The journal line of the tap, modulo 2^40.
        tap: u64,
        /// When the token expires, in milliseconds.
        expires_ms: u64,
        /// When the browser came back, in milliseconds.
        at_ms: u64,
        /// Nothing when the linked event has to be sent, otherwise why it cannot be.
        failure: Option<AbortReason>,
    },
    /// The linked event is under way.
    Dispatched {
        /// Of which attempt.
        attempt: AttemptId,
    },
    /// The attempt is over.
    Concluded {
        /// Which attempt.
        attempt: AttemptId,
        /// Whose.
        psid: String,
        /// The code that links now; nothing when the linking was aborted.
        code: Option<String>,
        /// When, in milliseconds.
        at_ms: u64,
        /// Why the linking was aborted, if it was.
        failure: Option<AbortReason>,
    },
    /// The user is not linked any more.
    Unlinked {
        /// Who.
        psid: String,
        /// Whether an unlinked event is due.
        notify: bool,
    },
    /// The page's set-up has changed.
    Changed(Box<Change>),
}

/// Why a command is not carried out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Nobody has this id.
    #[error("no user has the id {psid}; add the user first")]
    UnknownUser {
        /// The id.
        psid: String,
    },
    /// The id is taken.
    #[error("a user with the id {psid} exists already")]
    UserExists {
        /// The id.
        psid: String,
    },
    /// The id cannot be a PSID.
    #[error("\"{psid}\" is not a PSID; use a decimal string of at most 20 digits")]
    NotAPsid {
        /// What was given.
        psid: String,
    },
    /// The world is full.
    #[error("the platform holds {MAX_USERS} users already; start another one")]
    Full,
    /// The page's set-up is full.
    #[error("the page holds {kept} already; delete some or start another platform")]
    PageFull {
        /// What it is full of.
        kept: String,
    },
    /// The unlink call names a user who is not linked, and the knob refuses that.
    #[error("the user {psid} is not linked")]
    NotLinked {
        /// Who.
        psid: String,
    },
    /// The attempt is not waiting for an acknowledgement.
    #[error("this login does not wait for an acknowledgement")]
    NothingAwaited,
    /// The linking is aborted.
    #[error(transparent)]
    Aborted(#[from] AbortReason),
}
