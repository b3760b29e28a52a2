//! A faithful Messenger platform on localhost: account linking without Meta, library first.
//!
//! [`Simulator::start`] gives a running platform on a loopback port; everything else is reached from that
//! handle. The inside is a pure [`world`] with a shell around it: `graph` (what a backend calls), [`webhook`]
//! (what a backend receives), [`webview`] (what a user's browser meets) and the [`journal`] of all of it.

mod activity;
pub mod clock;
pub mod config;
mod control;
mod environment;
mod escape;
pub mod fault;
mod graph;
mod hold;
mod hub;
pub mod journal;
pub mod knob;
mod platform;
mod reset;
mod server;
mod sever;
pub mod time;
pub mod timer;
mod user;
pub mod webhook;
pub mod webview;
pub mod world;

pub use clock::Clock;
pub use config::{Config, ConfigError, OtherApp};
pub use environment::Environment;
pub use hold::HeldSends;
pub use knob::Knobs;
pub use platform::{Simulator, StartError, UserError};
