//! The environment block: what a backend has to be told so that it talks to this platform instead of Meta.

use serde_json::{Map, Value};

use crate::Config;

/// Names and values of environment variables, secrets included: hand it out only when it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    pairs: Vec<(&'static str, String)>,
}

impl Environment {
    /// What a backend needs that calls the Graph API at `graph_url`; `webhook_url` is where its events go now.
    pub(crate) fn of(config: &Config, graph_url: String, webhook_url: Option<String>) -> Self {
        let mut pairs = vec![
            // Two names for one address: SDKs and examples do not agree on one.
            ("GRAPH_API_URL", graph_url.clone()),
            ("GRAPH_URL", graph_url),
            ("APP_ID", config.app_id.clone()),
            ("APP_SECRET", config.app_secret.clone()),
            ("PAGE_ID", config.page_id.clone()),
            ("PAGE_ACCESS_TOKEN", config.page_access_token.clone()),
            ("VERIFY_TOKEN", config.verify_token.clone()),
        ];
        pairs.extend(webhook_url.map(|url| ("WEBHOOK_URL", url)));
        Self { pairs }
    }

    /// The same with one more variable; a value of that name before is replaced.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.pairs.retain(|(known, _)| *known != name);
        self.pairs.push((name, value.to_owned()));
        self
    }

    /// The value of one variable.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.pairs.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Lines `NAME=value` for a shell or a `.env` file; values with other signs than usual are quoted.
    pub fn to_env(&self) -> String {
        let line = |(name, value): &(&str, String)| format!("{name}={}\n", quoted(value));
        self.pairs.iter().map(line).collect()
    }

    /// The same as one JSON object.
    pub fn to_json(&self) -> Value {
        let pairs = self.pairs.iter();
        let map: Map<String, Value> = pairs
            .map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str())))
            .collect();
        Value::Object(map)
    }
}

fn quoted(value: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_.:/@%+,".contains(letter);
    if !value.is_empty() && value.chars().all(plain) {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_every_value_as_it_is() {
        let config = Config {
            app_secret: "it's $5".to_owned(),
            ..Config::default()
        };
        let block = Environment::of(&config, "http://127.0.0.1:9100".to_owned(), None);
        insta::assert_snapshot!(block.to_env());
        assert_eq!(block.to_json()["APP_SECRET"], "it's $5");
        assert_eq!(block.get("WEBHOOK_URL"), None);
        let more = block.with("APP_ID", "7");
        assert_eq!(more.get("APP_ID"), Some("7"));
        assert_eq!(more.to_env().matches("APP_ID=").count(), 1);
    }
}
