//! The webhook: handshake, signature over the raw bytes, events, and what they do to the store.

mod apply;
mod event;
mod receive;
mod routes;
mod signature;
mod verification;

pub(crate) use routes::routes;
