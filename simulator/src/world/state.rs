//! Users and their links: decided from commands, changed by events alone.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::command::{Command, Event, Refusal};
use super::entry::Client;
use super::history::History;
use super::linking::Input;
use super::page::{Change, Page};
use super::spent::Spent;
use crate::Knobs;

/// How many users one world holds; adding more is refused with a sentence.
pub const MAX_USERS: usize = 1_000_000;

/// What is kept of one user: some 60 bytes beside the texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct User {
    pub(super) name: Box<str>,
    pub(super) link: Option<Box<str>>,
    /// When the user last opened the page's 24 hours, in milliseconds.
    spoke_ms: u64,
    /// The journal line of the newest tap, as tokens carry it.
    pub(super) newest_tap: u64,
    /// When that was, in milliseconds.
    pub(super) tapped_ms: u64,
    pub(super) client: Client,
    /// Whether a Log In button has been sent.
    pub(super) offered: bool,
}

/// All state of one page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct World {
    pub(super) users: HashMap<Box<str>, User>,
    pub(super) spent: Spent,
    pub(super) history: History,
    pub(super) page: Page,
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

    /// How many ends of linkings were forgotten, because more came than are remembered.
    pub fn forgotten_linkings(&self) -> u64 {
        self.history.forgotten()
    }

    /// Users in the order of their ids from behind `after` on, at most `limit`.
    pub fn users_after(&self, after: &str, limit: usize) -> Vec<&str> {
        let ids = self.users.keys().map(|psid| &**psid);
        let mut ids: Vec<_> = ids.filter(|psid| *psid > after).collect();
        ids.sort_unstable();
        ids.truncate(limit);
        ids
    }

    /// How many users there are.
    pub fn user_count(&self) -> usize {
        self.users.len()
    }

    /// Becomes `first`, but goes on knowing which tokens are used up.
    pub(crate) fn begin_anew(&mut self, first: Self) {
        let spent = std::mem::take(&mut self.spent);
        *self = Self { spent, ..first };
    }

    /// Decides what follows from a command at platform time `now_ms`, as the knobs have it. Changes nothing.
    pub fn handle(
        &self,
        command: &Command<'_>,
        knobs: Knobs,
        now_ms: u64,
    ) -> Result<Event, Refusal> {
        match *command {
            Command::AddUser { psid, name } => self.add_user(psid, name, now_ms),
            Command::SetClient { psid, client } => {
                self.known(psid)?;
                let psid = psid.to_owned();
                Ok(Event::ClientSet { psid, client })
            }
            Command::Offer { psid } => self.offer(psid),
            Command::Tap { psid, entry, tap } => self.tap(psid, entry, tap, knobs, now_ms),
            Command::Return { token, arrival } => self.come_back(token, arrival, knobs, now_ms),
            Command::Dispatch { attempt } => self.dispatch(attempt),
            Command::Conclude { attempt, failure } => {
                self.conclude(attempt, failure, knobs, now_ms)
            }
            Command::LogOut { psid } => self.unlink(psid, Input::LogOut, knobs),
            Command::UnlinkCall { psid } => self.unlink(psid, Input::UnlinkCall, knobs),
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
                        newest_tap: 0,
                        tapped_ms: 0,
                        client: Client::default(),
                        offered: false,
                    },
                );
            }
            Event::ClientSet { psid, client } => {
                if let Some(user) = self.users.get_mut(psid.as_str()) {
                    user.client = *client;
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
            linking => self.apply_linking(linking),
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

    pub(super) fn known(&self, psid: &str) -> Result<&User, Refusal> {
        self.users.get(psid).ok_or_else(|| Refusal::UnknownUser {
            psid: psid.to_owned(),
        })
    }
}
