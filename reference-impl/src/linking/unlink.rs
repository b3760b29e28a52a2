//! Unlinking from this side: the platform is told first, and this side follows when it agreed.

use crate::{
    messenger::{Answer, GraphError, Task},
    metrics::Outcome,
    server::App,
    store::StoreError,
};

/// Why a PSID is still linked here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnlinkError {
    /// The platform refused for good; the link stays on both sides.
    #[error("the platform did not unlink this person, so the link stays here too: {0}")]
    Refused(GraphError),
    /// The platform did not answer, or not now. It is asked again until it agrees, and this side
    /// follows then.
    #[error(
        "the platform did not unlink this person yet, so the link stays here too; it is asked again: {0}"
    )]
    Later(GraphError),
    /// The platform has unlinked, but this side could not write it down.
    #[error("the platform has unlinked this person, but this side has not: {0}")]
    Store(#[from] StoreError),
}

/// Unlinks a PSID on the platform, then here; `true` when there was a link here.
///
/// The call is made even for a PSID that is not linked here: if the platform thinks otherwise, the
/// two sides agree again afterwards. The platform may also send an `unlinked` event for it
/// (protocol row 1.6.7); whichever comes first takes the link away and says goodbye, once.
///
/// Until the platform agrees the link stays, because that is the truth: Messenger still shows it.
/// The wish is kept in the outbox, and a new login of the person makes it void.
pub(crate) async fn unlink(app: &App, psid: &str) -> Result<bool, UnlinkError> {
    let now = app.clock.now();
    if let Err(error) = app.graph.unlink(psid).await {
        if !error.is_worth_repeating() {
            return Err(UnlinkError::Refused(error));
        }
        let kept = app.store.post(psid, &Task::Unlink.letter(), now).await;
        app.outbox.ring();
        return Err(match kept {
            Ok(true) => UnlinkError::Later(error),
            Ok(false) => UnlinkError::Refused(error),
            Err(store) => {
                tracing::error!(error = %store, "the wish to unlink could not be kept");
                UnlinkError::Refused(error)
            }
        });
    }
    let goodbye = Task::Say(Answer::Goodbye).letter();
    let gone = app.store.unlink_locally(psid, &goodbye, now).await?;
    if gone {
        app.metrics.event(Outcome::Unlinked);
        app.outbox.ring();
    }
    Ok(gone)
}
