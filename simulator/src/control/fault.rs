//! Fault rules over HTTP.

use serde_json::json;

use super::answer::Answer;
use super::error::ControlError;
use super::operation::{Kind, Operation, needed, operation, optional};
use crate::fault::{FaultId, Rule};

pub(super) const OPERATIONS: &[Operation] = &[
    operation("GET", "/faults", "listFaults", "Every fault rule, and how often it has fired.", |platform, _| {
        Box::pin(async move {
            let faults = platform.faults();
            Ok(Answer::Json(json!({ "faults": faults.armed(), "never_fired": faults.never_fired() })))
        })
    }),
    operation("POST", "/faults", "armFault", "Puts a fault rule in force.", |platform, request| {
        Box::pin(async move {
            let rule: Rule = request.body()?;
            let told = rule.to_string();
            let id = platform.faults().arm(rule)?;
            Ok(Answer::Json(json!({ "id": id, "rule": told })))
        })
    })
    .taking(&[
        needed("fault", Kind::Object, "What goes wrong, such as {\"graph\": {\"error\": \"rate_limit\"}} or {\"webhook\": \"cut\"}."),
        needed("when", Kind::Object, "{\"next\": 2} or {\"every\": 3}."),
        optional("psid", Kind::Text, "Only for this user."),
        optional("path", Kind::Text, "Only where the path contains this."),
        optional("after", Kind::Text, "Only after opened, returned, linked, aborted or unlinked."),
    ]),
    operation("DELETE", "/faults/{id}", "disarmFault", "Takes a fault rule out of force.", |platform, request| {
        Box::pin(async move {
            let id = FaultId(request.number_part("id")?);
            if platform.faults().disarm(id) {
                Ok(Answer::Json(json!({ "disarmed": id })))
            } else {
                Err(ControlError::NotFound(format!("there is no fault rule {id}")))
            }
        })
    }),
];
