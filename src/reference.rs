//! `linklab reference`: the reference backend alone, configured by its environment.

use anyhow::Context;
use linklab_reference::Config;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::cli::Reference;
use crate::{Failure, log, speak, stop};

/// Serves until Ctrl-C or a request to terminate.
pub(crate) async fn run(arguments: Reference) -> Result<u8, Failure> {
    let mut config = Config::from_env(|name| std::env::var(name).ok())
        .map_err(|problems| Failure::new(2, problems.to_string()))?;
    if let Some(listen) = arguments.listen {
        config.listen = listen;
    }
    if arguments.print_config {
        speak::out(&config.to_string());
        return Ok(0);
    }
    log::start();
    serve(config)
        .await
        .map_err(|error| Failure::new(3, format!("{error:#}")))?;
    Ok(0)
}

async fn serve(config: Config) -> anyhow::Result<()> {
    // Listened for before the address is told: who reads it may stop us at once.
    let stopped = stop::signal().map_err(anyhow::Error::msg)?;
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    speak::remark(&format!(
        "reference backend on http://{}, Ctrl-C stops it",
        listener.local_addr()?
    ));
    let stop = CancellationToken::new();
    tokio::spawn({
        let stop = stop.clone();
        async move {
            stopped.await;
            stop.cancel();
        }
    });
    linklab_reference::serve(listener, config, stop).await?;
    Ok(())
}
