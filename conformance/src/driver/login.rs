//! Intents: what a user wants, carried out on pages that nobody described.

use super::browser::NoAnswer;
use super::discover::{self, Entry};
use super::form::{Effect, Kind};
use super::page::Page;
use super::submission::Submission;
use super::tab::Tab;
use super::words::{Meaning, meaning};
use crate::transcript::{Attempted, Intent, What};

/// Pages between the credentials and the redirect that a user is led through (consent, interstitials).
const MOST_PAGES: usize = 5;

/// Where an intent ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The browser was sent away from the backend, to this URL.
    Navigated(String),
    /// The browser shows a page of the backend.
    Stayed,
    /// The driver could not do it.
    Stuck(String),
}

/// Who logs in. The password is never written into a transcript's intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Typed as user name.
    pub username: String,
    /// Typed as password.
    pub password: String,
}

/// Ways to be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadPassword {
    /// Right user, wrong password.
    Wrong,
    /// A user that does not exist.
    UnknownUser,
    /// Right user, no password.
    Empty,
    /// Right user, a password of 5,000 characters.
    OverLong,
    /// Right user, a password of letters from many scripts.
    Unicode,
}

impl BadPassword {
    /// The kind of this name: `wrong`, `unknown-user`, `empty`, `over-long`, `unicode`.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "" | "wrong" => Self::Wrong,
            "unknown-user" => Self::UnknownUser,
            "empty" => Self::Empty,
            "over-long" => Self::OverLong,
            "unicode" => Self::Unicode,
            _ => return None,
        })
    }

    /// The right credentials turned wrong.
    pub fn spoil(self, right: &Credentials) -> Credentials {
        let username = match self {
            Self::UnknownUser => format!("nobody-{}", right.username),
            _ => right.username.clone(),
        };
        let password = match self {
            Self::Wrong | Self::UnknownUser => format!("not-{}", right.password),
            Self::Empty => String::new(),
            Self::OverLong => "x".repeat(5_000),
            Self::Unicode => "пароль密码パスワード🔑é".to_owned(),
        };
        Credentials { username, password }
    }
}

impl Tab {
    /// Carries out an intent on the page shown, and writes down how it ended.
    ///
    /// `detail` picks a variant: for [`Intent::BadPassword`] a name of [`BadPassword`]; for [`Intent::Login`]
    /// `until-consent` stops at the first page behind the credentials.
    pub(crate) async fn attempt(
        &mut self,
        intent: Intent,
        detail: &str,
        right: &Credentials,
    ) -> Result<Ended, NoAnswer> {
        self.note(What::Intent(Attempted {
            intent,
            detail: detail.to_owned(),
        }));
        let ended = match intent {
            Intent::Login if detail == "until-consent" => self.enter(right, false).await?,
            Intent::Login => self.enter(right, true).await?,
            Intent::BadPassword => match BadPassword::named(detail) {
                Some(kind) => self.enter_wrongly(&kind.spoil(right)).await?,
                None => Ended::Stuck(format!(
                    "there is no kind of bad password called \"{detail}\""
                )),
            },
            Intent::Cancel => self.decline().await?,
            Intent::SignUp => self.create(right).await?,
            Intent::Continue => self.agree().await?,
        };
        match &ended {
            Ended::Navigated(_) => {}
            Ended::Stayed => self.note(What::Stayed),
            Ended::Stuck(reason) => self.note(What::Stuck {
                reason: reason.clone(),
            }),
        }
        Ok(ended)
    }

    /// Right credentials, then on and on until the browser is sent away.
    async fn enter(&mut self, who: &Credentials, go_on: bool) -> Result<Ended, NoAnswer> {
        let mut submitted = false;
        let mut after = 0;
        // Pages before the form count too: a landing page and a user-name-first page are usual.
        for _ in 0..=2 * MOST_PAGES {
            let page = self.shown();
            let entry = page.and_then(discover::login);
            let ended = match (entry, submitted) {
                (Some(entry), true) if !entry.passwords.is_empty() => {
                    return Ok(Ended::Stuck(format!(
                        "the login form came back after the user name and password of \"{}\" were submitted: {}",
                        who.username,
                        self.told()
                    )));
                }
                (Some(entry), false) => {
                    submitted = !entry.passwords.is_empty();
                    self.fill(&entry, who).await?
                }
                _ if submitted && (!go_on || after == MOST_PAGES) => return Ok(Ended::Stayed),
                _ => {
                    after += usize::from(submitted);
                    match self.next_press(submitted) {
                        Some(effect) => self.press(&effect).await?,
                        None if submitted => return Ok(Ended::Stayed),
                        None => return Ok(Ended::Stuck(self.missing("a login form (a password field, or a user name asked first) or a way to one"))),
                    }
                }
            };
            if ended != Ended::Stayed {
                return Ok(ended);
            }
            if submitted && !go_on {
                return Ok(ended);
            }
        }
        Ok(Ended::Stayed)
    }

    /// Wrong credentials. Where they are accepted all the same, the user goes on as if nothing were wrong.
    async fn enter_wrongly(&mut self, who: &Credentials) -> Result<Ended, NoAnswer> {
        for page in 0..=MOST_PAGES {
            let Some(entry) = self.shown().and_then(discover::login) else {
                return match self.next_press(page > 0) {
                    _ if page == 0 => Ok(Ended::Stuck(
                        self.missing("a login form (a password field, or a user name asked first)"),
                    )),
                    None => Ok(Ended::Stayed),
                    Some(effect) => self.agree_on(effect).await,
                };
            };
            let last = !entry.passwords.is_empty();
            let ended = self.fill(&entry, who).await?;
            if ended != Ended::Stayed {
                return Ok(ended);
            }
            if last {
                break;
            }
        }
        match self.shown().and_then(discover::login) {
            Some(_) => Ok(Ended::Stayed),
            None => match self.next_press(true) {
                Some(effect) => self.agree_on(effect).await,
                None => Ok(Ended::Stayed),
            },
        }
    }

    /// Presses what goes on, page after page, until the browser leaves or a login form shows up.
    async fn agree_on(&mut self, first: Effect) -> Result<Ended, NoAnswer> {
        let mut effect = first;
        for _ in 0..MOST_PAGES {
            let ended = self.press(&effect).await?;
            if ended != Ended::Stayed || self.shown().and_then(discover::login).is_some() {
                return Ok(ended);
            }
            match self.next_press(true) {
                Some(next) => effect = next,
                None => return Ok(Ended::Stayed),
            }
        }
        Ok(Ended::Stayed)
    }

    async fn decline(&mut self) -> Result<Ended, NoAnswer> {
        let found = self
            .shown()
            .and_then(|page| discover::cancel(page, &self.redirect_uri));
        match found.map(|press| press.effect.clone()) {
            Some(effect) => self.press(&effect).await,
            None => Ok(Ended::Stuck(self.missing(
                "a control that declines (\"Cancel\", \"Not now\", or a link back to Messenger)",
            ))),
        }
    }

    async fn agree(&mut self) -> Result<Ended, NoAnswer> {
        match self.next_press(true) {
            Some(effect) => self.press(&effect).await,
            None => Ok(Ended::Stuck(self.missing(
                "a control that goes on (\"Continue\", \"Allow\", \"Link\")",
            ))),
        }
    }

    async fn create(&mut self, who: &Credentials) -> Result<Ended, NoAnswer> {
        if self.shown().and_then(discover::sign_up).is_none() {
            let found = self.shown().and_then(discover::to_sign_up);
            let Some(effect) = found.map(|press| press.effect.clone()) else {
                return Ok(Ended::Stuck(self.missing(
                    "a sign-up form or a way to one (\"Create an account\")",
                )));
            };
            let ended = self.press(&effect).await?;
            if ended != Ended::Stayed {
                return Ok(ended);
            }
        }
        let Some(entry) = self.shown().and_then(discover::sign_up) else {
            return Ok(Ended::Stuck(self.missing(
                "a sign-up form (a new password, or a form that speaks of a new account)",
            )));
        };
        let ended = self.fill(&entry, who).await?;
        if ended != Ended::Stayed {
            return Ok(ended);
        }
        if self.shown().and_then(discover::sign_up).is_some() {
            return Ok(Ended::Stayed);
        }
        if self.shown().and_then(discover::login).is_some() {
            return self.enter(who, true).await;
        }
        match self.next_press(true) {
            Some(effect) => self.agree_on(effect).await,
            None => Ok(Ended::Stayed),
        }
    }

    /// Types what the form asks for and sends it.
    async fn fill(&mut self, entry: &Entry, who: &Credentials) -> Result<Ended, NoAnswer> {
        let Some(form) = self.shown().and_then(|page| page.forms.get(entry.form)) else {
            return Ok(Ended::Stuck("the form is no longer on the page".to_owned()));
        };
        let mut filled: Vec<(usize, &str)> = entry
            .passwords
            .iter()
            .map(|&at| (at, who.password.as_str()))
            .collect();
        filled.extend(entry.user.map(|at| (at, who.username.as_str())));
        let rest = (0..form.controls.len()).filter(|&at| {
            let control = &form.controls[at];
            control.shown
                && control.required
                && control.kind == Kind::Text
                && control.value.is_empty()
        });
        // Other fields that must be filled (a name at sign-up) take the user name: any text will do.
        let others: Vec<usize> = rest
            .filter(|at| !filled.iter().any(|(done, _)| done == at))
            .collect();
        filled.extend(others.into_iter().map(|at| (at, who.username.as_str())));
        let submission = Submission::of(form, &filled, entry.submit);
        if !entry.passwords.is_empty() {
            self.browser.note_credentials();
        }
        self.submit(&submission).await
    }

    /// What leads on: behind the login whatever agrees; before it the way to the login form, unless a button is
    /// there that agrees at once, as for a user who is still signed in.
    fn next_press(&self, logged_in: bool) -> Option<Effect> {
        let page = self.shown()?;
        let onward = discover::onward(page, &self.redirect_uri);
        let at_once = onward.is_some_and(|press| {
            matches!(press.effect, Effect::Send { .. })
                && meaning(&press.words) == Some(Meaning::Agree)
        });
        let found = if logged_in || at_once {
            onward
        } else {
            discover::to_login(page).or(onward)
        };
        found.map(|press| press.effect.clone())
    }

    fn shown(&self) -> Option<&Page> {
        self.page.as_ref()
    }

    fn told(&self) -> String {
        self.shown()
            .map_or_else(|| "no page was loaded".to_owned(), Page::told)
    }

    fn missing(&self, wanted: &str) -> String {
        match self.shown() {
            Some(page) => format!(
                "looked for {wanted} on {}: found {}",
                page.told(),
                page.inventory()
            ),
            None => format!("looked for {wanted}, but no page was loaded"),
        }
    }
}
