//! What can be asked of the world, what can happen in it, and why it may refuse.

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
    /// The user taps a Log In button.
    Tap {
        /// Who taps.
        psid: &'a str,
    },
    /// A browser arrives at the `redirect_uri` with a genuine token of this page.
    Return {
        /// The opened token.
        token: &'a Token,
        /// The code, if the address has one.
        code: Option<&'a str>,
        /// Characters a code may have.
        code_limit: usize,
        /// Whether the app receives linking events.
        subscribed: bool,
    },
    /// The delivery of the linked event is decided.
    Conclude {
        /// Which attempt.
        attempt: AttemptId,
        /// Whether the backend acknowledged the event.
        acknowledged: bool,
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// A linking URL is to be opened.
    Opened {
        /// For whom.
        psid: String,
    },
    /// A code came back; the token is used up.
    Returned {
        /// Which attempt.
        attempt: AttemptId,
        /// Whose.
        psid: String,
        /// The code.
        code: String,
        /// When the token expires, in milliseconds.
        expires_ms: u64,
        /// When the browser came back, in milliseconds.
        at_ms: u64,
        /// Nothing when the linked event has to be sent, otherwise why it cannot be.
        failure: Option<AbortReason>,
    },
    /// The attempt is over.
    Concluded {
        /// Which attempt.
        attempt: AttemptId,
        /// Whose.
        psid: String,
        /// The code that links now; nothing when the linking was aborted.
        code: Option<String>,
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
    /// The attempt is not waiting for an acknowledgement.
    #[error("this login does not wait for an acknowledgement")]
    NothingAwaited,
    /// The linking is aborted.
    #[error(transparent)]
    Aborted(#[from] AbortReason),
}
