//! The backend to be judged: one instance, or several that share a database and nothing else.

use std::{
    env,
    io::{self, Write},
    process::ExitCode,
};

use linklab_reference::{Backend, Config};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

use crate::proxy;

/// Accounts of the backend: user name, password, display name; as many as examples are played at once.
pub(crate) const ACCOUNTS: [(&str, &str, &str); 4] = [
    (
        "counter@harbour.example",
        "Espresso-at-dawn-1",
        "Harbour Counter",
    ),
    (
        "roastery@harbour.example",
        "Espresso-at-dawn-2",
        "Harbour Roastery",
    ),
    (
        "kiosk@harbour.example",
        "Espresso-at-dawn-3",
        "Harbour Kiosk",
    ),
    (
        "office@harbour.example",
        "Espresso-at-dawn-4",
        "Harbour Office",
    ),
];
/// Opens the admin endpoints.
pub(crate) const ADMIN_TOKEN: &str = "an-admin-token-for-the-proof";

/// Serves until it is told to stop.
pub(crate) fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("the system gives threads");
    match runtime.block_on(serve()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The suite shows what a backend that does not start has said.
            writeln!(io::stderr(), "{error:#}").ok();
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> anyhow::Result<()> {
    let config = Config::from_env(|name| env::var(name).ok())?;
    let count: usize = env::var("PROOF_INSTANCES")?.parse()?;
    let seeding = Backend::open(config.clone()).await?;
    for (username, password, name) in ACCOUNTS {
        // On the second start they are there already.
        seeding.create_account(username, name, password).await.ok();
    }
    seeding.close().await;
    let front = TcpListener::bind(config.listen).await?;
    let stop = CancellationToken::new();
    if count == 1 {
        return Ok(linklab_reference::serve(front, config, stop).await?);
    }
    let mut instances = JoinSet::new();
    let mut addresses = Vec::new();
    for _ in 0..count {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        addresses.push(listener.local_addr()?);
        instances.spawn(linklab_reference::serve(
            listener,
            config.clone(),
            stop.clone(),
        ));
    }
    tokio::select! {
        ended = proxy::serve(front, addresses) => ended,
        Some(ended) = instances.join_next() => Ok(ended??),
    }
}
