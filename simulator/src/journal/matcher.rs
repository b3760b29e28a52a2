//! Which entries somebody asks for: every condition that is set must hold.

use serde::{Deserialize, Serialize};

use super::{Entry, What};

/// Conditions on one entry. `Matcher::default()` accepts every entry.
///
/// ```
/// use linklab_simulator::journal::Matcher;
///
/// let sent = Matcher { endpoint: Some("messages".to_owned()), status: Some(200), ..Matcher::default() };
/// assert_eq!(serde_json::to_string(&sent).unwrap(), r#"{"endpoint":"messages","status":200}"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Matcher {
    /// `graph_call`, `bot_said`, `delivered` or `note`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The endpoint as which a Graph call was understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// A user whom the entry concerns; in a note, the id must stand in the text as a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub psid: Option<String>,
    /// The HTTP method of a Graph call, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A part of the path of a Graph call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The HTTP status that was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// A part of a note, or of a message's JSON, or of a body that was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Only entries with a greater `seq`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<u64>,
}

impl Matcher {
    /// Whether every condition holds for `entry`.
    pub fn accepts(&self, entry: &Entry) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        let call = match &entry.what {
            What::GraphCall(call) => Some(call),
            _ => None,
        };
        is(&self.kind, Some(entry.kind()))
            && is(&self.endpoint, call.map(|call| call.endpoint.as_str()))
            && self
                .psid
                .as_deref()
                .is_none_or(|psid| concerns(entry, psid))
            && self.method.as_deref().is_none_or(|wanted| {
                call.is_some_and(|call| call.method.eq_ignore_ascii_case(wanted))
            })
            && self
                .path
                .as_deref()
                .is_none_or(|part| call.is_some_and(|call| call.path.contains(part)))
            && self
                .status
                .is_none_or(|status| entry.status() == Some(status))
            && self.since.is_none_or(|since| entry.seq > since)
            && self.text.as_deref().is_none_or(|part| tells(entry, part))
    }
}

fn concerns(entry: &Entry, psid: &str) -> bool {
    match &entry.what {
        What::Note(text) => text
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .any(|word| word == psid),
        _ => entry.psids().iter().any(|known| known == psid),
    }
}

fn tells(entry: &Entry, part: &str) -> bool {
    match &entry.what {
        What::Note(text) => text.contains(part),
        What::BotSaid { message, .. } => message.to_string().contains(part),
        What::GraphCall(call) => String::from_utf8_lossy(&call.body).contains(part),
        What::Delivered { attempt, .. } => String::from_utf8_lossy(&attempt.body).contains(part),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::journal::GraphCall;

    fn call() -> Entry {
        Entry {
            seq: 7,
            at_ms: 0,
            instant: std::time::Instant::now(),
            cause: None,
            what: What::GraphCall(GraphCall {
                trace: "A".to_owned(),
                method: "POST".to_owned(),
                path: "/v24.0/me/messages".to_owned(),
                query: String::new(),
                headers: Vec::new(),
                body: "hello".into(),
                endpoint: "messages".to_owned(),
                psid: Some("1".to_owned()),
                status: 200,
                answer: json!({}),
            }),
        }
    }

    #[test]
    fn each_condition_can_refuse_and_accept() {
        for (yes, no) in [
            (json!({"kind": "graph_call"}), json!({"kind": "note"})),
            (json!({"endpoint": "messages"}), json!({"endpoint": "page"})),
            (json!({"psid": "1"}), json!({"psid": "2"})),
            (json!({"method": "post"}), json!({"method": "get"})),
            (json!({"path": "/messages"}), json!({"path": "/unlink"})),
            (json!({"status": 200}), json!({"status": 400})),
            (json!({"text": "ell"}), json!({"text": "bye"})),
            (json!({"since": 6}), json!({"since": 7})),
        ] {
            let read = |value| serde_json::from_value::<Matcher>(value).unwrap();
            assert!(read(yes.clone()).accepts(&call()), "{yes}");
            assert!(!read(no.clone()).accepts(&call()), "{no}");
        }
        assert!(serde_json::from_value::<Matcher>(json!({"psidd": "1"})).is_err());
    }

    #[test]
    fn a_note_concerns_whom_it_names_as_a_word() {
        let note = Entry {
            what: What::Note("12 came back with a code".to_owned()),
            ..call()
        };
        let of = |psid: &str| Matcher {
            psid: Some(psid.to_owned()),
            ..Matcher::default()
        };
        assert!(of("12").accepts(&note));
        assert!(!of("1").accepts(&note));
    }
}
