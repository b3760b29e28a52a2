//! Where a linking can stand.

use std::fmt;

/// How far one login, that is one token, has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Attempt {
    /// No Log In button and no token is in play.
    Idle,
    /// A Log In button stands in the conversation.
    Offered,
    /// The linking URL is open and its token valid.
    Opened,
    /// The browser came back without a code; the token is still valid and unused.
    Cancelled,
    /// The browser came back with a code; the linked event waits to be sent.
    Returned,
    /// The linked event is under way.
    Awaiting,
    /// The linked event was acknowledged.
    Done,
    /// A code came back, but the linking was aborted.
    Failed,
    /// The token is older than five minutes, used or not; only an event to send or under way outlives it.
    Expired,
}

impl Attempt {
    /// All of them, in the order of a login.
    pub const ALL: [Self; 9] = [
        Self::Idle,
        Self::Offered,
        Self::Opened,
        Self::Cancelled,
        Self::Returned,
        Self::Awaiting,
        Self::Done,
        Self::Failed,
        Self::Expired,
    ];

    /// The name in printed tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Offered => "offered",
            Self::Opened => "opened",
            Self::Cancelled => "cancelled",
            Self::Returned => "returned",
            Self::Awaiting => "awaiting",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    /// What the name means.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Idle => "no Log In button and no token is in play",
            Self::Offered => "a Log In button stands in the conversation",
            Self::Opened => "the linking URL is open and its token valid",
            Self::Cancelled => "the browser came back without a code; the token is still valid",
            Self::Returned => {
                "the browser came back with a code; the linked event waits to be sent"
            }
            Self::Awaiting => "the linked event is under way",
            Self::Done => "the linked event was acknowledged",
            Self::Failed => "a code came back, but the linking was aborted",
            Self::Expired => "the token is older than five minutes",
        }
    }
}

/// One user's linking with one page, seen from one login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    /// Whether the platform holds the user as linked.
    pub linked: bool,
    /// How far the login has come.
    pub attempt: Attempt,
}

impl State {
    /// A user who is not linked and has not been offered anything.
    pub const START: Self = Self {
        linked: false,
        attempt: Attempt::Idle,
    };

    /// Every state there is.
    pub fn all() -> impl Iterator<Item = Self> {
        [false, true]
            .into_iter()
            .flat_map(|linked| Attempt::ALL.map(|attempt| Self { linked, attempt }))
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let linked = if self.linked { "linked" } else { "unlinked" };
        write!(f, "{linked}/{}", self.attempt.name())
    }
}
