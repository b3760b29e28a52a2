//! Unlinking from this side: the platform is told first, and this side follows when it agreed.

use crate::{
    messenger::{Answer, GraphError},
    server::App,
    store::StoreError,
};

/// Why a PSID is still linked here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UnlinkError {
    /// The platform refused or did not answer; the link stays on both sides.
    #[error("the platform did not unlink this person, so the link stays here too: {0}")]
    Platform(#[from] GraphError),
    /// The platform has unlinked, but this side could not write it down.
    #[error("the platform has unlinked this person, but this side has not: {0}")]
    Store(#[from] StoreError),
}

/// Unlinks a PSID on the platform, then here; `true` when there was a link here.
///
/// The call is made even for a PSID that is not linked here: if the platform thinks otherwise, the
/// two sides agree again afterwards. The platform may also send an `unlinked` event for it
/// (protocol row 1.6.7); whichever comes first takes the link away and says goodbye, once.
pub(crate) async fn unlink(app: &App, psid: &str) -> Result<bool, UnlinkError> {
    app.graph.unlink(psid).await?;
    let gone = app.store.unlink_locally(psid).await?;
    if gone {
        app.outbox.put(psid, Answer::Goodbye);
    }
    Ok(gone)
}
