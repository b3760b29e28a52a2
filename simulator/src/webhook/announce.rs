//! Events that follow from what the page itself does: echoes, delivery receipts, handovers.

use serde_json::Value;

use super::envelope::Item;
use super::event::{
    Attachment, AttachmentKind, AttachmentPayload, DeliveryReceipt, Happening, Message,
    PassThreadControl, RequestThreadControl, TakeThreadControl,
};
use super::scheduler::{NotSent, Outgoing};
use crate::hub::Hub;

/// A message of the page that has reached a user.
#[derive(Debug)]
pub(crate) struct Spoken<'a> {
    pub(crate) psid: &'a str,
    pub(crate) mid: &'a str,
    /// The `message` object as sent.
    pub(crate) message: &'a Value,
    /// The line of the call in the journal.
    pub(crate) cause: u64,
}

/// How control of a conversation moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    /// One app gives it to another, who is told.
    Pass,
    /// One app takes it from another, who is told.
    Take,
    /// One app asks another for it, who is told.
    Request,
}

impl Hub {
    /// Tells apps that asked for it that a message was sent, and that it has reached the user's device: simulated
    /// users are always within reach (protocol rows 3.5, 4.1.14).
    pub(crate) fn announce_spoken(&self, spoken: &Spoken<'_>) {
        let echo = echo(spoken).echoed_by(
            // Validation has parsed it as a number.
            self.config.app_id.parse().unwrap_or_default(),
            spoken.message["metadata"].as_str(),
        );
        self.announce(spoken.psid, spoken.cause, Happening::Message(echo), None);
        let receipt = DeliveryReceipt {
            mids: vec![spoken.mid.to_owned()],
            watermark: self.clock.now_ms(),
        };
        self.announce(
            spoken.psid,
            spoken.cause,
            Happening::Delivery(receipt),
            None,
        );
    }

    /// Tells the other app of a handover that control moves, or is asked for.
    pub(crate) fn announce_handover(
        &self,
        psid: &str,
        cause: u64,
        how: Move,
        (from_app_id, to_app_id): (&str, &str),
        metadata: Option<String>,
    ) {
        let from = from_app_id.to_owned();
        let (happening, told) = match how {
            Move::Pass => (
                Happening::PassThreadControl(PassThreadControl {
                    new_owner_app_id: None,
                    previous_owner_app_id: Some(from),
                    metadata,
                }),
                to_app_id,
            ),
            Move::Take => (
                Happening::TakeThreadControl(TakeThreadControl {
                    previous_owner_app_id: from,
                    metadata,
                }),
                from_app_id,
            ),
            Move::Request => (
                Happening::RequestThreadControl(RequestThreadControl {
                    requested_owner_app_id: to_app_id.to_owned(),
                    metadata,
                }),
                from_app_id,
            ),
        };
        self.announce(psid, cause, happening, Some(told.to_owned()));
    }

    fn announce(&self, psid: &str, cause: u64, happening: Happening, only: Option<String>) {
        let at_ms = self.clock.now_ms();
        let published = self.publish(Outgoing {
            item: Item::of_user(psid, &self.config.page_id, at_ms, happening),
            at_ms,
            psid: psid.to_owned(),
            cause: Some(cause),
            awaited: None,
            only,
        });
        match published {
            // Most apps do not ask for receipts; a line for each message would bury the rest.
            Ok(_) | Err(NotSent::Gap(_)) => {}
            Err(full @ NotSent::Full) => drop(self.note(Some(cause), full.to_string())),
        }
    }
}

/// The echo of a message: what was said and attached, not the quick replies beneath it.
fn echo(spoken: &Spoken<'_>) -> Message {
    let mut echo = Message::new(spoken.mid);
    echo.text = spoken.message["text"].as_str().map(str::to_owned);
    let attached = &spoken.message["attachment"];
    if let (Some(kind), Some(payload)) = (
        attached["type"].as_str().and_then(AttachmentKind::of),
        attached["payload"].as_object(),
    ) {
        let payload = match payload.get("url").and_then(Value::as_str) {
            Some(url) if kind != AttachmentKind::Template => AttachmentPayload::Url {
                url: url.to_owned(),
                sticker_id: None,
            },
            _ => AttachmentPayload::Other(payload.clone()),
        };
        echo.attachments.push(Attachment { kind, payload });
    }
    echo
}
