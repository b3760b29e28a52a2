//! One delivery as others may see it, and as it can be written down.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::queue::{DeliveryId, Queued, Stage, Tried};
use super::scheduler::Fresh;

/// One delivery as it stands.
#[derive(Debug, Clone)]
pub struct DeliveryView {
    /// Which one.
    pub id: DeliveryId,
    /// To which app.
    pub app_id: String,
    /// Whose events it carries.
    pub psids: Vec<String>,
    /// How far it has come.
    pub stage: Stage,
    /// The very bytes.
    pub body: Bytes,
    /// Header lines beside the platform's own; the signatures.
    pub headers: Vec<(String, String)>,
    /// The journal line that it follows from.
    pub cause: Option<u64>,
    /// When it came into the queue, in platform milliseconds.
    pub queued_ms: u64,
    /// Before which platform time it does not go; nothing when it may go at once.
    pub due_ms: Option<u64>,
    /// Every attempt so far, the first one first.
    pub tried: Vec<Tried>,
}

impl DeliveryView {
    pub(super) fn of(queued: &Queued) -> Self {
        Self {
            id: queued.id,
            app_id: queued.app_id.clone(),
            psids: queued.psids.clone(),
            stage: queued.stage,
            body: queued.body.clone(),
            headers: queued.headers.clone(),
            cause: queued.cause,
            queued_ms: queued.since_ms,
            due_ms: (queued.due_ms > 0).then_some(queued.due_ms),
            tried: queued.tried.clone(),
        }
    }
}

/// A delivery that is not over, as it can be written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedDelivery {
    /// To which app.
    pub app_id: String,
    /// Whose events it carries.
    pub psids: Vec<String>,
    /// The body as text; deliveries are UTF-8 unless somebody edited them into something else.
    pub body: String,
    /// Header lines beside the platform's own; the signatures.
    pub headers: Vec<(String, String)>,
    /// Before which platform time it does not go; nothing when it may go at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_ms: Option<u64>,
    /// How many attempts have failed.
    #[serde(default)]
    pub failed: usize,
}

impl SavedDelivery {
    pub(super) fn of(queued: &Queued) -> Self {
        Self {
            app_id: queued.app_id.clone(),
            psids: queued.psids.clone(),
            body: String::from_utf8_lossy(&queued.body).into_owned(),
            headers: queued.headers.clone(),
            due_ms: (queued.due_ms > 0).then_some(queued.due_ms),
            failed: queued.failed,
        }
    }

    pub(super) fn fresh(self) -> Fresh {
        Fresh {
            app_id: self.app_id,
            psids: self.psids,
            body: self.body.into(),
            envelope: None,
            headers: self.headers,
            cause: None,
            due_ms: self.due_ms.unwrap_or_default(),
            failed: self.failed,
            awaited: Vec::new(),
            waiter: None,
        }
    }
}
