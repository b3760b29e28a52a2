//! Users and their links: decided from commands, changed by events alone.

use std::collections::HashMap;

use super::command::{Command, Event, Refusal};
use super::linking::{Attempt, Effect, Input, State, answer};
use super::page::{Change, Page};
use super::reason::AbortReason;
use super::spent::{Return, Spent};
use super::token::{AttemptId, Token};

/// How many users one world holds; adding more is refused with a sentence.
pub const MAX_USERS: usize = 1_000_000;

#[derive(Debug)]
struct User {
    name: Box<str>,
    link: Option<Box<str>>,
    /// When the user last opened the page's 24 hours, in milliseconds.
    spoke_ms: u64,
}

/// All state of one page.
#[derive(Debug, Default)]
pub struct World {
    users: HashMap<Box<str>, User>,
    spent: Spent,
    page: Page,
}

impl World {
    /// The code by which this user is linked.
    pub fn link_of(&self, psid: &str) -> Option<&str> {
        self.users.get(psid)?.link.as_deref()
    }

    /// The full name of this user.
    pub fn name_of(&self, psid: &str) -> Option<&str> {
        self.users.get(psid).map(|user| &*user.name)
    }

    /// When this user last did something that opens the page's 24 hours, in platform milliseconds.
    pub fn spoke_ms(&self, psid: &str) -> Option<u64> {
        self.users.get(psid).map(|user| user.spoke_ms)
    }

    /// What the business has set up for its page.
    pub fn page(&self) -> &Page {
        &self.page
    }

    /// How many used tokens were forgotten before their end, because more came than are remembered.
    pub fn forgotten_tokens(&self) -> u64 {
        self.spent.forgotten()
    }

    /// Decides what follows from a command at platform time `now_ms`. Changes nothing.
    pub fn handle(&self, command: &Command<'_>, now_ms: u64) -> Result<Event, Refusal> {
        match *command {
            Command::AddUser { psid, name } => self.add_user(psid, name, now_ms),
            Command::Tap { psid } => {
                self.known(psid)?;
                Ok(Event::Opened {
                    psid: psid.to_owned(),
                })
            }
            Command::Return {
                token,
                code,
                code_limit,
                subscribed,
            } => self.come_back(token, code, code_limit, subscribed, now_ms),
            Command::Conclude {
                attempt,
                acknowledged,
            } => self.conclude(attempt, acknowledged),
            Command::LogOut { psid } => self.unlink(psid, Input::LogOut),
            Command::UnlinkCall { psid } => self.unlink(psid, Input::UnlinkCall),
            Command::Change(change) => {
                if let Some(psid) = change.user() {
                    self.known(psid)?;
                }
                self.page.check(change)?;
                Ok(Event::Changed(Box::new(change.clone())))
            }
        }
    }

    /// Makes an event of [`handle`](Self::handle) true.
    pub fn apply(&mut self, event: &Event) {
        match event {
            Event::UserAdded { psid, name, at_ms } => {
                self.users.insert(
                    psid.as_str().into(),
                    User {
                        name: name.as_str().into(),
                        link: None,
                        spoke_ms: *at_ms,
                    },
                );
            }
            Event::Opened { .. } => {}
            Event::Returned {
                attempt,
                psid,
                code,
                expires_ms,
                at_ms,
                failure,
            } => {
                let spent = Return {
                    psid: psid.clone(),
                    code: code.clone(),
                    expires_ms: *expires_ms,
                    awaiting: failure.is_none(),
                };
                self.spent.insert(*attempt, spent, *at_ms);
            }
            Event::Concluded {
                attempt,
                psid,
                code,
            } => {
                self.spent.conclude(*attempt);
                if let (Some(user), Some(code)) = (self.users.get_mut(psid.as_str()), code) {
                    user.link = Some(code.as_str().into());
                }
            }
            Event::Unlinked { psid, .. } => {
                if let Some(user) = self.users.get_mut(psid.as_str()) {
                    user.link = None;
                }
            }
            Event::Changed(change) => {
                if let Change::Spoke { psid, at_ms } = &**change
                    && let Some(user) = self.users.get_mut(psid.as_str())
                {
                    user.spoke_ms = *at_ms;
                }
                self.page.apply(change);
            }
        }
    }

    fn add_user(&self, psid: &str, name: &str, now_ms: u64) -> Result<Event, Refusal> {
        let digits =
            (1..=20).contains(&psid.len()) && psid.bytes().all(|byte| byte.is_ascii_digit());
        if !digits {
            return Err(Refusal::NotAPsid {
                psid: psid.to_owned(),
            });
        }
        if self.users.contains_key(psid) {
            return Err(Refusal::UserExists {
                psid: psid.to_owned(),
            });
        }
        if self.users.len() >= MAX_USERS {
            return Err(Refusal::Full);
        }
        Ok(Event::UserAdded {
            psid: psid.to_owned(),
            name: name.to_owned(),
            at_ms: now_ms,
        })
    }

    fn known(&self, psid: &str) -> Result<&User, Refusal> {
        self.users.get(psid).ok_or_else(|| Refusal::UnknownUser {
            psid: psid.to_owned(),
        })
    }

    fn come_back(
        &self,
        token: &Token,
        code: Option<&str>,
        code_limit: usize,
        subscribed: bool,
        now_ms: u64,
    ) -> Result<Event, Refusal> {
        let Some(user) = self.users.get(token.psid.as_str()) else {
            return Err(AbortReason::UnknownUser {
                psid: token.psid.clone(),
            }
            .into());
        };
        let attempt = match self.spent.find(token.id) {
            Some(spent) if spent.awaiting => Attempt::Awaiting,
            _ if now_ms >= token.expires_ms() => Attempt::Expired,
            Some(_) => Attempt::Finished,
            None => Attempt::Opened,
        };
        let (input, usable) = match usable(code, code_limit) {
            Err(_) => (Input::ReturnWithoutUsableCode, ""),
            Ok(code) if subscribed => (Input::ReturnWithCode, code),
            Ok(code) => (Input::ReturnUnsubscribed, code),
        };
        let failure = match answer(
            State {
                linked: user.link.is_some(),
                attempt,
            },
            input,
        )
        .effect
        {
            Effect::SendLinked => None,
            Effect::AbortForSubscription => Some(AbortReason::NotSubscribed),
            Effect::AbortForAge => {
                return Err(AbortReason::TokenExpired {
                    ago_ms: now_ms.saturating_sub(token.expires_ms()),
                }
                .into());
            }
            Effect::AbortForReuse => return Err(AbortReason::AlreadyUsed.into()),
            Effect::AbortForCode => {
                return Err(self::usable(code, code_limit)
                    .err()
                    .unwrap_or(AbortReason::NoCode)
                    .into());
            }
            _ => return Err(AbortReason::ForeignToken.into()),
        };
        Ok(Event::Returned {
            attempt: token.id,
            psid: token.psid.clone(),
            code: usable.to_owned(),
            expires_ms: token.expires_ms(),
            at_ms: now_ms,
            failure,
        })
    }

    fn conclude(&self, attempt: AttemptId, acknowledged: bool) -> Result<Event, Refusal> {
        let spent = self.spent.find(attempt).ok_or(Refusal::NothingAwaited)?;
        let state = State {
            linked: self.link_of(&spent.psid).is_some(),
            attempt: if spent.awaiting {
                Attempt::Awaiting
            } else {
                Attempt::Finished
            },
        };
        let input = if acknowledged {
            Input::Acknowledged
        } else {
            Input::NotAcknowledged
        };
        let code = match answer(state, input).effect {
            Effect::Link => Some(spent.code.clone()),
            Effect::AbortForDelivery => None,
            _ => return Err(Refusal::NothingAwaited),
        };
        Ok(Event::Concluded {
            attempt,
            psid: spent.psid.clone(),
            code,
        })
    }

    fn unlink(&self, psid: &str, input: Input) -> Result<Event, Refusal> {
        let linked = self.known(psid)?.link.is_some();
        let effect = answer(
            State {
                linked,
                attempt: Attempt::Idle,
            },
            input,
        )
        .effect;
        Ok(Event::Unlinked {
            psid: psid.to_owned(),
            notify: effect == Effect::SendUnlinked,
        })
    }
}

/// A code that may travel, or why it may not (protocol rows 1.5.3 and 1.5.11).
fn usable(code: Option<&str>, limit: usize) -> Result<&str, AbortReason> {
    match code {
        None => Err(AbortReason::NoCode),
        Some("") => Err(AbortReason::EmptyCode),
        Some(code) => match code.chars().count() {
            length if length > limit => Err(AbortReason::LongCode { length, limit }),
            _ => Ok(code),
        },
    }
}
