//! A journal entry as programs outside this process read it: one JSON object per entry.

use serde_json::{Map, Value, json};

use super::{Entry, GraphCall, What};
use crate::webhook::{Attempt, Outcome};

impl Entry {
    /// The kind of the entry, as matchers and exports name it.
    pub fn kind(&self) -> &'static str {
        match self.what {
            What::GraphCall(_) => "graph_call",
            What::BotSaid { .. } => "bot_said",
            What::Delivered { .. } => "delivered",
            What::Note(_) => "note",
        }
    }

    /// The users whom the entry names in a field of its own; the text of a note is not searched.
    pub fn psids(&self) -> &[String] {
        match &self.what {
            What::GraphCall(call) => call.psid.as_slice(),
            What::BotSaid { psid, .. } => std::slice::from_ref(psid),
            What::Delivered { psids, .. } => psids,
            What::Note(_) => &[],
        }
    }

    /// The HTTP status, where one was answered.
    pub fn status(&self) -> Option<u16> {
        match &self.what {
            What::GraphCall(call) => Some(call.status),
            What::Delivered { attempt, .. } => match attempt.outcome {
                Outcome::Answered { status, .. } => Some(status),
                Outcome::TimedOut | Outcome::Unreachable(_) => None,
            },
            What::BotSaid { .. } | What::Note(_) => None,
        }
    }

    /// The whole entry as JSON, secrets included: [`Redaction`](super::Redaction) takes them out.
    ///
    /// Bytes that are not UTF-8 become replacement characters.
    pub fn to_value(&self) -> Value {
        let mut line = Map::new();
        line.insert("seq".to_owned(), self.seq.into());
        line.insert("at_ms".to_owned(), self.at_ms.into());
        line.insert("cause".to_owned(), self.cause.into());
        line.insert("kind".to_owned(), self.kind().into());
        let (key, value) = match &self.what {
            What::GraphCall(call) => ("graph_call", of_call(call)),
            What::BotSaid { psid, message } => {
                ("bot_said", json!({ "psid": psid, "message": message }))
            }
            What::Delivered { psids, attempt } => {
                let mut value = of_attempt(attempt);
                value["psids"] = json!(psids);
                ("delivered", value)
            }
            What::Note(text) => ("note", text.as_str().into()),
        };
        line.insert(key.to_owned(), value);
        Value::Object(line)
    }
}

fn of_call(call: &GraphCall) -> Value {
    json!({
        "trace": call.trace,
        "endpoint": call.endpoint,
        "psid": call.psid,
        "method": call.method,
        "path": call.path,
        "query": call.query,
        "headers": call.headers,
        "body": text(&call.body),
        "status": call.status,
        "answer": call.answer,
    })
}

/// An attempt to deliver as JSON.
pub(crate) fn of_attempt(attempt: &Attempt) -> Value {
    let outcome = match &attempt.outcome {
        Outcome::Answered {
            status,
            headers,
            body,
        } => json!({ "status": status, "headers": headers, "body": text(body) }),
        Outcome::TimedOut => json!({ "failed": "no answer in time" }),
        Outcome::Unreachable(why) => json!({ "failed": why }),
    };
    json!({
        "acknowledged": attempt.acknowledged(),
        "elapsed_ms": crate::clock::millis(attempt.elapsed),
        "headers": attempt.headers,
        "body": text(&attempt.body),
        "outcome": outcome,
    })
}

pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
