//! The catalogue for people: the table of `linklab list`, the page of `linklab explain ID`.

use std::fmt::Write as _;

use super::basis::basis;
use super::index::{checks, find};
use super::need;
use crate::check::{Check, Level};
use crate::text::{Language, Text};

/// An id that no check has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no check `{id}`{}; `linklab list` shows all of them", nearest.map_or_else(String::new, |near| format!(" (did you mean {near}?)")))]
pub struct UnknownCheck {
    /// The id asked for.
    pub id: String,
    /// The nearest known one, if any is near.
    pub nearest: Option<&'static str>,
}

impl UnknownCheck {
    /// The error for an id.
    pub(crate) fn new(id: &str) -> Self {
        let asked = id.to_uppercase();
        let nearest = checks()
            .map(|check| (strsim::damerau_levenshtein(&asked, check.id), check.id))
            .filter(|(distance, _)| *distance <= 2)
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, id)| id);
        Self {
            id: id.to_owned(),
            nearest,
        }
    }
}

/// All checks, a line each: id, level, rule.
pub fn list(language: Language) -> String {
    let mut out = String::new();
    for check in checks() {
        let _ = writeln!(
            out,
            "{:<7} {:<9} {}",
            check.id,
            level(check.level),
            check.title.told(language)
        );
    }
    out
}

/// Everything that is known of one check, as a page of text.
pub fn explain(id: &str, language: Language) -> Result<String, UnknownCheck> {
    let check = find(id).ok_or_else(|| UnknownCheck::new(id))?;
    Ok(page(check, language))
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Control => "CONTROL",
        Level::Must => "MUST",
        Level::Should => "SHOULD",
        Level::Hardening => "HARDENING",
        Level::Info => "INFO",
    }
}

fn page(check: &Check, language: Language) -> String {
    static BASIS: Text = Text::fixed("stands on", "依据");
    static WHY: Text = Text::fixed("why", "后果");
    static FAULT: Text = Text::fixed("usually", "常见原因");
    static NEEDS: Text = Text::fixed("needs", "需要");
    static PLAYED: Text = Text::fixed("judged in", "判定场景");
    static NOTHING: Text = Text::fixed("nothing beside the backend", "除后端外无需其他条件");
    let mut out = format!(
        "{} {}  {}\n\n",
        check.id,
        level(check.level),
        check.title.told(language)
    );
    let mut paragraph = |title: &Text, lines: Vec<String>| {
        let _ = writeln!(out, "{}", title.told(language));
        for line in lines {
            let _ = writeln!(out, "  {line}");
        }
        out.push('\n');
    };
    let sources = check.basis.iter().map(|id| {
        let text = basis(id).map_or_else(String::new, |text| text.told(language).to_owned());
        format!("{id}  {text}")
    });
    paragraph(&BASIS, sources.collect());
    paragraph(&WHY, vec![check.why.told(language).to_owned()]);
    paragraph(&FAULT, vec![check.fault.told(language).to_owned()]);
    let mut needs: Vec<String> = check
        .needs
        .iter()
        .map(|need| {
            format!(
                "{}: {}",
                need::name(*need).told(language),
                need::remedy(*need).told(language)
            )
        })
        .collect();
    if needs.is_empty() {
        needs.push(NOTHING.told(language).to_owned());
    }
    paragraph(&NEEDS, needs);
    paragraph(&PLAYED, vec![check.scenarios.join(", ")]);
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}
