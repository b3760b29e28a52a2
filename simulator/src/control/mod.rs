//! The control plane: all that the Rust API can do, as JSON over HTTP under `/_linklab/`, described by an `OpenAPI` document.
//!
//! Every operation is a row of one table that serves the requests and yields that document. Callers are
//! programs and people of this machine: a page of a foreign origin is refused.

mod answer;
mod caps;
mod clock;
mod error;
mod fault;
mod guard;
mod journal;
mod openapi;
mod operation;
mod platform;
mod queue;
mod request;
mod route;
mod stream;
mod table;
mod user;
mod webhook;

pub(crate) use caps::STREAMS;
pub(crate) use route::routes;
