//! What a user does in the conversation: says, presses, logs in, logs out.

use std::sync::Arc;

use url::Url;

use crate::UserError;
use crate::hub::Hub;
use crate::webhook::{Attempt, Delivery, Envelope, Happening, Item, Message, Postback};
use crate::webview::{self, Opening, RedirectTemplate};
use crate::world::{Change, Command, Event, Refusal};

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.to_string())
    }
}

impl Hub {
    pub(crate) fn add_user(&self, psid: Option<&str>, name: &str) -> Result<String, UserError> {
        if let Some(psid) = psid {
            self.command(&Command::AddUser { psid, name })?;
            return Ok(psid.to_owned());
        }
        loop {
            let psid = self.ids.psid();
            match self.command(&Command::AddUser { psid: &psid, name }) {
                Ok(_) => return Ok(psid),
                // A generated id can meet one that was given by hand; the next one is drawn then.
                Err(Refusal::UserExists { .. }) => {}
                Err(refusal) => return Err(refusal.into()),
            }
        }
    }

    pub(crate) async fn say(&self, psid: &str, text: &str) -> Result<Attempt, UserError> {
        let message = Message {
            mid: self.ids.message_id(),
            text: text.to_owned(),
        };
        self.tell(psid, "messages", Happening::Message(message))
            .await
    }

    pub(crate) async fn postback(
        &self,
        psid: &str,
        title: &str,
        payload: &str,
    ) -> Result<Attempt, UserError> {
        let mid = self.ids.message_id();
        let postback = Postback {
            mid,
            title: title.to_owned(),
            payload: payload.to_owned(),
        };
        self.tell(psid, "messaging_postbacks", Happening::Postback(postback))
            .await
    }

    pub(crate) fn tap_log_in(
        &self,
        psid: &str,
        button_url: &str,
        redirect: Option<&RedirectTemplate>,
    ) -> Result<Opening, UserError> {
        let _own = self.own_time.start();
        let openable =
            Url::parse(button_url).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !openable {
            return Err(UserError(format!(
                "the Log In button's url \"{button_url}\" cannot be opened; give an absolute http or https address"
            )));
        }
        let (_, now_ms) = self.command(&Command::Tap { psid })?;
        let tapped = self.note(None, format!("{psid} tapped Log In"));
        let token = self.sealer.seal(psid, now_ms, tapped);
        let own;
        let redirect = if let Some(given) = redirect {
            given
        } else {
            own = RedirectTemplate::own(&self.origin());
            &own
        };
        Ok(webview::open(button_url, redirect, psid, token))
    }

    pub(crate) async fn tap_log_out(&self, psid: &str) -> Result<Attempt, UserError> {
        let (_, now_ms) = self.command(&Command::LogOut { psid })?;
        let cause = self.note(None, format!("{psid} tapped Log Out"));
        if let Some(gap) = self.subscription_gap("messaging_account_linking") {
            return Err(not_subscribed(&gap));
        }
        let event = Envelope::of_one(Item::unlinked(psid, &self.config.page_id, now_ms));
        Ok(self.send(&event, psid, Some(cause)).await)
    }

    /// The backend's unlink call. When an unlinked event is due, tells since when, in platform milliseconds.
    pub(crate) fn unlink_by_call(&self, psid: &str) -> Result<Option<u64>, Refusal> {
        let (event, now_ms) = self.command(&Command::UnlinkCall { psid })?;
        let wanted =
            self.config.unlinked_event_after_api && self.subscribes("messaging_account_linking");
        Ok((wanted && matches!(event, Event::Unlinked { notify: true, .. })).then_some(now_ms))
    }

    /// Sends the event that an unlink call is followed by, while nobody waits for it.
    pub(crate) fn send_unlinked_unattended(self: &Arc<Self>, psid: String, at_ms: u64, cause: u64) {
        let event = Envelope::of_one(Item::unlinked(&psid, &self.config.page_id, at_ms));
        let delivery = Delivery::signed_bytes(&self.config, event.to_bytes());
        self.deliver_unattended(delivery, psid, Some(cause));
    }

    async fn tell(
        &self,
        psid: &str,
        field: &str,
        happening: Happening,
    ) -> Result<Attempt, UserError> {
        // Whatever the user says opens the 24 hours, whether the app hears of it or not.
        self.change(&Change::Spoke {
            psid: psid.to_owned(),
            at_ms: self.clock.now_ms(),
        })?;
        if let Some(gap) = self.subscription_gap(field) {
            return Err(not_subscribed(&gap));
        }
        let event = Envelope::of_one(Item::new(
            psid,
            &self.config.page_id,
            self.clock.now_ms(),
            happening,
        ));
        Ok(self.send(&event, psid, None).await)
    }

    async fn send(&self, event: &Envelope, psid: &str, cause: Option<u64>) -> Attempt {
        let preparing = self.own_time.start();
        let delivery = Delivery::signed_bytes(&self.config, event.to_bytes());
        drop(preparing);
        self.deliver(delivery, vec![psid.to_owned()], cause).await.0
    }
}

fn not_subscribed(gap: &str) -> UserError {
    UserError(format!(
        "no event was sent: {gap}; subscribe by subscribed_fields of the configuration or by the Graph API"
    ))
}
