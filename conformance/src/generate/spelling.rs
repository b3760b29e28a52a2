//! Ways to write one JSON value: the bytes differ, the meaning does not.

use linklab_simulator::webhook::escape;
use serde_json::{Map, Value};

/// Keys of an event in the order in which the platform writes them; others follow.
const ORDER: [&str; 14] = [
    "object",
    "entry",
    "id",
    "time",
    "messaging",
    "sender",
    "recipient",
    "timestamp",
    "account_linking",
    "message",
    "mid",
    "text",
    "authorization_code",
    "status",
];

/// As the platform writes it: keys in its order (protocol row 1.6.2), strings escaped as observed (row 3.2.7).
pub(super) fn platform(value: &Value) -> String {
    written(
        value,
        Style {
            spaced: false,
            reversed: false,
            escaped: true,
        },
    )
}

/// Raw UTF-8, nothing escaped that need not be, compact.
pub(super) fn raw(value: &Value) -> String {
    written(
        value,
        Style {
            spaced: false,
            reversed: false,
            escaped: false,
        },
    )
}

/// Blanks, tabs and line breaks between tokens.
pub(super) fn spaced(value: &Value) -> String {
    written(
        value,
        Style {
            spaced: true,
            reversed: false,
            escaped: false,
        },
    )
}

/// Keys of every object in reverse order.
pub(super) fn reordered(value: &Value) -> String {
    written(
        value,
        Style {
            spaced: false,
            reversed: true,
            escaped: false,
        },
    )
}

fn written(value: &Value, style: Style) -> String {
    let mut text = String::new();
    write(value, style, 0, &mut text);
    text
}

/// The value with unknown keys and big numbers beside the known ones, at every level but inside of code values.
pub(super) fn extended(value: &Value) -> Value {
    match value {
        Value::Array(items) => Value::Array(items.iter().map(extended).collect()),
        Value::Object(map) => {
            let mut more: Map<String, Value> = map
                .iter()
                .map(|(key, value)| {
                    // What the business chose itself must arrive as it is.
                    let kept = key == "authorization_code";
                    (
                        key.clone(),
                        if kept { value.clone() } else { extended(value) },
                    )
                })
                .collect();
            for (key, value) in [
                ("x_future_flag", Value::Bool(true)),
                ("x_big_number", Value::from(u64::MAX)),
                (
                    "x_nested",
                    serde_json::json!({ "list": [1, null, { "deep": "é😀" }], "tiny": 1e-9 }),
                ),
            ] {
                more.entry(key).or_insert(value);
            }
            Value::Object(more)
        }
        other => other.clone(),
    }
}

#[derive(Clone, Copy)]
struct Style {
    spaced: bool,
    reversed: bool,
    escaped: bool,
}

impl Style {
    fn gap(self, depth: usize, text: &mut String) {
        if self.spaced {
            text.push_str(["\n\t", "\r\n  ", " "][depth % 3]);
        }
    }
}

fn write(value: &Value, style: Style, depth: usize, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                style.gap(depth, text);
                write(item, style, depth + 1, text);
            }
            style.gap(depth, text);
            text.push(']');
        }
        Value::Object(map) => {
            let mut pairs: Vec<(&String, &Value)> = map.iter().collect();
            pairs.sort_by_key(|(key, _)| {
                ORDER
                    .iter()
                    .position(|known| known == key)
                    .unwrap_or(ORDER.len())
            });
            if style.reversed {
                pairs.reverse();
            }
            text.push('{');
            for (index, (key, value)) in pairs.into_iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                style.gap(depth, text);
                text.push_str(&Value::from(key.as_str()).to_string());
                text.push(':');
                style.gap(2, text);
                write(value, style, depth + 1, text);
            }
            style.gap(depth, text);
            text.push('}');
        }
        leaf if style.escaped => text.push_str(&String::from_utf8_lossy(&escape(leaf))),
        leaf => text.push_str(&leaf.to_string()),
    }
}
