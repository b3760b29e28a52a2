//! The official shape of a webhook body, written down a second time so that the suite can judge its own platform.
//!
//! Sources: protocol section 1.6 and rows 3.3.10 and 3.5. A shape that is not here is not one that the live
//! platform sends.

use serde_json::{Map, Value};

/// Everything in which a body departs from the official shape, as sentences.
pub(crate) fn departures(body: &str, page_id: &str) -> Vec<String> {
    let Ok(body) = serde_json::from_str::<Value>(body) else {
        return vec!["the body is not JSON".to_owned()];
    };
    let mut found = Found::default();
    let Some(envelope) = found.object("the body", &body, &["object", "entry"]) else {
        return found.departures;
    };
    if envelope.get("object").and_then(Value::as_str) != Some("page") {
        found.add("object is not \"page\"");
    }
    match envelope
        .get("entry")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
    {
        None | Some([]) => found.add("entry is no list with something in it"),
        Some(entries) => {
            for entry in entries {
                found.entry(entry, page_id);
            }
        }
    }
    found.departures
}

#[derive(Debug, Default)]
struct Found {
    departures: Vec<String>,
}

impl Found {
    fn add(&mut self, departure: impl Into<String>) {
        self.departures.push(departure.into());
    }

    /// The value as an object that has these keys and no others.
    fn object<'a>(
        &mut self,
        what: &str,
        value: &'a Value,
        keys: &[&str],
    ) -> Option<&'a Map<String, Value>> {
        let Some(object) = value.as_object() else {
            self.add(format!("{what} is no object"));
            return None;
        };
        for key in keys.iter().filter(|key| !object.contains_key(**key)) {
            self.add(format!("{what} has no {key}"));
        }
        for key in object.keys().filter(|key| !keys.contains(&key.as_str())) {
            self.add(format!(
                "{what} has {key}, which the platform does not send"
            ));
        }
        Some(object)
    }

    fn entry(&mut self, entry: &Value, page_id: &str) {
        let Some(entry) = self.object("entry", entry, &["id", "time", "messaging"]) else {
            return;
        };
        if entry.get("id").and_then(Value::as_str) != Some(page_id) {
            self.add("entry.id is not the page's id as a string");
        }
        if !entry.get("time").is_some_and(is_moment) {
            self.add("entry.time is not a moment in milliseconds");
        }
        match entry
            .get("messaging")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
        {
            None | Some([]) => self.add("entry.messaging is no list with something in it"),
            Some(items) => {
                for item in items {
                    self.item(item, page_id);
                }
            }
        }
    }

    fn item(&mut self, item: &Value, page_id: &str) {
        const KINDS: [&str; 3] = ["account_linking", "message", "postback"];
        let kind = KINDS
            .into_iter()
            .find(|kind| item.get(kind).is_some())
            .unwrap_or("account_linking");
        let Some(item) = self.object(
            "an event",
            item,
            &["sender", "recipient", "timestamp", kind],
        ) else {
            return;
        };
        if !item
            .get("sender")
            .and_then(|sender| sender["id"].as_str())
            .is_some_and(is_psid)
        {
            self.add("sender.id is not a PSID as a string");
        }
        if item
            .get("recipient")
            .and_then(|recipient| recipient["id"].as_str())
            != Some(page_id)
        {
            self.add("recipient.id is not the page's id as a string");
        }
        if !item.get("timestamp").is_some_and(is_moment) {
            self.add("timestamp is not a moment in milliseconds");
        }
        let told = item.get(kind).unwrap_or(&Value::Null);
        match kind {
            "account_linking" => self.linking(told),
            "message" => self.texts("message", told, &["mid", "text"]),
            _ => self.texts("postback", told, &["mid", "title", "payload"]),
        }
    }

    fn linking(&mut self, linking: &Value) {
        match linking.get("status").and_then(Value::as_str) {
            Some("linked") => {
                self.texts(
                    "account_linking",
                    linking,
                    &["authorization_code", "status"],
                );
                if linking.get("authorization_code").and_then(Value::as_str) == Some("") {
                    self.add("authorization_code is empty");
                }
            }
            Some("unlinked") => self.texts("account_linking", linking, &["status"]),
            _ => self.add("account_linking.status is neither linked nor unlinked"),
        }
    }

    /// An object of these keys, all strings.
    fn texts(&mut self, what: &str, value: &Value, keys: &[&str]) {
        if let Some(object) = self.object(what, value, keys) {
            for (key, _) in object.iter().filter(|(_, value)| !value.is_string()) {
                self.add(format!("{what}.{key} is no string"));
            }
        }
    }
}

/// Milliseconds since 1970, after the year 2001 and before 2286: thirteen digits.
fn is_moment(value: &Value) -> bool {
    value
        .as_u64()
        .is_some_and(|moment| (1_000_000_000_000..10_000_000_000_000).contains(&moment))
}

fn is_psid(id: &str) -> bool {
    (1..=20).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::departures;

    const PAGE: &str = "1691462197845448";

    fn linked() -> Value {
        json!({"object": "page", "entry": [{
            "id": PAGE, "time": 1_472_028_542_079_u64, "messaging": [{
                "sender": {"id": "0012"}, "recipient": {"id": PAGE}, "timestamp": 1_472_028_542_079_u64,
                "account_linking": {"authorization_code": "c", "status": "linked"}
            }]
        }]})
    }

    fn after(edit: impl FnOnce(&mut Value)) -> Vec<String> {
        let mut body = linked();
        edit(&mut body);
        departures(&body.to_string(), PAGE)
    }

    #[test]
    fn official_events_have_nothing_to_complain_of() {
        assert_eq!(after(|_| {}), Vec::<String>::new());
        let item = "/entry/0/messaging/0/account_linking";
        assert!(
            after(|body| *body.pointer_mut(item).unwrap() = json!({"status": "unlinked"}))
                .is_empty()
        );
        let said = |body: &mut Value| {
            let event = body
                .pointer_mut("/entry/0/messaging/0")
                .unwrap()
                .as_object_mut()
                .unwrap();
            event.remove("account_linking");
            event.insert("message".to_owned(), json!({"mid": "m_1", "text": "hi"}));
        };
        assert_eq!(after(said), Vec::<String>::new());
    }

    #[test]
    fn golden_events_have_nothing_to_complain_of() {
        for name in [
            "event-linked",
            "event-unlinked",
            "event-message",
            "event-postback",
        ] {
            let golden = linklab_fixtures::golden(name).unwrap();
            let body = &golden.message["body"];
            let page = body["entry"][0]["id"].as_str().unwrap();
            assert_eq!(
                departures(&body.to_string(), page),
                Vec::<String>::new(),
                "{name}"
            );
        }
    }

    #[test]
    fn each_departure_is_named() {
        type Edit = fn(&mut Value);
        let cases: [(Edit, &str); 8] = [
            (|body| body["object"] = json!("user"), "object is not"),
            (|body| body["entry"] = json!([]), "entry is no list"),
            (|body| body["extra"] = json!(1), "extra"),
            (|body| body["entry"][0]["id"] = json!(1), "entry.id"),
            (
                |body| body["entry"][0]["time"] = json!(1_472_028_542),
                "entry.time",
            ),
            (
                |body| body["entry"][0]["messaging"][0]["sender"]["id"] = json!(12),
                "sender.id",
            ),
            (
                |body| {
                    body["entry"][0]["messaging"][0]["account_linking"]["status"] = json!("maybe");
                },
                "neither linked nor unlinked",
            ),
            (
                |body| {
                    body["entry"][0]["messaging"][0]["account_linking"]["authorization_code"] =
                        json!(null);
                },
                "authorization_code is no string",
            ),
        ];
        for (edit, word) in cases {
            let found = after(edit);
            assert!(
                found.iter().any(|departure| departure.contains(word)),
                "{word}: {found:?}"
            );
        }
        assert_eq!(departures("{", PAGE), ["the body is not JSON"]);
    }
}
