//! The specimen over real sockets: correct without faults, and changed by each fault in its own way.

#![expect(
    clippy::unwrap_used,
    reason = "whatever cannot go on in a test fails that test"
)]

mod baseline;
mod catalogue;
mod portrait;
mod world;
