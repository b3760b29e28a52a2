//! One table of a description: typed values out, a problem for each that is not as it should be.

use std::ops::Range;

use serde_json::Value as Json;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::reader::{Source, nearest};

/// A rule for one value; the refusal is a sentence.
pub(super) type Rule = fn(&str) -> Result<(), String>;

/// A table under way. Keys that nobody asked for by [`Section::finish`] are unknown.
pub(super) struct Section<'a> {
    source: &'a Source<'a>,
    table: &'a DeTable<'a>,
    at: Range<usize>,
    name: String,
    known: Vec<&'static str>,
}

impl<'a> Section<'a> {
    pub(super) fn new(
        source: &'a Source<'a>,
        table: &'a DeTable<'a>,
        at: Range<usize>,
        name: &str,
    ) -> Self {
        Self {
            source,
            table,
            at,
            name: name.to_owned(),
            known: Vec::new(),
        }
    }

    /// Notes a problem at the table's head.
    pub(super) fn problem(&self, message: impl Into<String>) {
        self.source.problem(&self.at, message);
    }

    /// Notes a problem at a key's value.
    pub(super) fn problem_at(&self, key: &str, message: impl Into<String>) {
        let at = self.table.get(key).map_or(self.at.clone(), Spanned::span);
        self.source.problem(&at, message);
    }

    /// Whether the key is there; it becomes a known one.
    pub(super) fn has(&mut self, key: &'static str) -> bool {
        self.take(key).is_some()
    }

    fn take(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.push(key);
        self.table.get(key)
    }

    fn dotted(&self, key: &str) -> String {
        if self.name.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.name)
        }
    }

    fn wrong_kind(&self, key: &str, value: &Spanned<DeValue<'a>>, wanted: &str) {
        let found = kind(value.get_ref());
        self.source.problem(
            &value.span(),
            format!("{} must be {wanted}; it is {found}", self.dotted(key)),
        );
    }

    /// A string, or what `env:NAME` stands for.
    pub(super) fn string(&mut self, key: &'static str, rules: &[Rule]) -> Option<String> {
        let value = self.take(key)?;
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_kind(key, value, "a string in quotes");
            return None;
        };
        let text = self.source.resolved(&value.span(), text)?;
        for rule in rules {
            if let Err(message) = rule(&text) {
                self.source
                    .problem(&value.span(), format!("{}: {message}", self.dotted(key)));
                return None;
            }
        }
        Some(text)
    }

    /// A string that must be there.
    pub(super) fn required(&mut self, key: &'static str, rules: &[Rule]) -> Option<String> {
        if !self.table.contains_key(key) {
            self.known.push(key);
            self.problem(format!("[{}] needs `{key}`", self.name));
            return None;
        }
        self.string(key, rules)
    }

    /// A string that a type of ours reads.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        read: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let value = self.take(key)?;
        let text = match value.get_ref() {
            DeValue::String(text) => self.source.resolved(&value.span(), text)?,
            DeValue::Datetime(date) => date.to_string(),
            _ => {
                self.wrong_kind(key, value, "a string in quotes");
                return None;
            }
        };
        read(&text)
            .inspect_err(|message| {
                self.source
                    .problem(&value.span(), format!("{}: {message}", self.dotted(key)));
            })
            .ok()
    }

    /// One of a few words.
    pub(super) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        self.parsed(key, |text| {
            words
                .iter()
                .find(|(word, _)| *word == text)
                .map(|(_, meaning)| *meaning)
                .ok_or_else(|| {
                    let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                    let near = nearest(text, all.iter().copied());
                    let hint =
                        near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                    format!("`{text}` is none of {}{hint}", all.join(", "))
                })
        })
    }

    /// A whole number within bounds, also as `env:NAME`.
    pub(super) fn whole(
        &mut self,
        key: &'static str,
        bounds: std::ops::RangeInclusive<u64>,
    ) -> Option<u64> {
        let value = self.take(key)?;
        let text = match value.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str().to_owned(),
            DeValue::String(text) => self.source.resolved(&value.span(), text)?,
            _ => {
                self.wrong_kind(key, value, "a whole number");
                return None;
            }
        };
        match text.parse::<u64>() {
            Ok(number) if bounds.contains(&number) => Some(number),
            _ => {
                let (low, high) = bounds.into_inner();
                self.source.problem(
                    &value.span(),
                    format!(
                        "{} must be a whole number from {low} to {high}; it is `{text}`",
                        self.dotted(key)
                    ),
                );
                None
            }
        }
    }

    /// `true` or `false`, also as `env:NAME`.
    pub(super) fn flag(&mut self, key: &'static str) -> Option<bool> {
        let value = self.take(key)?;
        match value.get_ref() {
            DeValue::Boolean(flag) => Some(*flag),
            DeValue::String(text) => {
                let text = self.source.resolved(&value.span(), text)?;
                text.parse::<bool>()
                    .inspect_err(|_| {
                        self.source.problem(
                            &value.span(),
                            format!("{} must be true or false; it is `{text}`", self.dotted(key)),
                        );
                    })
                    .ok()
            }
            _ => {
                self.wrong_kind(key, value, "true or false");
                None
            }
        }
    }

    /// A list of strings.
    pub(super) fn strings(&mut self, key: &'static str, rules: &[Rule]) -> Option<Vec<String>> {
        let value = self.take(key)?;
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_kind(key, value, "a list of strings");
            return None;
        };
        let mut strings = Vec::with_capacity(items.len());
        for item in items {
            let Some(text) = item.get_ref().as_str() else {
                self.wrong_kind(key, item, "a list of strings");
                continue;
            };
            let Some(text) = self.source.resolved(&item.span(), text) else {
                continue;
            };
            match rules.iter().find_map(|rule| rule(&text).err()) {
                Some(message) => self
                    .source
                    .problem(&item.span(), format!("{}: {message}", self.dotted(key))),
                None => strings.push(text),
            }
        }
        Some(strings)
    }

    /// A table of strings under free names.
    pub(super) fn pairs(
        &mut self,
        key: &'static str,
        rule: fn(&str, &str) -> Result<(), String>,
    ) -> Vec<(String, String)> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_kind(key, value, "a table of strings");
            return Vec::new();
        };
        let mut pairs = Vec::with_capacity(table.len());
        for (name, value) in table {
            let name = name.get_ref().as_ref();
            let Some(text) = value.get_ref().as_str() else {
                self.wrong_kind(&format!("{key}.{name}"), value, "a string in quotes");
                continue;
            };
            let Some(text) = self.source.resolved(&value.span(), text) else {
                continue;
            };
            match rule(name, &text) {
                Ok(()) => pairs.push((name.to_owned(), text)),
                Err(message) => self.source.problem(
                    &value.span(),
                    format!("{}.{name}: {message}", self.dotted(key)),
                ),
            }
        }
        pairs
    }

    /// Any value, as JSON; strings within may be `env:NAME`.
    pub(super) fn json(&mut self, key: &'static str) -> Option<Json> {
        let value = self.take(key)?;
        self.as_json(key, value)
    }

    fn as_json(&self, key: &str, value: &Spanned<DeValue<'a>>) -> Option<Json> {
        match value.get_ref() {
            DeValue::String(text) => Some(Json::String(self.source.resolved(&value.span(), text)?)),
            DeValue::Boolean(flag) => Some(Json::Bool(*flag)),
            DeValue::Integer(number) => {
                let read = i64::from_str_radix(number.as_str(), number.radix()).ok();
                if read.is_none() {
                    self.wrong_kind(key, value, "a number of at most 64 bits");
                }
                read.map(Json::from)
            }
            DeValue::Float(number) => Some(Json::from(number.as_str().parse::<f64>().ok()?)),
            DeValue::Datetime(date) => Some(Json::String(date.to_string())),
            DeValue::Array(items) => items.iter().map(|item| self.as_json(key, item)).collect(),
            DeValue::Table(table) => table
                .iter()
                .map(|(name, item)| {
                    Some((
                        name.get_ref().clone().into_owned(),
                        self.as_json(key, item)?,
                    ))
                })
                .collect::<Option<serde_json::Map<_, _>>>()
                .map(Json::Object),
        }
    }

    /// A table within.
    pub(super) fn section(&mut self, key: &'static str) -> Option<Section<'a>> {
        let value = self.take(key)?;
        let name = self.dotted(key);
        let table = value.get_ref().as_table();
        if table.is_none() {
            self.wrong_kind(key, value, &format!("a table; write [{name}]"));
        }
        table.map(|table| Section::new(self.source, table, value.span(), &name))
    }

    /// A list of tables within, at most `limit`.
    pub(super) fn sections(&mut self, key: &'static str, limit: usize) -> Vec<Section<'a>> {
        let Some(value) = self.take(key) else {
            return Vec::new();
        };
        let name = self.dotted(key);
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_kind(key, value, &format!("a list of tables; write [[{name}]]"));
            return Vec::new();
        };
        if items.len() > limit {
            self.source.problem(
                &value.span(),
                format!(
                    "[[{name}]] has {} entries; at most {limit} are read",
                    items.len()
                ),
            );
        }
        let mut sections = Vec::with_capacity(items.len().min(limit));
        for item in items.iter().take(limit) {
            match item.get_ref().as_table() {
                Some(table) => sections.push(Section::new(self.source, table, item.span(), &name)),
                None => self.wrong_kind(key, item, &format!("a list of tables; write [[{name}]]")),
            }
        }
        sections
    }

    /// Ends the table: whatever was not asked for is told, with the right spelling where one is near.
    pub(super) fn finish(self) {
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if self.known.contains(&name) {
                continue;
            }
            let place = if self.name.is_empty() {
                "the file".to_owned()
            } else {
                format!("[{}]", self.name)
            };
            let hint = match nearest(name, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it knows {}", self.known.join(", ")),
            };
            self.source
                .problem(&key.span(), format!("{place} has no key `{name}`; {hint}"));
        }
    }
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
