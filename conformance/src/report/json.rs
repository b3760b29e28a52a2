//! report.json: the document for programs. Keys are stable; new ones may be added within a schema version.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Report;
use crate::run::Outcome;
use crate::text::Text;

/// Version of the keys; raised when one changes its meaning or goes away.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    exit_code: u8,
    verdict_text: &'a Text,
    summary: BTreeMap<&'static str, usize>,
    #[serde(flatten)]
    report: &'a Report,
}

/// The report as JSON, ending in a line break.
pub fn json(report: &Report) -> String {
    let summary = Outcome::ALL
        .into_iter()
        .map(|outcome| (outcome.word(), report.with(outcome).count()))
        .collect();
    let document = Document {
        schema_version: SCHEMA_VERSION,
        exit_code: report.exit_code(),
        verdict_text: report.verdict.text(),
        summary,
        report,
    };
    let mut text = serde_json::to_string_pretty(&document)
        .expect("a report has string keys only, and its numbers are finite, so it serialises");
    text.push('\n');
    text
}
