//! Redaction: what the suite knows to be secret leaves no artefact, in whatever spelling it came.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::Report;
use crate::subject::Subject;
use crate::text::Text;
use crate::transcript::{Canary, Transcript, What};

/// Characters of a code that stay readable, so that two codes can be told apart.
const CODE_SHOWN: usize = 4;
/// Shorter secrets are replaced only where they are a whole value: within texts they would hit innocent ones.
const SHORTEST_WITHIN: usize = 3;
/// Longest text that a transcript in a report keeps, in bytes.
const LONGEST: usize = 2048;
/// What JavaScript's `encodeURIComponent` leaves alone.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Exact values and what stands in their place.
#[derive(Debug, Clone, Default)]
pub struct Redaction {
    replaced: BTreeMap<String, String>,
}

impl Redaction {
    /// Hides a secret; its name takes its place.
    pub fn secret(&mut self, name: &str, value: &str) {
        let shown = format!("[{name}]");
        for spelling in spellings(value) {
            self.replaced.insert(spelling, shown.clone());
        }
    }

    /// Hides an `authorization_code` but for its first characters.
    pub fn code(&mut self, code: &str) {
        for spelling in spellings(code) {
            if spelling.chars().count() > CODE_SHOWN {
                let shown: String = spelling.chars().take(CODE_SHOWN).chain(['…']).collect();
                self.replaced.entry(spelling).or_insert(shown);
            }
        }
    }

    /// Learns what a description holds: passwords, and header lines that may carry credentials.
    pub fn subject(&mut self, subject: &Subject) {
        for account in &subject.accounts {
            self.secret(
                &format!("password of {}", account.username),
                &account.password,
            );
        }
        let probe = subject.probe.iter().flat_map(|probe| &probe.headers);
        let unlink = subject.unlink.iter().flat_map(|unlink| &unlink.headers);
        for (name, value) in probe.chain(unlink) {
            self.secret(&format!("header {name}"), value);
            if let Some((_, credentials)) = value.split_once(' ') {
                self.secret(&format!("header {name}"), credentials);
            }
        }
    }

    /// Learns the secrets and the codes of a transcript.
    pub fn learn(&mut self, transcript: &Transcript) {
        for Canary {
            name,
            value,
            secret,
        } in &transcript.canaries
        {
            if *secret {
                self.secret(name, value);
            }
        }
        for step in &transcript.steps {
            match &step.what {
                What::Navigated(navigated) => {
                    for code in codes(&navigated.url) {
                        self.code(&code);
                    }
                }
                What::Landed {
                    code: Some(code), ..
                } => self.code(code),
                _ => {}
            }
        }
    }

    /// The text with every secret replaced.
    pub fn text(&self, text: &str) -> String {
        if let Some(shown) = self.replaced.get(text) {
            return shown.clone();
        }
        let mut rest = text;
        let mut out = String::with_capacity(text.len());
        // The longest match at the first place wins, so that a secret within a secret leaves no remainder.
        while let Some((at, value, shown)) = self.first_within(rest) {
            out.push_str(&rest[..at]);
            out.push_str(shown);
            rest = &rest[at + value.len()..];
        }
        out.push_str(rest);
        out
    }

    fn first_within<'s>(&'s self, text: &str) -> Option<(usize, &'s str, &'s str)> {
        self.replaced
            .iter()
            .filter(|(value, _)| value.chars().count() >= SHORTEST_WITHIN)
            .filter_map(|(value, shown)| {
                Some((text.find(value.as_str())?, value.as_str(), shown.as_str()))
            })
            .min_by(|left, right| left.0.cmp(&right.0).then(right.1.len().cmp(&left.1.len())))
    }

    /// Hides what is secret in everything of a report that comes from the backend or from the description.
    /// The suite's own sentences stay as they are, even where a password is an ordinary word.
    pub fn report(&self, report: &mut Report) {
        report.target.linking_url = self.text(&report.target.linking_url);
        report.target.webhook_url = report
            .target
            .webhook_url
            .as_deref()
            .map(|url| self.text(url));
        if let Some(note) = &mut report.target.observation_note {
            *note = self.both(note);
        }
        for stale in &mut report.stale {
            stale.message = self.both(&stale.message);
        }
        for check in &mut report.checks {
            check.reason = check.reason.as_ref().map(|reason| self.both(reason));
            for finding in &mut check.findings {
                finding.message = self.both(&finding.message);
                finding.sent = finding.sent.as_deref().map(|sent| self.text(sent));
                finding.expected = self.text(&finding.expected);
                finding.got = self.text(&finding.got);
                if let Some(minimal) = &mut finding.minimal {
                    minimal.value = self.text(&minimal.value);
                    self.value(&mut minimal.transcript);
                }
            }
        }
    }

    fn both(&self, text: &Text) -> Text {
        Text::new(self.text(&text.en), self.text(&text.zh))
    }

    /// Every string of a JSON value, keys excepted; long ones are cut behind [`LONGEST`] bytes.
    pub(super) fn value(&self, value: &mut Value) {
        match value {
            Value::String(text) => *text = cut(self.text(text)),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item)),
            Value::Object(map) => map.values_mut().for_each(|item| self.value(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

fn cut(mut text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let whole = text.len();
    text.truncate(text.floor_char_boundary(LONGEST));
    let _ = write!(text, "… ({whole} bytes)");
    text
}

/// How a value may be written in a URL, a form, or JSON; the plain one included.
fn spellings(value: &str) -> Vec<String> {
    if value.is_empty() {
        return Vec::new();
    }
    let strict = utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
    let form: String = url::form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let escaped = Value::String(value.to_owned()).to_string();
    let html = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;");
    let mut all = vec![
        value.to_owned(),
        strict.to_lowercase(),
        strict,
        utf8_percent_encode(value, COMPONENT).to_string(),
        form,
        escaped[1..escaped.len() - 1].to_owned(),
        html,
    ];
    all.sort_unstable();
    all.dedup();
    all
}

/// Every value called `authorization_code` in a URL, raw and as a parser yields it.
fn codes(url: &str) -> Vec<String> {
    let mut codes = Vec::new();
    for piece in url.split(['?', '&', '#']) {
        let Some((name, raw)) = piece.split_once('=') else {
            continue;
        };
        if name.eq_ignore_ascii_case("authorization_code") || name.eq_ignore_ascii_case("code") {
            codes.push(raw.to_owned());
            codes.extend(
                url::form_urlencoded::parse(format!("c={raw}").as_bytes())
                    .map(|(_, value)| value.into_owned()),
            );
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redaction() -> Redaction {
        let mut redaction = Redaction::default();
        redaction.secret("password of alice", "correct horse & \"staple\"");
        redaction.secret("app secret", "abc");
        redaction.code("0123456789+/x");
        redaction.code("ok");
        redaction
    }

    #[test]
    fn a_secret_is_hidden_in_every_spelling() {
        let redaction = redaction();
        for text in [
            "pw=correct horse & \"staple\"",
            "pw=correct+horse+%26+%22staple%22",
            "pw=correct%20horse%20%26%20%22staple%22",
            r#"{"pw":"correct horse & \"staple\""}"#,
            "value=\"correct horse &amp; &quot;staple&quot;\"",
        ] {
            let shown = redaction.text(text);
            assert!(
                shown.contains("[password of alice]") && !shown.contains("horse"),
                "{shown}"
            );
        }
    }

    #[test]
    fn codes_keep_four_characters() {
        let redaction = redaction();
        assert_eq!(
            redaction.text("x?authorization_code=0123456789%2B%2Fx&b"),
            "x?authorization_code=0123…&b"
        );
        assert_eq!(redaction.text("0123456789+/x"), "0123…");
        assert_eq!(redaction.text("ok then"), "ok then");
    }

    #[test]
    fn documents_are_redacted_to_the_last_string() {
        let mut shown = serde_json::json!({"a": ["abc", {"b": "xabcx"}], "abc": 7});
        redaction().value(&mut shown);
        assert_eq!(
            shown,
            serde_json::json!({"a": ["[app secret]", {"b": "x[app secret]x"}], "abc": 7})
        );
    }

    #[test]
    fn a_secret_is_hidden_before_its_text_is_cut() {
        let mut body = Value::String(format!("{}abc{}", "x".repeat(LONGEST - 1), "y".repeat(100)));
        redaction().value(&mut body);
        let shown = body.as_str().unwrap();
        assert!(
            !shown.contains("xa") && shown.ends_with("bytes)"),
            "{shown}"
        );
    }

    #[test]
    fn a_secret_within_a_secret_leaves_no_remainder() {
        let mut redaction = Redaction::default();
        redaction.secret("short", "abcd");
        redaction.secret("long", "abcdefgh");
        assert_eq!(redaction.text("abcdefgh abcd"), "[long] [short]");
    }
}
