//! The platform over real sockets: what a backend, a browser and a test see of it.

mod announce;
mod backend;
mod browser;
mod callback;
mod event;
mod fault;
mod golden;
mod graph;
mod linking;
mod misbehaving;
mod platform;
mod queue;
mod retry;
mod send;
mod unlinking;
mod wire;
