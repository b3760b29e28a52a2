//! A faithful Messenger platform on localhost: account linking without Meta, library first.

pub mod clock;
pub mod config;
pub mod journal;
mod platform;
pub mod webhook;
pub mod webview;

pub use clock::Clock;
pub use config::{Config, ConfigError};
pub use platform::{Simulator, StartError, UserError};
