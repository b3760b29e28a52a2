//! The log of a server that runs until somebody stops it: on stderr, as the environment asks.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

/// Starts it. `LOG` is a `tracing` filter (`info` when it is unset or none), `LOG_FORMAT=json` makes each line an
/// object: the reference backend's own variables, so that it logs alike however it is started.
pub(crate) fn start() {
    let filter = EnvFilter::try_from_env("LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(io::stderr);
    if std::env::var("LOG_FORMAT").is_ok_and(|format| format == "json") {
        log.json().flatten_event(true).init();
    } else {
        log.init();
    }
}
