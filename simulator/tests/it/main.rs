//! The platform over real sockets: what a backend, a browser and a test see of it.

mod backend;
mod browser;
mod callback;
mod golden;
mod graph;
mod linking;
mod misbehaving;
mod platform;
mod send;
mod unlinking;
mod wire;
