//! The command `linklab-reference`: serve the backend, unlink one person, print the configuration.

use std::io::{self, IsTerminal, Write};

use anyhow::Context;
use clap::{Parser, Subcommand};
use linklab_reference::{Backend, Config};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// A Messenger account-linking backend. It is configured by environment variables.
#[derive(Parser)]
#[command(version)]
struct Cli {
    /// Print the configuration with its secrets redacted, and stop.
    #[arg(long)]
    print_config: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve until interrupted (the default).
    Serve,
    /// Unlink one person on the platform and in the database.
    Unlink {
        /// The page-scoped id of the person.
        #[arg(long)]
        psid: String,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
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
    let config = Config::from_env(|name| std::env::var(name).ok())?;
    if cli.print_config {
        write!(io::stdout(), "{config}").context("printing the configuration")?;
        return Ok(());
    }
    match cli.command.unwrap_or(Command::Serve) {
        Command::Serve => serve(config).await,
        Command::Unlink { psid } => unlink(config, &psid).await,
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("listening on {}", config.listen))?;
    tracing::info!(address = %listener.local_addr()?, "serving");
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    tokio::spawn({
        let stop = stop.clone();
        async move {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("stopping");
            stop.cancel();
        }
    });
    linklab_reference::serve(listener, config, stop).await?;
    Ok(())
}

async fn unlink(config: Config, psid: &str) -> anyhow::Result<()> {
    let backend = Backend::open(config).await?;
    let outcome = backend.unlink(psid).await;
    backend.close().await;
    let said = if outcome? {
        "unlinked on both sides"
    } else {
        "was not linked here; the platform has been told"
    };
    writeln!(io::stdout(), "{psid}: {said}").context("printing the outcome")
}
