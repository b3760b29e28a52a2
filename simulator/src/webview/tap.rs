//! What a tap opens: the linking URL where linking can start, an ordinary page everywhere else.

use serde_json::Value;
use url::Url;

use super::{Opening, RedirectTemplate, open};
use crate::hub::Hub;
use crate::webhook::Attempt;
use crate::world::linking::State;
use crate::world::{AbortReason, Client, Command, Entry, Event, Linking};
use crate::{Simulator, UserError};

/// What a tap has done.
#[derive(Debug, Clone)]
pub enum Tapped {
    /// The linking URL is open.
    Linking(Opening),
    /// An ordinary page is open, without token and `redirect_uri`.
    Page(Page),
    /// An event was delivered: a postback, or `unlinked` after Log Out.
    Event(Attempt),
    /// The phone dials; no event tells the backend.
    Call(String),
}

/// An ordinary page in a webview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The address as the backend gave it.
    pub url: String,
    /// The platform's own address that makes a browser this user's and leads on to `url`.
    pub start_url: String,
    /// Who opened it.
    pub psid: String,
    /// Whether Messenger Extensions tell the page who the user is: its origin must be whitelisted in the profile.
    pub extensions: bool,
    /// Why no linking has started, where that was decided.
    pub reason: AbortReason,
}

/// What the thread details screen offers (protocol row 1.1.9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreadDetails {
    /// Whether the user is linked, so that Log Out is shown.
    pub linked: bool,
    /// The profile's `account_linking_url`; without one neither Log In nor Log Out is shown.
    pub account_linking_url: Option<String>,
}

impl Simulator {
    /// The user opens `url` from a place in Messenger. Linking starts where it can; elsewhere a page opens.
    ///
    /// Fails with a sentence when nothing opens.
    pub fn open_from(&self, psid: &str, entry: Entry, url: &str) -> Result<Tapped, UserError> {
        self.hub().tap(psid, entry, url, None)
    }

    /// The user taps a button as the backend sent it: the JSON object with its `type`.
    pub async fn tap_button(&self, psid: &str, button: &Value) -> Result<Tapped, UserError> {
        let text = |key: &str| button[key].as_str().unwrap_or_default();
        let hub = self.hub();
        match text("type") {
            "account_link" => hub.tap(psid, Entry::LogInButton, text("url"), None),
            "web_url" => {
                let tapped = hub.tap(psid, Entry::UrlButton, text("url"), None)?;
                Ok(match tapped {
                    Tapped::Page(page) => Tapped::Page(Page {
                        extensions: page.extensions && asks_for_extensions(button),
                        ..page
                    }),
                    other => other,
                })
            }
            "account_unlink" => Ok(Tapped::Event(self.tap_log_out(psid).await?)),
            "postback" => {
                let (title, payload) = (text("title"), text("payload"));
                Ok(Tapped::Event(self.postback(psid, title, payload).await?))
            }
            "phone_number" => Ok(Tapped::Call(text("payload").to_owned())),
            other => Err(UserError(format!(
                "a button of type \"{other}\" does nothing here; tap account_link, account_unlink, web_url, postback or phone_number"
            ))),
        }
    }

    /// What the user sees in the thread details.
    pub fn thread_details(&self, psid: &str) -> ThreadDetails {
        let world = self.hub().world();
        ThreadDetails {
            linked: world.link_of(psid).is_some(),
            account_linking_url: world
                .page()
                .profile
                .account_linking_url()
                .map(str::to_owned),
        }
    }

    /// The user taps Log In, or Log Out if he is linked, in the thread details.
    pub async fn tap_thread_details(&self, psid: &str) -> Result<Tapped, UserError> {
        let details = self.thread_details(psid);
        let Some(url) = details.account_linking_url else {
            return Err(UserError(
                "the thread details show neither Log In nor Log Out: set account_linking_url in the Messenger profile"
                    .to_owned(),
            ));
        };
        if details.linked {
            return Ok(Tapped::Event(self.tap_log_out(psid).await?));
        }
        self.hub().tap(psid, Entry::ThreadDetails, &url, None)
    }

    /// Gives the user another Messenger client; a new user has the iOS app.
    pub fn set_client(&self, psid: &str, client: Client) -> Result<(), UserError> {
        self.hub().command(&Command::SetClient { psid, client })?;
        Ok(())
    }

    /// The Messenger client of this user.
    pub fn client_of(&self, psid: &str) -> Option<Client> {
        self.hub().world().client_of(psid)
    }

    /// Where this user's linking stands in the table: linked or not, and how far the newest login has come.
    pub fn standing(&self, psid: &str) -> Option<State> {
        let hub = self.hub();
        hub.world().standing(psid, hub.clock.now_ms())
    }

    /// How the linkings of this user ended and why, oldest first.
    ///
    /// Bounded: [`MAX_LINKINGS`](crate::world::MAX_LINKINGS) ends of all users together are remembered.
    pub fn linkings(&self, psid: &str) -> Vec<Linking> {
        self.hub().world().linkings(psid)
    }
}

impl Hub {
    pub(crate) fn tap(
        &self,
        psid: &str,
        entry: Entry,
        url: &str,
        redirect: Option<&RedirectTemplate>,
    ) -> Result<Tapped, UserError> {
        let _own = self.own_time.start();
        let openable = Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !openable {
            return Err(UserError(format!(
                "the url \"{url}\" of {entry} cannot be opened; give an absolute http or https address"
            )));
        }
        // A line for somebody who is not there would tell of a tap that nobody made.
        if self.world().name_of(psid).is_none() {
            let psid = psid.to_owned();
            return Err(crate::world::Refusal::UnknownUser { psid }.into());
        }
        let deed = match entry {
            Entry::LogInButton => "tapped Log In".to_owned(),
            _ => format!("opened an address from {entry}"),
        };
        let tap = self.note(None, format!("{psid} {deed}"));
        let (event, now_ms) = self.command(&Command::Tap { psid, entry, tap })?;
        if let Event::NotOpened { reason, page, .. } = event {
            self.note(Some(tap), format!("no linking of {psid}: {reason}"));
            if !page {
                return Err(UserError(format!("nothing was opened: {reason}")));
            }
            return Ok(Tapped::Page(Page {
                url: url.to_owned(),
                start_url: self.start_url(psid, url),
                psid: psid.to_owned(),
                extensions: self.is_whitelisted(url),
                reason,
            }));
        }
        let token = self.sealer.seal(psid, now_ms, tap);
        let own;
        let redirect = if let Some(given) = redirect {
            given
        } else {
            own = RedirectTemplate::own(&self.origin());
            &own
        };
        let start = |url: &str| self.start_url(psid, url);
        Ok(Tapped::Linking(open(url, redirect, psid, token, start)))
    }

    /// The tap of a Log In button whose caller expects the linking URL and nothing else.
    pub(crate) fn tap_log_in(
        &self,
        psid: &str,
        button_url: &str,
        redirect: Option<&RedirectTemplate>,
    ) -> Result<Opening, UserError> {
        match self.tap(psid, Entry::LogInButton, button_url, redirect)? {
            Tapped::Linking(opening) => Ok(opening),
            Tapped::Page(page) => Err(UserError(format!(
                "no linking has started: {}; {} was opened without any parameter",
                page.reason, page.url
            ))),
            Tapped::Event(_) | Tapped::Call(_) => Err(UserError(
                "a Log In button opens an address and does nothing else".to_owned(),
            )),
        }
    }

    /// A message has reached a conversation; with a Log In button in it, linking is offered.
    pub(crate) fn offered(&self, psid: &str, message: &Value) {
        if has_log_in(message) {
            // The message was accepted for a user who is there; nothing is offered to anybody else.
            let _ = self.command(&Command::Offer { psid });
        }
    }
}

/// Whether a URL button asks for Messenger Extensions; as a text it counts too, as Graph takes it.
fn asks_for_extensions(button: &Value) -> bool {
    match &button["messenger_extensions"] {
        Value::Bool(asked) => *asked,
        Value::String(text) => text == "true",
        _ => false,
    }
}

fn has_log_in(value: &Value) -> bool {
    match value {
        Value::Object(map) => {
            map.get("type").and_then(Value::as_str) == Some("account_link")
                || map.values().any(has_log_in)
        }
        Value::Array(items) => items.iter().any(has_log_in),
        _ => false,
    }
}
