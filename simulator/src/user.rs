//! What a user does in the conversation: says, presses, logs in, logs out.

use crate::UserError;
use crate::hub::Hub;
use crate::webhook::{
    Attempt, Happening, Item, Message, NotSent, Outgoing, Postback, ReadReceipt, Ticket, Told,
};
use crate::world::{Change, Command, Event, Refusal};

impl From<Refusal> for UserError {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.to_string())
    }
}

impl From<NotSent> for UserError {
    fn from(not_sent: NotSent) -> Self {
        Self(not_sent.to_string())
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
        let message = Message::text(self.ids.message_id(), text);
        self.happen(psid, Happening::Message(message)).await
    }

    pub(crate) async fn postback(
        &self,
        psid: &str,
        title: &str,
        payload: &str,
    ) -> Result<Attempt, UserError> {
        let postback = Postback::new(self.ids.message_id(), title, payload);
        self.happen(psid, Happening::Postback(postback)).await
    }

    pub(crate) async fn tap_log_out(&self, psid: &str) -> Result<Attempt, UserError> {
        let (event, now_ms) = self.command(&Command::LogOut { psid })?;
        let cause = self.note(None, format!("{psid} tapped Log Out"));
        if !matches!(event, Event::Unlinked { notify: true, .. }) {
            return Err(UserError(
                "no event was sent: the user is not linked, and the knob log_out_event_when_unlinked is off"
                    .to_owned(),
            ));
        }
        let ticket = self.publish(Outgoing {
            item: Item::unlinked(psid, &self.config.page_id, now_ms),
            at_ms: now_ms,
            psid: psid.to_owned(),
            cause: Some(cause),
            awaited: None,
            only: None,
        })?;
        attempted(ticket).await
    }

    /// The backend's unlink call. When an unlinked event is due, tells since when, in platform milliseconds.
    pub(crate) fn unlink_by_call(&self, psid: &str) -> Result<Option<u64>, Refusal> {
        let (event, now_ms) = self.command(&Command::UnlinkCall { psid })?;
        let wanted =
            self.config.unlinked_event_after_api && self.subscribes("messaging_account_linking");
        Ok((wanted && matches!(event, Event::Unlinked { notify: true, .. })).then_some(now_ms))
    }

    /// Queues the event that an unlink call is followed by.
    pub(crate) fn send_unlinked_unattended(&self, psid: String, at_ms: u64, cause: u64) {
        let published = self.publish(Outgoing {
            item: Item::unlinked(&psid, &self.config.page_id, at_ms),
            at_ms,
            psid,
            cause: Some(cause),
            awaited: None,
            only: None,
        });
        if let Err(not_sent) = published {
            self.note(Some(cause), not_sent.to_string());
        }
    }

    /// Anything that the user does in the conversation; the event is delivered.
    pub(crate) async fn happen(
        &self,
        psid: &str,
        happening: Happening,
    ) -> Result<Attempt, UserError> {
        let now_ms = self.clock.now_ms();
        if speaks(&happening) {
            // Whatever the user says opens the 24 hours, whether the app hears of it or not.
            self.change(&Change::Spoke {
                psid: psid.to_owned(),
                at_ms: now_ms,
            })?;
        } else if self.world().name_of(psid).is_none() {
            let psid = psid.to_owned();
            return Err(Refusal::UnknownUser { psid }.into());
        }
        let item = Item::of_user(psid, &self.config.page_id, now_ms, happening);
        let ticket = self.publish(Outgoing {
            item,
            at_ms: now_ms,
            psid: psid.to_owned(),
            cause: None,
            awaited: None,
            only: None,
        })?;
        attempted(ticket).await
    }

    /// The user has seen everything that was said until now.
    pub(crate) async fn read(&self, psid: &str) -> Result<Attempt, UserError> {
        let watermark = self.clock.now_ms();
        self.happen(psid, Happening::Read(ReadReceipt { watermark }))
            .await
    }
}

/// Whether it opens the page's 24 hours (protocol row 4.1.12): receipts and edits do not.
fn speaks(happening: &Happening) -> bool {
    matches!(
        happening,
        Happening::Message(_)
            | Happening::Postback(_)
            | Happening::Referral(_)
            | Happening::Optin(_)
    )
}

async fn attempted(ticket: Ticket) -> Result<Attempt, UserError> {
    let id = ticket.id;
    match ticket.told().await {
        Told::Tried { attempt, .. } => Ok(attempt),
        Told::Kept => Err(UserError(format!(
            "the event waits as delivery {id}: the queue is paused or the delivery delayed; step or resume the queue"
        ))),
        Told::Dropped => Err(UserError(format!(
            "delivery {id} was taken out of the queue before it was sent"
        ))),
    }
}
