//! Takes secrets out of what leaves the process: configured ones by their exact value, tokens and codes but for four
//! characters.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::Config;

/// How many characters of a token or a code stay readable.
const SHOWN: usize = 4;

/// Parameters whose values are secrets of one login or one app; the value is cut wherever the name stands before it.
const CUT: [&str; 5] = [
    "access_token",
    "account_linking_token",
    "appsecret_proof",
    "authorization_code",
    "verify_token",
];

/// Header lines that are secrets as a whole.
const CUT_HEADERS: [&str; 3] = ["authorization", "cookie", "set-cookie"];

/// What has to go.
#[derive(Debug, Clone)]
pub struct Redaction {
    /// Exact texts and what stands in their place, longest first.
    exact: Vec<(String, String)>,
}

impl Redaction {
    /// Everything that `config` holds as a secret, as it is and percent-encoded.
    pub fn of(config: &Config) -> Self {
        let own = [
            (&config.page_access_token, "page_access_token"),
            (&config.app_secret, "app_secret"),
            (&config.verify_token, "verify_token"),
        ];
        let others = config.other_apps.iter().flat_map(|app| {
            [
                (&app.app_secret, "app_secret"),
                (&app.verify_token, "verify_token"),
            ]
        });
        let mut exact = Vec::new();
        for (secret, name) in own.into_iter().chain(others) {
            let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
            for text in [secret.clone(), encoded] {
                if !text.is_empty() && !exact.iter().any(|(known, _)| *known == text) {
                    exact.push((text, format!("[{name}]")));
                }
            }
        }
        // A secret that begins like another one must not leave the rest of the longer behind.
        exact.sort_by_key(|(text, _)| std::cmp::Reverse(text.len()));
        Self { exact }
    }

    /// Every text of `value` without secrets; names of fields stay.
    pub fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.text(text),
            Value::Array(items) => {
                if let [Value::String(name), Value::String(line)] = items.as_mut_slice()
                    && CUT_HEADERS.contains(&name.to_ascii_lowercase().as_str())
                {
                    *line = cut(line);
                }
                for item in items {
                    self.value(item);
                }
            }
            Value::Object(map) => {
                // Archives write a header line or a parameter as `name` and `value`.
                let named = map.get("name").and_then(Value::as_str);
                let secret = named.is_some_and(|name| {
                    let name = name.to_ascii_lowercase();
                    CUT.contains(&name.as_str()) || CUT_HEADERS.contains(&name.as_str())
                });
                if secret && let Some(Value::String(text)) = map.get_mut("value") {
                    *text = cut(text);
                }
                for (name, item) in map.iter_mut() {
                    match item {
                        Value::String(text) if CUT.contains(&name.as_str()) => *text = cut(text),
                        _ => self.value(item),
                    }
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// `text` without secrets, whether it is a query, a body, an address or a sentence.
    pub fn text(&self, text: &str) -> String {
        let mut clean = cut_named(text);
        for (secret, instead) in &self.exact {
            if clean.contains(secret) {
                clean = clean.replace(secret, instead);
            }
        }
        clean
    }
}

/// Cuts every value that follows one of the names: in a query (also one encoded once more) or in JSON (also inside
/// a JSON text).
fn cut_named(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let next = CUT
            .iter()
            .filter_map(|name| rest.find(name).map(|at| at + name.len()))
            .min();
        let Some(end) = next else {
            clean.push_str(rest);
            return clean;
        };
        let (front, behind) = rest.split_at(end);
        clean.push_str(front);
        let between = separator(behind);
        let (between, behind) = behind.split_at(between);
        clean.push_str(between);
        let length = value_length(between, behind);
        let (value, behind) = behind.split_at(length);
        if !value.is_empty() {
            clean.push_str(&cut(value));
        }
        rest = behind;
    }
}

/// The length of what stands between a name and its value; 0 when no value follows.
fn separator(behind: &str) -> usize {
    let bytes = behind.as_bytes();
    let quotes = |at: usize| {
        bytes[at..]
            .iter()
            .take_while(|byte| matches!(byte, b'\\' | b'"' | b'\'' | b' '))
            .count()
    };
    let at = quotes(0);
    let after = &behind[at..];
    let sign = ["=", ":"].into_iter().find(|sign| after.starts_with(sign));
    let encoded = after.strip_prefix('%').map(|digits| {
        // `%3D`, and `%253D` where an address stands inside an address.
        let more = digits
            .bytes()
            .take_while(|byte| matches!(byte, b'2' | b'5'))
            .count();
        let sign = digits.get(more..more + 2).unwrap_or_default();
        (
            more,
            sign.eq_ignore_ascii_case("3d") || sign.eq_ignore_ascii_case("3a"),
        )
    });
    match (sign, encoded) {
        (Some(sign), _) => at + sign.len() + quotes(at + sign.len()),
        (None, Some((more, true))) => at + 1 + more + 2,
        _ => 0,
    }
}

/// Where the value ends that stands behind `between`: each notation has an end of its own.
fn value_length(between: &str, behind: &str) -> usize {
    let end = if between.is_empty() {
        Some(0)
    } else if between.contains('%') {
        let ends = ["%26", "%2526", "%22", "%23", "&", "\"", " "];
        ends.iter().filter_map(|end| behind.find(end)).min()
    } else if between.ends_with("\\\"") {
        behind.find("\\\"")
    } else if between.ends_with('"') {
        // The platform writes `\/`, so a backslash alone ends nothing.
        let mut escaped = false;
        behind.find(|letter: char| {
            let end = letter == '"' && !escaped;
            escaped = letter == '\\' && !escaped;
            end
        })
    } else {
        behind
            .find(|letter: char| letter.is_whitespace() || matches!(letter, '&' | '"' | '#' | '<'))
    };
    end.unwrap_or(behind.len())
}

fn cut(secret: &str) -> String {
    let shown: String = secret.chars().take(SHOWN).collect();
    if shown.len() == secret.len() {
        // As short as that, the beginning would be the whole.
        "...".to_owned()
    } else {
        shown + "..."
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn redaction() -> Redaction {
        Redaction::of(&Config {
            app_secret: "5ecret/of the app".to_owned(),
            page_access_token: "PAGE".to_owned(),
            verify_token: "PAGE-verify".to_owned(),
            ..Config::default()
        })
    }

    #[test]
    fn values_behind_known_names_are_cut_in_every_notation() {
        for (given, expected) in [
            (
                "a=1&access_token=abcdefgh&b=2",
                "a=1&access_token=abcd...&b=2",
            ),
            (
                r#"{"authorization_code":"c0de/1","x":1}"#,
                r#"{"authorization_code":"c0de...","x":1}"#,
            ),
            (
                r#"{"authorization_code":"c0de\/1","x":1}"#,
                r#"{"authorization_code":"c0de...","x":1}"#,
            ),
            (
                r#""{\"authorization_code\": \"c0de-1\"}""#,
                r#""{\"authorization_code\": \"c0de...\"}""#,
            ),
            (
                "redirect_uri=http%3A%2F%2Fx%3Faccount_linking_token%3DARTabc%26y",
                "redirect_uri=http%3A%2F%2Fx%3Faccount_linking_token%3DARTa...%26y",
            ),
            (
                "u=account_linking_token%253DARTabc%2526y",
                "u=account_linking_token%253DARTa...%2526y",
            ),
            ("the access_token is missing", "the access_token is missing"),
            ("access_token=", "access_token="),
            ("access_token=abc", "access_token=..."),
        ] {
            assert_eq!(redaction().text(given), expected);
        }
    }

    #[test]
    fn configured_secrets_go_wherever_they_stand() {
        let mut value = json!({
            "headers": [["authorization", "Bearer something"], ["x", "5ecret/of the app"]],
            "query": "t=5ecret%2Fof%20the%20app",
            "note": "PAGE-verify and PAGE",
            "access_token": "PAGE",
        });
        redaction().value(&mut value);
        assert_eq!(
            value,
            json!({
                "headers": [["authorization", "Bear..."], ["x", "[app_secret]"]],
                "query": "t=[app_secret]",
                "note": "[verify_token] and [page_access_token]",
                "access_token": "...",
            })
        );
    }

    proptest! {
        #[test]
        fn no_code_and_no_secret_survives(code in "[A-Za-z0-9_-]{5,40}", around in "[ -~]{0,30}") {
            let forms = [
                format!("{around}&authorization_code={code}"),
                json!({ "authorization_code": code, "z": around }).to_string(),
                json!(json!({ "authorization_code": code }).to_string()).to_string(),
                format!("{around} 5ecret/of the app {around}"),
            ];
            for form in forms {
                let clean = redaction().text(&form);
                prop_assert!(!clean.contains("5ecret/of the app"), "{}", clean);
                if form.contains("authorization_code") && !around.contains(&code) {
                    prop_assert!(!clean.contains(&code), "{}", clean);
                }
            }
        }
    }
}
