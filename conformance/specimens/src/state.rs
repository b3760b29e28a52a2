//! What a specimen remembers: accounts, open logins, codes, links and the events it has seen.
//!
//! Everything sits behind one standard mutex with short sections; nothing awaits inside one.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::bounded::Bounded;
use crate::config::{Account, SpecimenConfig};
use crate::fault::Fault;
use crate::graph::Graph;

/// Accounts, from the configuration and from sign-up.
const ACCOUNTS: usize = 1_000;
/// Logins between password and confirmation, one-slot redirects and opened tokens, each.
const OPEN_LOGINS: usize = 10_000;
/// Codes that wait for their event.
const CODES: usize = 10_000;
/// Linked PSIDs, and as many event times and profiles.
const LINKS: usize = 100_000;
/// Deliveries remembered against repetition.
const DELIVERIES: usize = 100_000;
/// How long a code waits for its event. The page names no life; the token's is five minutes (S25).
const CODE_LIFE: Duration = Duration::from_mins(10);

/// The specimen as its handlers see it.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) config: SpecimenConfig,
    pub(crate) graph: Graph,
    /// The linking URL as it is given to the chat.
    pub(crate) linking_url: String,
    /// Keys the CSRF values; drawn at the start.
    pub(crate) secret: [u8; 32],
    state: Mutex<State>,
}

impl App {
    pub(crate) fn new(config: SpecimenConfig, graph: Graph, linking_url: String) -> Self {
        let state = Mutex::new(State::new(&config.accounts));
        Self {
            config,
            graph,
            linking_url,
            secret: crate::code::random_bytes(),
            state,
        }
    }

    /// Whether the specimen shows `fault`.
    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.config.faults.contains(&fault)
    }

    /// The state, for a short section. A panic elsewhere leaves tables that are still whole.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A login whose password was right and whose consent is still open.
#[derive(Debug, Clone)]
pub(crate) struct Ticket {
    /// The browser that logged in.
    pub(crate) session: String,
    pub(crate) username: String,
    pub(crate) token: String,
    pub(crate) redirect_uri: String,
    /// Where the browser was sent; kept so that a repeated confirmation gives the same answer.
    pub(crate) spent: Option<String>,
}

/// A code that waits for its event.
#[derive(Debug, Clone)]
pub(crate) struct Issued {
    pub(crate) username: String,
    born: Instant,
}

impl Issued {
    pub(crate) fn to(username: &str) -> Self {
        Self {
            username: username.to_owned(),
            born: Instant::now(),
        }
    }

    pub(crate) fn is_alive(&self) -> bool {
        self.born.elapsed() < CODE_LIFE
    }
}

/// One delivery of a linked event; it has no id of its own (protocol row 1.6.4).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Delivery {
    pub(crate) psid: String,
    pub(crate) at: Option<i64>,
    pub(crate) code: String,
}

/// All tables.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) accounts: Bounded<String, Account>,
    pub(crate) tickets: Bounded<String, Ticket>,
    pub(crate) codes: Bounded<String, Issued>,
    /// PSID to the name of the account.
    pub(crate) links: Bounded<String, String>,
    /// PSID to the name it had last; only `profile-survives-unlink` reads it.
    pub(crate) profiles: Bounded<String, String>,
    /// PSID to the time of the newest linking event that was applied, in milliseconds.
    newest: Bounded<String, i64>,
    /// Linked events that were applied, with the name they linked.
    pub(crate) applied: Bounded<Delivery, String>,
    /// Message ids that were answered.
    pub(crate) answered: Bounded<String, ()>,
    /// Last code of `code-is-counter`.
    pub(crate) counter: u64,
    /// User name of the last login, for `last-login-wins`.
    pub(crate) last_login: Option<String>,
    /// The one slot of `global-redirect-uri`.
    pub(crate) global_redirect: Option<String>,
    /// The slot per browser of `session-redirect-uri` and `first-redirect-sticks`.
    pub(crate) session_redirects: Bounded<String, String>,
    /// Tokens whose page was opened, for `page-opens-once`.
    pub(crate) opened: Bounded<String, ()>,
}

impl State {
    fn new(accounts: &[Account]) -> Self {
        let mut table = Bounded::new(ACCOUNTS.max(accounts.len()));
        for account in accounts {
            table.insert(account.username.clone(), account.clone());
        }
        Self {
            accounts: table,
            tickets: Bounded::new(OPEN_LOGINS),
            codes: Bounded::new(CODES),
            links: Bounded::new(LINKS),
            profiles: Bounded::new(LINKS),
            newest: Bounded::new(LINKS),
            applied: Bounded::new(DELIVERIES),
            answered: Bounded::new(DELIVERIES),
            counter: 0,
            last_login: None,
            global_redirect: None,
            session_redirects: Bounded::new(OPEN_LOGINS),
            opened: Bounded::new(OPEN_LOGINS),
        }
    }

    /// The display name behind a user name.
    pub(crate) fn name_of(&self, username: &str) -> String {
        self.accounts
            .get(username)
            .map_or_else(|| username.to_owned(), |account| account.name.clone())
    }

    /// Links `psid` to the account called `name`.
    pub(crate) fn link(&mut self, psid: &str, name: String) {
        self.profiles.insert(psid.to_owned(), name.clone());
        self.links.insert(psid.to_owned(), name);
    }

    /// Whether a newer linking event of `psid` was applied already (protocol row 3.3.8).
    pub(crate) fn is_outdated(&self, psid: &str, at: Option<i64>) -> bool {
        match (at, self.newest.get(psid)) {
            (Some(at), Some(newest)) => at < *newest,
            _ => false,
        }
    }

    /// Remembers the time of an applied linking event.
    pub(crate) fn saw(&mut self, psid: &str, at: Option<i64>) {
        if let Some(at) = at
            && !self.is_outdated(psid, Some(at))
        {
            self.newest.insert(psid.to_owned(), at);
        }
    }

    /// Entries that fell out of a full table.
    pub(crate) fn forgotten(&self) -> u64 {
        self.accounts.forgotten()
            + self.tickets.forgotten()
            + self.codes.forgotten()
            + self.links.forgotten()
            + self.profiles.forgotten()
            + self.newest.forgotten()
            + self.applied.forgotten()
            + self.answered.forgotten()
            + self.session_redirects.forgotten()
            + self.opened.forgotten()
    }
}
