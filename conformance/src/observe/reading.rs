//! Reading a bot's answer: its linking buttons, else texts learned during calibration.

use std::collections::BTreeSet;

use serde_json::Value;

/// How linked and unlinked answers are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reading {
    /// A Log In button means unlinked, a Log Out button means linked.
    Buttons,
    /// Texts seen in each state, with account names taken out.
    Texts {
        /// Seen only while unlinked.
        unlinked: BTreeSet<String>,
        /// Seen only while linked.
        linked: BTreeSet<String>,
        /// What is taken out.
        names: Vec<String>,
    },
}

impl Reading {
    /// The reading under which never-linked, linked and unlinked answers are told apart, buttons first.
    pub(crate) fn separating(
        never: &[Value],
        linked: &[Value],
        unlinked: &[Value],
        names: &[String],
    ) -> Option<Self> {
        let texts = Self::learned(never, linked, unlinked, names);
        [Self::Buttons, texts].into_iter().find(|reading| {
            reading.of_all(never) == Some(false)
                && reading.of_all(linked) == Some(true)
                && reading.of_all(unlinked) == Some(false)
        })
    }

    fn learned(never: &[Value], linked: &[Value], unlinked: &[Value], names: &[String]) -> Self {
        let texts = |messages: &[Value]| -> BTreeSet<String> {
            messages
                .iter()
                .map(|message| text(message, names))
                .filter(|text| !text.is_empty())
                .collect()
        };
        let (without, with): (BTreeSet<String>, BTreeSet<String>) =
            (&texts(never) | &texts(unlinked), texts(linked));
        Self::Texts {
            unlinked: &without - &with,
            linked: &with - &without,
            names: names.to_vec(),
        }
    }

    /// What one message says: linked, unlinked, or nothing about it.
    pub(crate) fn of(&self, message: &Value) -> Option<bool> {
        let (yes, no) = match self {
            Self::Buttons => (
                offers(message, "account_unlink"),
                offers(message, "account_link"),
            ),
            Self::Texts {
                unlinked,
                linked,
                names,
            } => {
                let text = text(message, names);
                (linked.contains(&text), unlinked.contains(&text))
            }
        };
        (yes != no).then_some(yes)
    }

    /// What several messages say together; contradiction says nothing.
    fn of_all(&self, messages: &[Value]) -> Option<bool> {
        let said: BTreeSet<bool> = messages
            .iter()
            .filter_map(|message| self.of(message))
            .collect();
        if said.len() == 1 {
            said.first().copied()
        } else {
            None
        }
    }
}

/// Whether a message holds a button of this type, at any depth.
pub(crate) fn offers(message: &Value, button: &str) -> bool {
    match message {
        Value::Object(map) => {
            map.get("type").and_then(Value::as_str) == Some(button)
                || map.values().any(|value| offers(value, button))
        }
        Value::Array(items) => items.iter().any(|item| offers(item, button)),
        _ => false,
    }
}

/// Everything that a message says in words, with account names taken out.
fn text(message: &Value, names: &[String]) -> String {
    let mut words = Vec::new();
    collect(message, &mut words);
    let mut text = words
        .join(" ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for name in names.iter().filter(|name| !name.is_empty()) {
        text = text.replace(name.as_str(), "{account}");
    }
    text
}

fn collect(value: &Value, words: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text)
                        if matches!(key.as_str(), "text" | "title" | "subtitle") =>
                    {
                        words.push(text.clone());
                    }
                    other => collect(other, words),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, words)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn button(kind: &str) -> Value {
        json!({ "attachment": { "type": "template", "payload": { "template_type": "button", "text": "x",
            "buttons": [{ "type": kind }] } } })
    }

    #[test]
    fn buttons_are_read_first() {
        let reading = Reading::separating(
            &[button("account_link")],
            &[json!({ "text": "hi" }), button("account_unlink")],
            &[button("account_link")],
            &[],
        );
        assert_eq!(reading, Some(Reading::Buttons));
    }

    #[test]
    fn texts_are_learned_without_the_names() {
        let names = ["Alice".to_owned(), "Bob".to_owned()];
        let reading = Reading::separating(
            &[json!({ "text": "I do not know you." })],
            &[json!({ "text": "You are Alice." })],
            &[json!({ "text": "I do not know  you." })],
            &names,
        )
        .unwrap();
        assert_eq!(reading.of(&json!({ "text": "You are Bob." })), Some(true));
        assert_eq!(
            reading.of(&json!({ "text": "I do not know you." })),
            Some(false)
        );
        assert_eq!(
            reading.of(&json!({ "text": "Thank you for linking." })),
            None
        );
    }

    #[test]
    fn a_bot_that_always_says_the_same_separates_nothing() {
        let same = [json!({ "text": "Hello" }), button("account_unlink")];
        assert_eq!(Reading::separating(&same, &same, &same, &[]), None);
    }

    #[test]
    fn silence_separates_nothing() {
        assert_eq!(
            Reading::separating(&[], &[json!({ "text": "You are Alice." })], &[], &[]),
            None
        );
    }
}
