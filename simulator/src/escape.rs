//! JSON as the platform writes it: compact, ASCII only, slashes escaped.
//!
//! Two dialects. Graph answers escape the slash and everything beyond ASCII (protocol section 2.3); webhook
//! bodies escape four more characters (protocol row 3.2.7). The digits of `<` are upper case, as observed;
//! all others are lower case (protocol row 3.2.5).

use std::io::{self, Write};

use bytes::Bytes;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Which characters a body escapes beyond what JSON demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Graph API answers.
    Graph,
    /// Webhook deliveries.
    Webhook,
}

/// Serialises `value` in the given dialect.
pub(crate) fn to_bytes<T: Serialize + ?Sized>(value: &T, dialect: Dialect) -> Bytes {
    let mut out = Vec::with_capacity(256);
    value
        .serialize(&mut Serializer::with_formatter(&mut out, Escaping(dialect)))
        .expect("our own types have string keys and no failing serializers, and a Vec takes every write");
    Bytes::from(out)
}

struct Escaping(Dialect);

impl Escaping {
    /// The escape of `c` as a whole, for characters that JSON would let through.
    fn special(&self, c: u8) -> Option<&'static [u8]> {
        match (c, self.0) {
            (b'/', _) => Some(b"\\/"),
            (b'@', Dialect::Webhook) => Some(b"\\u0040"),
            (b'%', Dialect::Webhook) => Some(b"\\u0025"),
            (b'<', Dialect::Webhook) => Some(b"\\u003C"),
            _ => None,
        }
    }
}

impl Formatter for Escaping {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let bytes = fragment.as_bytes();
        let mut plain_from = 0;
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            if byte.is_ascii() {
                if let Some(escape) = self.special(byte) {
                    writer.write_all(&bytes[plain_from..at])?;
                    writer.write_all(escape)?;
                    plain_from = at + 1;
                }
                at += 1;
                continue;
            }
            writer.write_all(&bytes[plain_from..at])?;
            let character = fragment[at..]
                .chars()
                .next()
                .expect("a non-ASCII byte found here starts a character");
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            at += character.len_utf8();
            plain_from = at;
        }
        writer.write_all(&bytes[plain_from..])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn text(value: &Value, dialect: Dialect) -> String {
        String::from_utf8(to_bytes(value, dialect).to_vec()).unwrap()
    }

    #[test]
    fn webhook_bodies_escape_what_was_observed() {
        let value = json!({ "ä/@": "%<😢>&'\u{7f}\n\"\\" });
        assert_eq!(
            text(&value, Dialect::Webhook),
            r#"{"\u00e4\/\u0040":"\u0025\u003C\ud83d\ude22>&'"#.to_owned()
                + "\u{7f}"
                + r#"\n\"\\"}"#
        );
    }

    #[test]
    fn graph_answers_leave_the_other_four_alone() {
        assert_eq!(text(&json!("é/@%<"), Dialect::Graph), r#""\u00e9\/@%<""#);
    }

    /// Any JSON value, nested up to four levels; floats are left out because two texts can mean one float.
    pub(crate) fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            "[/@%<äß😀\\\\\"\u{0}-\u{1f}]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 48, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_escaped_decodes_to_the_same_value(value in any_json()) {
            for dialect in [Dialect::Graph, Dialect::Webhook] {
                let bytes = to_bytes(&value, dialect);
                prop_assert!(bytes.is_ascii());
                prop_assert_eq!(&serde_json::from_slice::<Value>(&bytes).unwrap(), &value);
            }
            let webhook = to_bytes(&value, Dialect::Webhook);
            prop_assert!(!webhook.iter().any(|byte| b"@%<".contains(byte)));
        }
    }
}
