//! How a server that runs until it is stopped learns that it shall stop.

/// Ends with the first Ctrl-C or request to terminate; both are listened for from the call on.
#[cfg(unix)]
pub(crate) fn signal() -> Result<impl Future<Output = ()>, String> {
    use tokio::signal::unix::{SignalKind, signal};

    let listen =
        |kind| signal(kind).map_err(|error| format!("no signals can be received: {error}"));
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends with the first Ctrl-C.
#[cfg(not(unix))]
pub(crate) fn signal() -> Result<impl Future<Output = ()>, String> {
    Ok(async {
        // Without a way to hear Ctrl-C, the process ends by it anyway.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
