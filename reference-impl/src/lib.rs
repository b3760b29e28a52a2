//! A Messenger account-linking backend to copy: every guard that the flow needs, and nothing else.
//!
//! Reading order: [`Config`] says what the backend is told, `linking` is the flow, `webhook` is where
//! a link comes into being, `store` keeps it, `accounts`, `messenger` and `pages` surround them.
//!
//! ```no_run
//! # async fn start(config: linklab_reference::Config) -> Result<(), linklab_reference::ServeError> {
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let stop = tokio_util::sync::CancellationToken::new();
//! linklab_reference::serve(listener, config, stop).await
//! # }
//! ```

mod accounts;
mod clock;
mod config;
mod failure;
mod fields;
mod limits;
mod linking;
mod messenger;
mod metrics;
mod pages;
mod route;
mod secret;
mod server;
mod serving;
mod store;
mod webhook;

pub use accounts::{AccountError, PasswordError};
pub use clock::{Clock, ManualClock};
pub use config::{Config, ConfigProblem, ConfigProblems, Page};
pub use linking::{AllowList, BadEntry, UnlinkError};
pub use messenger::GraphError;
pub use pages::{Language, UnknownLanguage};
pub use secret::{NoEntropy, Secret};
pub use server::{Backend, OpenError, ServeError, serve};
pub use store::StoreError;
