//! A user's linking, decided by the table: tap, return, event and unlink.

use super::command::{Event, Refusal};
use super::entry::{Client, Entry};
use super::history::Linking;
use super::linking::{Attempt, Effect, Input, State, answer};
use super::reason::AbortReason;
use super::spent::{Phase, Return};
use super::state::World;
use super::token::{AttemptId, TOKEN_LIFE_MS, Token};
use crate::Knobs;

/// How a browser came back with a genuine token of this page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival<'a> {
    /// With the token of its own login.
    Own {
        /// The code, if the address has one.
        code: Option<&'a str>,
        /// Characters a code may have.
        code_limit: usize,
        /// Whether the app receives linking events.
        subscribed: bool,
    },
    /// With another token than that of its login.
    Foreign,
    /// With an address that has lost the token.
    Lost,
    /// Without the cookie of the user.
    NoCookie,
}

impl World {
    /// Whether a newer tap has replaced this token, while the knob demands the newest.
    pub fn superseded(&self, token: &Token, knobs: Knobs) -> bool {
        knobs.newest_token_only
            && self
                .users
                .get(token.psid.as_str())
                .is_some_and(|user| user.newest_tap != token.serial)
    }

    /// How the linkings of this user ended, oldest first, as far as they are remembered.
    pub fn linkings(&self, psid: &str) -> Vec<Linking> {
        self.history.of(psid)
    }

    /// Where the newest login of this user stands at platform time `now_ms`.
    ///
    /// A return without a code leaves no trace in the world, so a cancelled login counts as opened.
    pub fn standing(&self, psid: &str, now_ms: u64) -> Option<State> {
        let user = self.users.get(psid)?;
        let expired = now_ms >= user.tapped_ms.saturating_add(TOKEN_LIFE_MS);
        let phase = self.spent.of_tap(psid, user.newest_tap);
        let attempt = match phase {
            _ if user.newest_tap == 0 && user.offered => Attempt::Offered,
            _ if user.newest_tap == 0 => Attempt::Idle,
            Some(phase) if phase.is_open() || !expired => phase.attempt(),
            _ if expired => Attempt::Expired,
            _ => Attempt::Opened,
        };
        Some(State {
            linked: user.link.is_some(),
            attempt,
        })
    }

    pub(super) fn tap(
        &self,
        psid: &str,
        entry: Entry,
        tap: u64,
        knobs: Knobs,
        now_ms: u64,
    ) -> Result<Event, Refusal> {
        let user = self.known(psid)?;
        let (input, reason) = if !entry.starts_linking() {
            (Input::TapElsewhere, AbortReason::NotALogInButton { entry })
        } else if !user.client.supports_linking() {
            let client = user.client;
            (Input::TapOnWeb, AbortReason::UnsupportedClient { client })
        } else if knobs.profile_url_needed && self.page.profile.account_linking_url().is_none() {
            (Input::TapWithoutProfile, AbortReason::NoProfileUrl)
        } else {
            return Ok(Event::Opened {
                psid: psid.to_owned(),
                tap,
                at_ms: now_ms,
            });
        };
        let state = State {
            linked: user.link.is_some(),
            attempt: Attempt::Idle,
        };
        Ok(Event::NotOpened {
            psid: psid.to_owned(),
            at_ms: now_ms,
            page: answer(knobs, state, input).effect != Effect::RefuseTap,
            reason,
        })
    }

    pub(super) fn come_back(
        &self,
        token: &Token,
        arrival: Arrival<'_>,
        knobs: Knobs,
        now_ms: u64,
    ) -> Result<Event, Refusal> {
        let Some(user) = self.users.get(token.psid.as_str()) else {
            return Err(AbortReason::UnknownUser {
                psid: token.psid.clone(),
            }
            .into());
        };
        let attempt = match self.spent.find(token.id) {
            Some(spent) if spent.phase.is_open() => spent.phase.attempt(),
            _ if now_ms >= token.expires_ms() => Attempt::Expired,
            Some(spent) => spent.phase.attempt(),
            None => Attempt::Opened,
        };
        let (input, code) = match arrival {
            Arrival::Foreign => (Input::ReturnForeign, Err(AbortReason::ForeignToken)),
            Arrival::Lost => (Input::ReturnGarbled, Err(AbortReason::NoToken)),
            Arrival::NoCookie => (Input::ReturnWithoutCookie, Err(AbortReason::NotTheBrowser)),
            Arrival::Own { .. } if self.superseded(token, knobs) => {
                (Input::ReturnSuperseded, Err(AbortReason::Superseded))
            }
            Arrival::Own {
                code,
                code_limit,
                subscribed,
            } => match usable(code, code_limit) {
                Err(AbortReason::NoCode) => (Input::ReturnWithoutCode, Err(AbortReason::NoCode)),
                Err(reason) => (Input::ReturnWithUnusableCode, Err(reason)),
                Ok(code) if subscribed => (Input::ReturnWithCode, Ok(code)),
                Ok(code) => (Input::ReturnUnsubscribed, Ok(code)),
            },
        };
        let state = State {
            linked: user.link.is_some(),
            attempt,
        };
        let failure = match answer(knobs, state, input).effect {
            Effect::SendLinked => None,
            Effect::AbortForSubscription => Some(AbortReason::NotSubscribed),
            effect => {
                let reason = match effect {
                    Effect::AbortForAge => AbortReason::TokenExpired {
                        ago_ms: now_ms.saturating_sub(token.expires_ms()),
                    },
                    Effect::AbortForReuse => AbortReason::AlreadyUsed,
                    // Every other effect of a return says what is wrong with the arrival itself.
                    _ => code.err().unwrap_or(AbortReason::ForeignToken),
                };
                return Ok(Event::Aborted {
                    psid: token.psid.clone(),
                    tap: token.serial,
                    tapped_ms: token.born_ms,
                    at_ms: now_ms,
                    reason,
                });
            }
        };
        Ok(Event::Returned {
            attempt: token.id,
            psid: token.psid.clone(),
            code: code.unwrap_or_default().to_owned(),
            tap: token.serial,
            expires_ms: token.expires_ms(),
            at_ms: now_ms,
            failure,
        })
    }

    pub(super) fn dispatch(&self, attempt: AttemptId) -> Result<Event, Refusal> {
        match self.spent.find(attempt) {
            Some(spent) if spent.phase == Phase::Returned => Ok(Event::Dispatched { attempt }),
            _ => Err(Refusal::NothingAwaited),
        }
    }

    pub(super) fn conclude(
        &self,
        attempt: AttemptId,
        failure: Option<&AbortReason>,
        knobs: Knobs,
        now_ms: u64,
    ) -> Result<Event, Refusal> {
        let spent = self.spent.find(attempt).ok_or(Refusal::NothingAwaited)?;
        let state = State {
            linked: self.link_of(&spent.psid).is_some(),
            attempt: spent.phase.attempt(),
        };
        let input = match failure {
            None => Input::Acknowledged,
            Some(AbortReason::TimedOut { .. }) => Input::TimedOut,
            Some(_) => Input::NotAcknowledged,
        };
        let code = match answer(knobs, state, input).effect {
            Effect::Link => Some(spent.code.clone()),
            Effect::AbortForDelivery => None,
            _ => return Err(Refusal::NothingAwaited),
        };
        Ok(Event::Concluded {
            attempt,
            psid: spent.psid.clone(),
            code,
            at_ms: now_ms,
            failure: failure.cloned(),
        })
    }

    pub(super) fn unlink(&self, psid: &str, input: Input, knobs: Knobs) -> Result<Event, Refusal> {
        let state = State {
            linked: self.known(psid)?.link.is_some(),
            attempt: Attempt::Idle,
        };
        let effect = answer(knobs, state, input).effect;
        if effect == Effect::RefuseUnlink {
            return Err(Refusal::NotLinked {
                psid: psid.to_owned(),
            });
        }
        Ok(Event::Unlinked {
            psid: psid.to_owned(),
            notify: effect == Effect::SendUnlinked,
        })
    }

    /// Makes an event of this file's commands true.
    pub(super) fn apply_linking(&mut self, event: &Event) {
        match event {
            Event::Offered { psid } => {
                if let Some(user) = self.users.get_mut(psid.as_str()) {
                    user.offered = true;
                }
            }
            Event::Opened { psid, tap, at_ms } => {
                if let Some(user) = self.users.get_mut(psid.as_str()) {
                    user.newest_tap = Token::serial_of(*tap);
                    user.tapped_ms = *at_ms;
                }
            }
            // An address opened from elsewhere is no attempt to link; its caller and the journal are told why.
            Event::NotOpened {
                psid,
                at_ms,
                reason,
                ..
            } if !matches!(reason, AbortReason::NotALogInButton { .. }) => {
                self.end(psid, *at_ms, *at_ms, None, Some(reason));
            }
            Event::Aborted {
                psid,
                tap,
                tapped_ms,
                at_ms,
                reason,
            } => self.end(psid, *tapped_ms, *at_ms, Some(*tap), Some(reason)),
            Event::Returned {
                attempt,
                psid,
                code,
                tap,
                expires_ms,
                at_ms,
                failure,
            } => {
                let phase = if failure.is_some() {
                    Phase::Failed
                } else {
                    Phase::Returned
                };
                let spent = Return {
                    psid: psid.clone(),
                    code: code.clone(),
                    expires_ms: *expires_ms,
                    tap: *tap,
                    phase,
                };
                self.spent.insert(*attempt, spent, *at_ms);
                if let Some(reason) = failure {
                    let tapped_ms = expires_ms.saturating_sub(TOKEN_LIFE_MS);
                    self.end(psid, tapped_ms, *at_ms, Some(*tap), Some(reason));
                }
            }
            Event::Dispatched { attempt } => self.spent.enter(*attempt, Phase::Awaiting),
            Event::Concluded {
                attempt,
                psid,
                code,
                at_ms,
                failure,
            } => {
                let phase = if code.is_some() {
                    Phase::Done
                } else {
                    Phase::Failed
                };
                self.spent.enter(*attempt, phase);
                if let (Some(user), Some(code)) = (self.users.get_mut(psid.as_str()), code) {
                    user.link = Some(code.as_str().into());
                }
                if let Some(spent) = self.spent.find(*attempt) {
                    let (tap, tapped_ms) =
                        (spent.tap, spent.expires_ms.saturating_sub(TOKEN_LIFE_MS));
                    self.end(psid, tapped_ms, *at_ms, Some(tap), failure.as_ref());
                }
            }
            Event::Unlinked { psid, .. } => {
                if let Some(user) = self.users.get_mut(psid.as_str()) {
                    user.link = None;
                }
            }
            Event::NotOpened { .. }
            | Event::UserAdded { .. }
            | Event::ClientSet { .. }
            | Event::Changed(_) => {}
        }
    }

    fn end(
        &mut self,
        psid: &str,
        tapped_ms: u64,
        ended_ms: u64,
        tap: Option<u64>,
        aborted: Option<&AbortReason>,
    ) {
        let linking = Linking {
            tapped_ms,
            ended_ms,
            tap,
            aborted: aborted.cloned(),
        };
        self.history.push(psid, linking);
    }

    /// The Messenger client of this user.
    pub fn client_of(&self, psid: &str) -> Option<Client> {
        self.users.get(psid).map(|user| user.client)
    }

    pub(super) fn offer(&self, psid: &str) -> Result<Event, Refusal> {
        self.known(psid)?;
        Ok(Event::Offered {
            psid: psid.to_owned(),
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
