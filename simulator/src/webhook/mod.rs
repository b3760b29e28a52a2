//! Events on their way to the backend: escape, sign the very bytes, send the same bytes.

mod client;
mod delivery;
mod envelope;
mod handshake;
mod sign;

pub(crate) use client::Courier;
pub use delivery::{ANSWER_LIMIT, Attempt, Delivery, Outcome};
pub(crate) use envelope::psids_in;
pub use envelope::{
    AccountLinking, Envelope, Happening, Item, Message, PageEntry, Party, Postback,
};
pub use handshake::HandshakeAnswer;
pub(crate) use handshake::verification;
pub(crate) use sign::same_secret;
pub use sign::{sha1_hex, sha256_hex};

use bytes::Bytes;
use serde_json::Value;

use crate::escape::{Dialect, to_bytes};

/// Serialises as the platform does on the wire: compact and escaped as observed (protocol rows 3.2.5, 3.2.7).
///
/// A [`Value`] keeps no order of keys; [`Envelope::to_bytes`] writes the platform's own order.
pub fn escape(event: &Value) -> Bytes {
    to_bytes(event, Dialect::Webhook)
}
