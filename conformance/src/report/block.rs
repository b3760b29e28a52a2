//! Blocks of the terminal report: one failure told whole, or a list of lesser findings told in two lines each.

use anstyle::Style;

use super::column::{clipped, padded, shared, wrapped};
use super::terminal::{WIDTH, level_name, line, say, style, styled};
use super::{CheckReport, FindingReport, Report};
use crate::run::Outcome;
use crate::text::Language;

/// Columns of the names before the values.
const LABEL: usize = 10;
/// Longest value that is shown, in columns.
const VALUE: usize = WIDTH - LABEL - 2;
/// Most lines of a text in a block; a whole block stays within 25.
const MOST_LINES: usize = 3;

/// Whether a check is told in a block of its own: whatever turns the exit code.
pub(super) fn whole(report: &Report, check: &CheckReport) -> bool {
    match check.outcome {
        Outcome::Fail | Outcome::HarnessError | Outcome::UnexpectedPass => true,
        Outcome::Flaky => check.level <= report.fail_on,
        _ => false,
    }
}

/// What an outcome means, for the heading of a list.
pub(super) fn meaning(outcome: Outcome, language: Language) -> &'static str {
    match outcome {
        Outcome::Warn => say(language, "recommended, and broken", "推荐但未遵守"),
        Outcome::Hardening => say(
            language,
            "security advice that is not followed",
            "未采纳的安全建议",
        ),
        Outcome::Review => say(language, "for a person to look at", "需要人工查看"),
        Outcome::Flaky => say(
            language,
            "broken once, held when tried again",
            "失败一次,复核时通过",
        ),
        Outcome::ExpectedFail => say(
            language,
            "broken, as declared under [[expect]]",
            "按 [[expect]] 声明失败",
        ),
        Outcome::Blocked => say(language, "nothing was proved", "没有得到证明"),
        Outcome::Incomplete => say(language, "not played to the end", "未执行完"),
        Outcome::NotTestable => say(language, "and how to make it testable", "以及如何变得可测"),
        Outcome::NotApplicable => say(language, "not met in this run", "本次运行没有遇到"),
        Outcome::Waived => say(language, "accepted as not testable", "已接受为不可测"),
        Outcome::Pass => say(language, "held", "通过"),
        Outcome::Fail => say(language, "broken", "违反"),
        Outcome::UnexpectedPass => say(
            language,
            "declared as failing, and held",
            "声明为失败,实际通过",
        ),
        Outcome::HarnessError => say(language, "not to be believed", "结果不可信"),
    }
}

/// Milliseconds as seconds with one digit.
pub(super) fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

/// A failure: rule, sentence, bytes, cause, and how to see it again.
pub(super) fn failure(out: &mut String, report: &Report, check: &CheckReport, language: Language) {
    let word = styled(style(check.outcome), &check.outcome.word().to_uppercase());
    let id = styled(Style::new().bold(), &check.id);
    line(
        out,
        format!(
            "{word} {id}  {}  {}",
            level_name(check.level, language),
            check.title.told(language)
        ),
    );
    let mut counts = Vec::new();
    if check.examples > 0 {
        counts.push(match language {
            Language::English => format!("{} of {} examples", check.broken, check.examples),
            Language::Chinese => format!("{} 个用例中的 {} 个", check.examples, check.broken),
        });
    }
    if !check.classes.is_empty() {
        let only = say(language, "only with", "仅见于");
        counts.push(format!("{only} {}", check.classes.join(", ")));
    }
    if check.blocks > 0 {
        counts.push(match language {
            Language::English => format!("blocks {}", check.blocks),
            Language::Chinese => format!("阻断了 {} 项检查", check.blocks),
        });
    }
    text(out, "", &counts.join("; "));
    for basis in check.basis.iter().take(2) {
        text(out, &format!("doc {}", basis.id), basis.text.told(language));
    }
    if let Some(reason) = &check.reason {
        text(out, say(language, "note", "说明"), reason.told(language));
    }
    if let Some(finding) = check.findings.first() {
        self::finding(out, finding, language);
        text(out, say(language, "why", "后果"), check.why.told(language));
        text(
            out,
            say(language, "usually", "常见原因"),
            check.fault.told(language),
        );
        text(out, say(language, "again", "重现"), &finding.replay);
    } else if check.outcome == Outcome::UnexpectedPass {
        let replay = format!("linklab check --check {} --seed {}", check.id, report.seed);
        text(out, say(language, "again", "重现"), &replay);
    }
    line(out, "");
}

fn finding(out: &mut String, finding: &FindingReport, language: Language) {
    text(
        out,
        say(language, "what", "问题"),
        finding.message.told(language),
    );
    if let Some(sent) = &finding.sent {
        value(out, say(language, "sent", "发出"), sent, 0);
    }
    let first = shared(&finding.expected, &finding.got);
    value(
        out,
        say(language, "expected", "应为"),
        &finding.expected,
        first,
    );
    let column = value(out, say(language, "got", "实为"), &finding.got, first);
    // A caret helps where most of two long values is the same; under two unlike words it would only confuse.
    if first >= 4 && finding.expected != finding.got {
        line(out, format!("{}^", " ".repeat(2 + LABEL + column)));
    }
    if let Some(minimal) = &finding.minimal {
        let steps = match (language, minimal.complete) {
            (Language::English, true) => format!(
                "after {} smaller candidates: {}",
                minimal.steps, minimal.value
            ),
            (Language::English, false) => {
                format!(
                    "when time ran out after {} candidates: {}",
                    minimal.steps, minimal.value
                )
            }
            (Language::Chinese, true) => {
                format!("试过 {} 个更小的候选后:{}", minimal.steps, minimal.value)
            }
            (Language::Chinese, false) => {
                format!("时限内试过 {} 个候选:{}", minimal.steps, minimal.value)
            }
        };
        text(out, say(language, "smallest", "最小用例"), &steps);
    }
}

fn text(out: &mut String, label: &str, text: &str) {
    let mut lines = wrapped(text, VALUE);
    if lines.len() > MOST_LINES {
        lines.truncate(MOST_LINES);
        if let Some(last) = lines.last_mut() {
            last.push('…');
        }
    }
    for (number, text) in lines.into_iter().enumerate() {
        line(
            out,
            format!(
                "  {}{text}",
                padded(if number == 0 { label } else { "" }, LABEL)
            ),
        );
    }
}

fn value(out: &mut String, label: &str, value: &str, focus: usize) -> usize {
    let (shown, column) = clipped(value, focus, VALUE);
    line(out, format!("  {}{shown}", padded(label, LABEL)));
    column
}

/// Lesser findings, two lines each.
pub(super) fn short(
    out: &mut String,
    outcome: Outcome,
    checks: &[&CheckReport],
    language: Language,
) {
    if checks.is_empty() {
        return;
    }
    let word = styled(style(outcome), outcome.word());
    line(
        out,
        format!("{word} {} ({})", meaning(outcome, language), checks.len()),
    );
    for check in checks {
        line(
            out,
            format!("  {} {}", padded(&check.id, 8), check.title.told(language)),
        );
        let told = check
            .findings
            .first()
            .map(|finding| finding.message.told(language));
        let reason = check.reason.as_ref().map(|reason| reason.told(language));
        for text in told
            .into_iter()
            .chain(reason)
            .flat_map(|told| wrapped(told, VALUE))
            .take(MOST_LINES)
        {
            line(out, format!("           {text}"));
        }
    }
    line(out, "");
}
