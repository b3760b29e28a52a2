//! The terminal report: verdict, table, root causes, failures, then what could not be judged and what it cost.
//!
//! The text carries ANSI styles; `anstream` takes them away where the output is no terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

use super::block;
use super::column::{padded, wrapped};
use super::{CheckReport, Report};
use crate::check::Level;
use crate::context::ObservationLevel;
use crate::run::{Outcome, Verdict};
use crate::text::{Language, Text};

/// Columns of the report.
pub(super) const WIDTH: usize = 110;
const LEVELS: [Level; 5] = [
    Level::Control,
    Level::Must,
    Level::Should,
    Level::Hardening,
    Level::Info,
];

/// The report for people, ending in a line break.
pub fn terminal(report: &Report, language: Language) -> String {
    let mut out = String::new();
    head(&mut out, report, language);
    table(&mut out, report, language);
    let mut full: Vec<&CheckReport> = report
        .checks
        .iter()
        .filter(|check| block::whole(report, check))
        .collect();
    full.sort_by_key(|check| (std::cmp::Reverse(check.blocks), check.outcome));
    for check in full {
        block::failure(&mut out, check, language);
    }
    stale(&mut out, report, language);
    for outcome in [
        Outcome::Warn,
        Outcome::Hardening,
        Outcome::Review,
        Outcome::Flaky,
        Outcome::ExpectedFail,
    ] {
        let checks = report
            .with(outcome)
            .filter(|check| !block::whole(report, check))
            .collect::<Vec<_>>();
        block::short(&mut out, outcome, &checks, language);
    }
    for outcome in [
        Outcome::Blocked,
        Outcome::Incomplete,
        Outcome::NotTestable,
        Outcome::NotApplicable,
        Outcome::Waived,
    ] {
        unjudged(&mut out, report, outcome, language);
    }
    foot(&mut out, report, language);
    out
}

/// A line of the report. Writing to a `String` cannot fail.
pub(super) fn line(out: &mut String, text: impl AsRef<str>) {
    out.push_str(text.as_ref().trim_end());
    out.push('\n');
}

/// The text in a style.
pub(super) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// The style of an outcome's word.
pub(super) fn style(outcome: Outcome) -> Style {
    let colour = |colour: AnsiColor| Style::new().fg_color(Some(colour.into()));
    match outcome {
        Outcome::Pass => colour(AnsiColor::Green),
        Outcome::Fail | Outcome::HarnessError => colour(AnsiColor::Red).bold(),
        Outcome::Flaky | Outcome::Blocked | Outcome::Incomplete | Outcome::UnexpectedPass => {
            colour(AnsiColor::Magenta)
        }
        Outcome::Warn | Outcome::Hardening | Outcome::Review => colour(AnsiColor::Yellow),
        Outcome::ExpectedFail | Outcome::NotTestable | Outcome::Waived | Outcome::NotApplicable => {
            Style::new().dimmed()
        }
    }
}

/// The name of a level for people.
pub(super) fn level_name(level: Level, language: Language) -> &'static str {
    static CONTROL: Text = Text::fixed("CONTROL", "自检");
    static MUST: Text = Text::fixed("MUST", "必须");
    static SHOULD: Text = Text::fixed("SHOULD", "应当");
    static HARDENING: Text = Text::fixed("HARDENING", "加固");
    static INFO: Text = Text::fixed("INFO", "提示");
    let name: &'static Text = match level {
        Level::Control => &CONTROL,
        Level::Must => &MUST,
        Level::Should => &SHOULD,
        Level::Hardening => &HARDENING,
        Level::Info => &INFO,
    };
    name.told(language)
}

/// One of two sentences.
pub(super) fn say<'t>(language: Language, en: &'t str, zh: &'t str) -> &'t str {
    match language {
        Language::English => en,
        Language::Chinese => zh,
    }
}

fn head(out: &mut String, report: &Report, language: Language) {
    let word = match report.verdict {
        Verdict::Conformant => style(Outcome::Pass).bold(),
        Verdict::Stale | Verdict::Incomplete => style(Outcome::Flaky),
        Verdict::Violations | Verdict::Environment | Verdict::TooLittle | Verdict::Harness => {
            style(Outcome::Fail)
        }
    };
    let verdict = styled(word, report.verdict.text().told(language));
    let exit = say(language, "exit code", "退出码");
    line(
        out,
        format!("{}: {verdict} ({exit} {})", report.tool, report.exit_code()),
    );
    let profile = serde_json::to_value(report)
        .ok()
        .and_then(|document| document["profile"].as_str().map(str::to_owned));
    line(
        out,
        format!(
            "{} {} · {} {} · {} {} · {}",
            say(language, "set", "要求集"),
            report.set,
            say(language, "seed", "种子"),
            report.seed,
            say(language, "profile", "档位"),
            profile.unwrap_or_default(),
            block::seconds(report.figures.elapsed_ms),
        ),
    );
    let target = &report.target;
    let seen = match target.observation {
        ObservationLevel::Wire => say(
            language,
            "not seen, wire only (O0)",
            "无法观察,仅看线上流量 (O0)",
        ),
        ObservationLevel::Chat => say(language, "seen by chat (O1)", "通过对话观察 (O1)"),
        ObservationLevel::Probe => say(language, "seen by probe (O2)", "通过探针观察 (O2)"),
    };
    let label = say(language, "backend", "后端");
    line(out, format!("{label} {}", target.linking_url));
    line(
        out,
        format!(
            "{} {seen} · {} {}{}",
            say(language, "link state", "绑定状态"),
            target.accounts,
            say(language, "account(s)", "个账户"),
            if target.pinned.is_empty() {
                String::new()
            } else {
                format!(
                    " · {} {}",
                    say(language, "the backend insists on", "后端限定"),
                    target.pinned.join(", ")
                )
            },
        ),
    );
    if let Some(note) = &target.observation_note {
        for text in wrapped(note.told(language), WIDTH - 2) {
            line(out, format!("  {text}"));
        }
    }
    line(out, "");
}

fn table(out: &mut String, report: &Report, language: Language) {
    let columns: Vec<Outcome> = Outcome::ALL
        .into_iter()
        .filter(|outcome| report.with(*outcome).next().is_some())
        .collect();
    let mut heading = padded("", 11);
    for outcome in &columns {
        let _ = write!(
            heading,
            "{:>width$}",
            outcome.word(),
            width = outcome.word().len() + 2
        );
    }
    line(out, heading);
    for level in LEVELS {
        if !report.checks.iter().any(|check| check.level == level) {
            continue;
        }
        let mut row = padded(level_name(level, language), 11);
        for outcome in &columns {
            let count = report
                .with(*outcome)
                .filter(|check| check.level == level)
                .count();
            let width = outcome.word().len() + 2;
            if count == 0 {
                let _ = write!(row, "{:>width$}", "·");
            } else {
                row.push_str(&styled(style(*outcome), &format!("{count:>width$}")));
            }
        }
        line(out, row);
    }
    line(out, "");
}

fn stale(out: &mut String, report: &Report, language: Language) {
    if report.stale.is_empty() {
        return;
    }
    line(
        out,
        say(
            language,
            "Expectations that no longer count",
            "已失效的例外声明",
        ),
    );
    for stale in &report.stale {
        for (number, text) in wrapped(stale.message.told(language), WIDTH - 12)
            .into_iter()
            .enumerate()
        {
            line(
                out,
                format!(
                    "  {} {text}",
                    padded(if number == 0 { &stale.check } else { "" }, 8)
                ),
            );
        }
    }
    line(out, "");
}

/// Checks that were not judged, those with the same reason together.
fn unjudged(out: &mut String, report: &Report, outcome: Outcome, language: Language) {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for check in report.with(outcome) {
        let reason = check
            .reason
            .as_ref()
            .map_or("", |reason| reason.told(language));
        reasons.entry(reason).or_default().push(&check.id);
    }
    if reasons.is_empty() {
        return;
    }
    let count = reasons.values().map(Vec::len).sum::<usize>();
    line(
        out,
        format!(
            "{} {} ({count})",
            styled(style(outcome), outcome.word()),
            block::meaning(outcome, language)
        ),
    );
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, ids)| std::cmp::Reverse(ids.len()));
    for (reason, ids) in reasons {
        for text in wrapped(reason, WIDTH - 2) {
            line(out, format!("  {text}"));
        }
        for text in wrapped(&ids.join(" "), WIDTH - 4) {
            line(out, format!("    {text}"));
        }
    }
    line(out, "");
}

fn foot(out: &mut String, report: &Report, language: Language) {
    let figures = &report.figures;
    let mut text = match language {
        Language::English => format!(
            "{} linkings in {} examples, {} requests, {}; the platform's own share {}",
            figures.flows,
            figures.examples,
            figures.requests,
            block::seconds(figures.elapsed_ms),
            share(figures.platform_ms),
        ),
        Language::Chinese => format!(
            "{} 个用例中的 {} 次绑定,{} 个请求,{};其中平台自身 {}",
            figures.examples,
            figures.flows,
            figures.requests,
            block::seconds(figures.elapsed_ms),
            share(figures.platform_ms),
        ),
    };
    if let Some(kib) = figures.peak_kib {
        let _ = match language {
            Language::English => write!(text, "; peak memory {} MiB", kib.div_ceil(1024)),
            Language::Chinese => write!(text, ";内存峰值 {} MiB", kib.div_ceil(1024)),
        };
    }
    line(out, text);
}

/// Short times in milliseconds: a tenth of a second would hide them.
fn share(ms: u64) -> String {
    if ms < 1000 {
        format!("{ms} ms")
    } else {
        block::seconds(ms)
    }
}
