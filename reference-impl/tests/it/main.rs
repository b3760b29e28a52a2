//! The reference backend over real sockets, with a stand-in for Graph and a small browser of its own.

#![expect(
    clippy::unwrap_used,
    reason = "a broken set-up ends the test, and the panic says where"
)]

mod admin;
mod backend;
mod command;
mod consent;
mod flow;
mod guards;
mod person;
mod platform;
mod simulated;
mod unlinking;
mod webhook;
