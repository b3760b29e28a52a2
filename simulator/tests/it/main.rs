//! The platform over real sockets: what a backend, a browser and a test see of it.

mod announce;
mod backend;
mod batch;
mod browser;
mod callback;
mod control;
mod conversation;
mod entry;
mod event;
mod extensions;
mod fault;
mod golden;
mod graph;
mod journal;
mod linking;
mod misbehaving;
mod platform;
mod profile;
mod queue;
mod retry;
mod send;
mod subscribing;
mod unlinking;
mod upload;
mod walk;
mod wire;
