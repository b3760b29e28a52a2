//! The journal for other programs: JSON Lines and HAR 1.2, without secrets.

use serde_json::{Value, json};

use super::har;
use super::{Found, Redaction};

impl Found {
    /// One JSON object per line. When the bound has dropped entries, the first line is `{"dropped": N}`.
    pub fn to_json_lines(&self, redaction: &Redaction) -> String {
        let mut lines = String::new();
        let mut push = |value: &Value| {
            lines.push_str(&value.to_string());
            lines.push('\n');
        };
        if self.dropped > 0 {
            push(&json!({ "dropped": self.dropped }));
        }
        for entry in &self.entries {
            let mut value = entry.to_value();
            redaction.value(&mut value);
            push(&value);
        }
        lines
    }

    /// The HTTP exchanges as an HTTP Archive, which browsers' developer tools open; `graph_url` and `webhook_url` are
    /// where they went.
    pub fn to_har(&self, redaction: &Redaction, graph_url: &str, webhook_url: &str) -> Value {
        let mut log = har::archive(self, graph_url, webhook_url);
        redaction.value(&mut log);
        log
    }
}
