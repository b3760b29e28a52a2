//! A fault rule: what goes wrong, how often, and for whom.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ErrorPreset;

/// What goes wrong, by the leg on which it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The backend calls the Graph API.
    Graph(GraphFault),
    /// The platform delivers an event.
    Webhook(WebhookFault),
    /// The browser comes back to the `redirect_uri`.
    Browser(BrowserFault),
}

/// A call of the Graph API goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GraphFault {
    /// It is refused with this error and not carried out.
    Error(ErrorPreset),
    /// It is carried out and answered late, in real time.
    Delay {
        /// Milliseconds.
        ms: u64,
    },
    /// The connection is reset instead of an answer.
    Reset {
        /// Whether the call is carried out all the same.
        carried_out: bool,
    },
    /// The answer is a page for people instead of JSON, under status 500.
    Garbage {
        /// Whether the call is carried out all the same.
        carried_out: bool,
    },
}

/// A delivery goes wrong. Later attempts at the same delivery count as matches of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookFault {
    /// Both signatures are of the right shape and wrong.
    WrongSignature,
    /// The second half of the body is missing; the signatures are those of the whole.
    Truncated,
    /// The body trickles in over this real time.
    Slow {
        /// Milliseconds.
        ms: u64,
    },
    /// The connection is cut in the middle of the body.
    Cut,
}

/// The way back goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BrowserFault {
    /// The browser never arrives.
    Lost,
    /// The browser arrives twice, one after the other; the second page is what the user sees.
    Doubled,
    /// The browser arrives later, in platform time.
    Late {
        /// Milliseconds.
        ms: u64,
    },
    /// The browser brings a token of the same user that is more than five minutes old.
    StaleToken,
}

/// How often a rule fires among what it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// For the next so many, then never again.
    Next(u32),
    /// For every so-manieth: of `every 3`, the third, the sixth and so on.
    Every(u32),
}

/// What must have happened to a user since the rule was armed, before it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// The linking URL was opened.
    Opened,
    /// The browser came back with a usable code.
    Returned,
    /// The user was linked.
    Linked,
    /// The event was not acknowledged.
    Aborted,
    /// The user was unlinked.
    Unlinked,
}

/// One rule. Every condition that is set must hold.
///
/// ```
/// use linklab_simulator::fault::{ErrorPreset, Fault, GraphFault, Rule, When};
///
/// let busy = Fault::Graph(GraphFault::Error(ErrorPreset::RateLimit));
/// let rule = Rule::new(busy, When::Next(2)).on_path("/messages");
/// assert_eq!(rule.to_string(), "graph error rate_limit, next 2, path containing /messages");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// What goes wrong.
    pub fault: Fault,
    /// How often.
    pub when: When,
    /// Only for this user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub psid: Option<String>,
    /// Only where the path (of the call, of the webhook's address, of the way back) contains this text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Only for users to whom this has happened since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<After>,
}

impl Rule {
    /// A rule for everybody and every path.
    pub fn new(fault: Fault, when: When) -> Self {
        Self {
            fault,
            when,
            psid: None,
            path: None,
            after: None,
        }
    }

    /// Only for this user.
    #[must_use]
    pub fn for_user(mut self, psid: impl Into<String>) -> Self {
        self.psid = Some(psid.into());
        self
    }

    /// Only where the path contains this text.
    #[must_use]
    pub fn on_path(mut self, part: impl Into<String>) -> Self {
        self.path = Some(part.into());
        self
    }

    /// Only for users to whom this has happened since the rule was armed.
    #[must_use]
    pub fn once(mut self, after: After) -> Self {
        self.after = Some(after);
        self
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {}", self.fault, self.when)?;
        if let Some(psid) = &self.psid {
            write!(f, ", user {psid}")?;
        }
        if let Some(path) = &self.path {
            write!(f, ", path containing {path}")?;
        }
        if let Some(after) = &self.after {
            write!(f, ", after the user was {after}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = |carried_out: &bool| if *carried_out { "done" } else { "not done" };
        match self {
            Self::Graph(GraphFault::Error(preset)) => write!(f, "graph error {preset}"),
            Self::Graph(GraphFault::Delay { ms }) => write!(f, "graph answer {ms} ms late"),
            Self::Graph(GraphFault::Reset { carried_out }) => {
                write!(f, "graph connection reset, call {}", done(carried_out))
            }
            Self::Graph(GraphFault::Garbage { carried_out }) => {
                write!(f, "graph answer garbage, call {}", done(carried_out))
            }
            Self::Webhook(WebhookFault::WrongSignature) => f.write_str("webhook signature wrong"),
            Self::Webhook(WebhookFault::Truncated) => f.write_str("webhook body truncated"),
            Self::Webhook(WebhookFault::Slow { ms }) => write!(f, "webhook body over {ms} ms"),
            Self::Webhook(WebhookFault::Cut) => f.write_str("webhook connection cut"),
            Self::Browser(BrowserFault::Lost) => f.write_str("redirect lost"),
            Self::Browser(BrowserFault::Doubled) => f.write_str("redirect doubled"),
            Self::Browser(BrowserFault::Late { ms }) => write!(f, "redirect {ms} ms late"),
            Self::Browser(BrowserFault::StaleToken) => f.write_str("redirect with a stale token"),
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Next(count) => write!(f, "next {count}"),
            Self::Every(nth) => write!(f, "every {nth}"),
        }
    }
}

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Opened => "opened",
            Self::Returned => "returned",
            Self::Linked => "linked",
            Self::Aborted => "aborted",
            Self::Unlinked => "unlinked",
        })
    }
}
