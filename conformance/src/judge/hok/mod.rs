//! Family HOK: the webhook, from its verification to events that come twice, late or forged.

mod acknowledgement;

mod batch;
mod family;
mod handshake;
mod meaning;
mod order;
mod signature;

pub(crate) use family::CHECKS;
