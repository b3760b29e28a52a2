//! Events on their way to the backend: escape, sign the very bytes, send the same bytes.

mod alarm;
mod announce;
mod batch;
mod client;
mod control;
mod delivery;
mod envelope;
mod event;
mod faulty;
mod handshake;
mod health;
mod queue;
mod retry;
mod scheduler;
mod sign;
mod target;
mod view;

pub(crate) use announce::{Move, Spoken};
pub use batch::BatchShape;
pub(crate) use client::Courier;
pub use control::{DeliveryQueue, QueueError};
pub use delivery::{ANSWER_LIMIT, Attempt, Delivery, Outcome};
pub(crate) use envelope::psids_in;
pub use envelope::{Envelope, Item, PageEntry, Party};
pub use event::{
    AccountLinking, AppRoles, Attachment, AttachmentKind, AttachmentPayload, Coordinates,
    DeliveryReceipt, Happening, LIKE_STICKER, Message, MessageEdit, Optin, PassThreadControl,
    Policy, Postback, QuickReply, Reaction, ReactionAction, ReadReceipt, Referral, ReferralSource,
    ReplyTo, RequestThreadControl, TakeThreadControl,
};
pub use handshake::HandshakeAnswer;
pub(crate) use handshake::verification;
pub use health::Health;
pub(crate) use queue::Told;
pub use queue::{
    DeliveryId, MAX_FINISHED, MAX_FINISHED_BYTES, MAX_UNDER_WAY, MAX_WAITING, Stage, Tried,
};
pub use retry::{Patience, Retries};
pub(crate) use scheduler::{NotSent, Outgoing, Scheduler, Ticket};
pub(crate) use sign::same_secret;
pub use sign::{sha1_hex, sha256_hex};
pub use view::{DeliveryView, SavedDelivery};

use bytes::Bytes;
use serde_json::Value;

use crate::escape::{Dialect, to_bytes};

/// Serialises as the platform does on the wire: compact and escaped as observed (protocol rows 3.2.5, 3.2.7).
///
/// A [`Value`] keeps no order of keys; [`Envelope::to_bytes`] writes the platform's own order.
pub fn escape(event: &Value) -> Bytes {
    to_bytes(event, Dialect::Webhook)
}
