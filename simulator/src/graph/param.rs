//! Parameters of a Graph call, wherever they travel: query, form, JSON body or the parts of a multipart one.

use std::borrow::Cow;

use serde_json::Value;

/// All parameters; those of the body count before those of the query.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params {
    given: Vec<(String, Given)>,
}

#[derive(Debug, Clone)]
enum Given {
    /// From a query or a form: objects are JSON text here.
    Text(String),
    /// From a JSON body.
    Json(Value),
}

impl Params {
    /// Reads query and body. A JSON body that is no object, or not JSON at all, has no parameters.
    pub(crate) fn read(query: &str, content_type: Option<&str>, body: &[u8]) -> Self {
        let mut given = Vec::new();
        match BodyKind::of(content_type, body) {
            BodyKind::Json => {
                if let Ok(Value::Object(map)) = serde_json::from_slice(body) {
                    given.extend(
                        map.into_iter()
                            .map(|(name, value)| (name, Given::Json(value))),
                    );
                }
            }
            BodyKind::Form => given.extend(texts(body)),
            BodyKind::Other => {}
        }
        given.extend(texts(query.as_bytes()));
        Self { given }
    }

    /// The texts of a multipart body, and the query.
    pub(crate) fn of_parts(query: &str, parts: Vec<(String, String)>) -> Self {
        let mut given: Vec<_> = parts
            .into_iter()
            .map(|(name, text)| (name, Given::Text(text)))
            .collect();
        given.extend(texts(query.as_bytes()));
        Self { given }
    }

    /// Whether the parameter was sent at all.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// Takes over what a call of a batch inherits from the batch, unless it has its own.
    pub(crate) fn inherit(&mut self, name: &str, value: &str) {
        if !self.has(name) {
            let value = Given::Text(value.to_owned());
            self.given.push((name.to_owned(), value));
        }
    }

    /// A parameter as text; a number in a JSON body counts as its digits.
    pub(crate) fn text(&self, name: &str) -> Option<Cow<'_, str>> {
        match self.find(name)? {
            Given::Text(text) | Given::Json(Value::String(text)) => Some(Cow::Borrowed(text)),
            Given::Json(Value::Null) => None,
            Given::Json(other) => Some(Cow::Owned(other.to_string())),
        }
    }

    /// Whether a parameter of a JSON body is JSON text inside JSON, as one client sends it (clients: JSON text row).
    pub(crate) fn is_text_in_json(&self, name: &str) -> bool {
        matches!(self.find(name), Some(Given::Json(Value::String(text))) if looks_structured(text))
    }

    /// A parameter as JSON; text is parsed, with single quotes too (protocol row 4.1.2).
    pub(crate) fn json(&self, name: &str) -> Option<Cow<'_, Value>> {
        match self.find(name)? {
            Given::Json(Value::Null) => None,
            Given::Json(Value::String(text)) if looks_structured(text) => {
                Some(Cow::Owned(lenient(text)))
            }
            Given::Json(value) => Some(Cow::Borrowed(value)),
            Given::Text(text) => Some(Cow::Owned(lenient(text))),
        }
    }

    /// A list of names: `a, b`, `["a","b"]`, or `name[0]=a&name[1]=b` (clients: fields row).
    ///
    /// Nothing when the parameter is absent.
    pub(crate) fn list(&self, name: &str) -> Option<Cow<'_, str>> {
        if let Some(value) = self.find(name) {
            let listed = match value {
                Given::Json(value) => joined(value),
                Given::Text(text) if text.trim_start().starts_with('[') => joined(&lenient(text)),
                Given::Text(text) => return Some(Cow::Borrowed(text)),
            };
            return Some(Cow::Owned(listed));
        }
        let indexed: Vec<_> = self
            .given
            .iter()
            .filter(|(key, _)| {
                key.strip_prefix(name)
                    .is_some_and(|rest| rest.starts_with('[') && rest.ends_with(']'))
            })
            .map(|(_, given)| match given {
                Given::Text(text) => text.clone(),
                Given::Json(value) => joined(value),
            })
            .collect();
        (!indexed.is_empty()).then(|| Cow::Owned(indexed.join(",")))
    }

    fn find(&self, name: &str) -> Option<&Given> {
        self.given
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, given)| given)
    }
}

/// Whether a text can only be meant as a JSON object or array.
fn looks_structured(text: &str) -> bool {
    let text = text.trim();
    (text.starts_with('{') && text.ends_with('}')) || (text.starts_with('[') && text.ends_with(']'))
}

enum BodyKind {
    Json,
    Form,
    Other,
}

impl BodyKind {
    fn of(content_type: Option<&str>, body: &[u8]) -> Self {
        let Some(content_type) = content_type else {
            let looks_like_json = body.trim_ascii_start().starts_with(b"{");
            return if looks_like_json {
                Self::Json
            } else {
                Self::Form
            };
        };
        let essence = content_type.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Self::Form
        } else if essence.eq_ignore_ascii_case("text/javascript")
            || essence.to_ascii_lowercase().ends_with("json")
        {
            Self::Json
        } else {
            Self::Other
        }
    }
}

fn texts(encoded: &[u8]) -> impl Iterator<Item = (String, Given)> {
    url::form_urlencoded::parse(encoded)
        .map(|(name, value)| (name.into_owned(), Given::Text(value.into_owned())))
}

/// JSON text as callers write it; what cannot be read at all is the string that it is.
fn lenient(text: &str) -> Value {
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&double_quoted(text)))
        .unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// Turns single-quoted strings into double-quoted ones.
fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match (character, open) {
            ('\\', Some(quote)) => match characters.next() {
                // JSON has no escape for a single quote.
                Some('\'') if quote == '\'' => out.push('\''),
                Some(escaped) => out.extend(['\\', escaped]),
                None => out.push('\\'),
            },
            ('\'' | '"', None) => {
                open = Some(character);
                out.push('"');
            }
            (quote, Some(opening)) if quote == opening => {
                open = None;
                out.push('"');
            }
            ('"', Some(_)) => out.push_str("\\\""),
            (other, _) => out.push(other),
        }
    }
    out
}

fn joined(value: &Value) -> String {
    match value {
        Value::Array(items) => items.iter().map(joined).collect::<Vec<_>>().join(","),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");
    const JSON: Option<&str> = Some("application/json; charset=utf-8");

    #[test]
    fn one_object_reads_the_same_from_every_place() {
        let recipient = json!({ "id": "26628309676818465" });
        for params in [
            Params::read("", JSON, br#"{"recipient":{"id":"26628309676818465"}}"#),
            Params::read("", None, br#" {"recipient":{"id":"26628309676818465"}}"#),
            Params::read(
                "",
                FORM,
                b"recipient=%7B%22id%22%3A%2226628309676818465%22%7D",
            ),
            Params::read("", FORM, b"recipient={'id':'26628309676818465'}"),
            Params::read(
                "recipient=%7B%22id%22%3A%2226628309676818465%22%7D",
                None,
                b"",
            ),
        ] {
            assert_eq!(params.json("recipient").as_deref(), Some(&recipient));
        }
    }

    #[test]
    fn the_body_counts_before_the_query() {
        let params = Params::read("psid=1&other=2", JSON, br#"{"psid":3}"#);
        assert_eq!(params.text("psid").as_deref(), Some("3"));
        assert_eq!(params.text("other").as_deref(), Some("2"));
    }

    #[test]
    fn json_sent_as_a_form_is_no_parameter() {
        let params = Params::read("", FORM, br#"{"psid":"1"}"#);
        assert_eq!(params.text("psid"), None);
    }

    #[test]
    fn lists_come_in_three_shapes() {
        let read = |query| {
            Params::read(query, None, b"")
                .list("fields")
                .map(Cow::into_owned)
        };
        assert_eq!(read("fields=a,%20b").as_deref(), Some("a, b"));
        assert_eq!(read("fields=[%22a%22,%22b%22]").as_deref(), Some("a,b"));
        assert_eq!(read("fields[0]=a&fields[1]=b").as_deref(), Some("a,b"));
        assert_eq!(read("field=a"), None);
        let body = Params::read("", JSON, br#"{"fields":["a","b"]}"#);
        assert_eq!(body.list("fields").as_deref(), Some("a,b"));
    }

    #[test]
    fn single_quotes_may_hold_double_ones_and_escapes() {
        assert_eq!(
            lenient(r#"{'text':'say "hi" it\'s'}"#),
            json!({ "text": "say \"hi\" it's" })
        );
        assert_eq!(lenient(r#"{"text":"it's"}"#), json!({ "text": "it's" }));
        assert_eq!(lenient("{'text':"), json!("{'text':"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_reading_panic(query in ".{0,60}", body in prop::collection::vec(any::<u8>(), 0..80), form: bool) {
            let params = Params::read(&query, if form { FORM } else { JSON }, &body);
            let names: Vec<_> = params.given.iter().map(|(name, _)| name.clone()).collect();
            for name in names {
                let _ = (params.text(&name), params.json(&name), params.list(&name));
            }
        }
    }
}
