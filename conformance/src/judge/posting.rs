//! Deliveries by hand, for the unit tests of webhook judges: what a [`Tape`] shows of the webhook.

use serde_json::{Value, json};

use super::testing::{Tape, context};
use crate::transcript::{Delivered, GraphCall};

/// One official event for this user, as the platform spells and signs it.
pub(crate) fn posted(psid: &str, kind: &str, linking: &Value, status: u16) -> Delivered {
    let page_id = context().page_id;
    let body = json!({
        "object": "page",
        "entry": [{
            "id": page_id,
            "time": 1_472_028_542_079_u64,
            "messaging": [{
                "sender": {"id": psid},
                "recipient": {"id": page_id},
                "timestamp": 1_472_028_542_079_u64,
                "account_linking": linking
            }]
        }]
    });
    Delivered {
        psids: vec![psid.to_owned()],
        kinds: vec![kind.to_owned()],
        signature: "both".to_owned(),
        body: body.to_string(),
        status: Some(status),
        failure: None,
        elapsed_ms: 12,
    }
}

/// A delivery that was never answered.
pub(crate) fn unanswered(psid: &str, code: &str) -> Delivered {
    let linking = json!({"authorization_code": code, "status": "linked"});
    Delivered {
        status: None,
        failure: Some("timed-out".to_owned()),
        elapsed_ms: 20_000,
        ..posted(psid, "linked", &linking, 200)
    }
}

/// A call of the backend that the platform answered with 200.
pub(crate) fn call(method: &str, path: &str, query: &str, endpoint: &str, body: &str) -> GraphCall {
    GraphCall {
        method: method.to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        content_type: (!body.is_empty()).then(|| "application/json".to_owned()),
        authorization: None,
        body: body.to_owned(),
        endpoint: endpoint.to_owned(),
        status: 200,
        answer: json!({}),
    }
}

/// A text message to this user.
pub(crate) fn message(psid: &str, text: &str) -> GraphCall {
    let body = json!({"recipient": {"id": psid}, "message": {"text": text}}).to_string();
    call(
        "POST",
        "/v2.6/me/messages",
        "access_token=PAGE",
        "messages",
        &body,
    )
}

impl Tape {
    /// The `linked` event of the current flow's user, answered with this status.
    pub(crate) fn linked_event(self, code: &str, status: u16) -> Self {
        let psid = self.psid();
        let linking = json!({"authorization_code": code, "status": "linked"});
        self.delivered(posted(&psid, "linked", &linking, status))
    }

    /// The `unlinked` event of the current flow's user, answered with this status.
    pub(crate) fn unlinked_event(self, status: u16) -> Self {
        let psid = self.psid();
        self.delivered(posted(
            &psid,
            "unlinked",
            &json!({"status": "unlinked"}),
            status,
        ))
    }
}
