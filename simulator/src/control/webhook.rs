//! The apps' webhooks over HTTP: how they do, and asking them for their verification.

use serde_json::{Value, json};

use super::answer::Answer;
use super::operation::{Operation, operation};

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "GET",
        "/webhooks",
        "listWebhooks",
        "How each app's webhook does.",
        |platform, _| {
            Box::pin(async move {
                let health = platform.queue().health();
                let health: Vec<Value> = health
                    .iter()
                    .map(|(app_id, health)| json!({ "app_id": app_id, "health": health }))
                    .collect();
                Ok(Answer::Json(json!({ "webhooks": health })))
            })
        },
    ),
    operation(
        "POST",
        "/webhooks/verify",
        "verifyWebhook",
        "Verifies the app's webhook as a subscription does.",
        |platform, _| {
            Box::pin(async move {
                let problem = platform.verify_webhook().await.err();
                Ok(Answer::Json(
                    json!({ "verified": problem.is_none(), "problem": problem }),
                ))
            })
        },
    ),
    operation(
        "POST",
        "/webhooks/{app_id}/enable",
        "enableWebhook",
        "Enables a webhook that was cut off.",
        |platform, request| {
            Box::pin(async move {
                platform.queue().enable(request.part("app_id"))?;
                Ok(Answer::Json(json!({ "enabled": request.part("app_id") })))
            })
        },
    ),
];
