//! A report made by hand, with something of every kind in it; the tests of all projections read it.

use serde_json::json;

use super::{Basis, CheckReport, Figures, FindingReport, Minimal, Report, Stale, Target};
use crate::check::Level;
use crate::context::ObservationLevel;
use crate::run::{Outcome, Verdict};
use crate::scenario::Profile;
use crate::text::Text;

/// Eleven checks with eleven outcomes.
pub(super) fn report() -> Report {
    let mut control = check("CTL-01", Level::Control, Outcome::Fail);
    control.blocks = 1;
    control.findings = vec![finding(
        "calibration-000",
        "the backend asked for the password again",
        "a redirect",
        "status 200",
    )];
    let mut blocked = check("COD-03", Level::Must, Outcome::Blocked);
    blocked.blocked_by = Some("CTL-01".to_owned());
    blocked.examples = 0;
    blocked.reason = Some(Text::fixed(
        "nothing could be judged because CTL-01 failed; mend that first",
        "CTL-01 失败,因此无法判定;请先修复它",
    ));
    let mut not_testable = check("TOK-01", Level::Must, Outcome::NotTestable);
    not_testable.examples = 0;
    not_testable.reason = Some(Text::fixed(
        "needs Graph calls that reach the platform of this run: set [platform] listen",
        "需要能到达本次运行平台的 Graph 调用:设置 [platform] listen",
    ));
    let mut not_applicable = check("TOK-02", Level::Must, Outcome::NotApplicable);
    not_applicable.examples = 0;
    not_applicable.reason = Some(Text::fixed(
        "nothing that the backend did in this run touches the rule",
        "后端在本次运行中的行为没有涉及该规则",
    ));
    let mut warn = check("RED-04", Level::Should, Outcome::Warn);
    warn.findings = vec![finding(
        "flow-004",
        "the code was joined with & although there is no query",
        "https://a/x?authorization_code=",
        "https://a/x&authorization_code=9f2c…",
    )];
    let mut hardening = check("HOK-09", Level::Hardening, Outcome::Hardening);
    hardening.findings = vec![finding(
        "forged-001",
        "an event without any signature took effect",
        "no effect",
        "linked to Alice",
    )];
    let mut unexpected = check("RED-08", Level::Should, Outcome::UnexpectedPass);
    unexpected.reason = Some(Text::fixed(
        "[[expect]] until 2027-01-31: tracked",
        "[[expect]] 至 2027-01-31:tracked",
    ));
    let mut flaky = check("CON-01", Level::Must, Outcome::Flaky);
    flaky.findings = vec![finding(
        "interleaved-002",
        "linking 1 was sent to the redirect_uri of linking 2",
        "https://a/1?authorization_code=",
        "https://a/2?authorization_code=77aa…",
    )];
    Report {
        tool: "linklab 0.0.0".to_owned(),
        set: "2026-12".to_owned(),
        seed: 8412,
        profile: Profile::Default,
        fail_on: Level::Must,
        verdict: Verdict::Violations,
        target: Target {
            linking_url: "http://127.0.0.1:8000/authorize".to_owned(),
            webhook_url: Some("http://127.0.0.1:8000/webhook".to_owned()),
            observation: ObservationLevel::Chat,
            observation_note: Some(Text::fixed(
                "no [observe] probe is configured",
                "没有配置 [observe] probe",
            )),
            accounts: 2,
            latency_ms: 12,
            pinned: vec!["origin".to_owned()],
        },
        checks: vec![
            control,
            check("URL-01", Level::Must, Outcome::Pass),
            warn,
            double_decoded(),
            unexpected,
            blocked,
            not_testable,
            not_applicable,
            hardening,
            flaky,
        ],
        stale: vec![Stale {
            check: "UX-05".to_owned(),
            message: Text::fixed(
                "[[waive]] ended on 2026-06-30 (accounts are opened in branches); remove the entry",
                "[[waive]] 已于 2026-06-30 到期;请删除该条目",
            ),
        }],
        figures: Figures {
            flows: 157,
            examples: 120,
            requests: 1204,
            elapsed_ms: 23_456,
            platform_ms: 1_234,
            peak_kib: Some(88_000),
        },
    }
}

fn double_decoded() -> CheckReport {
    let mut check = check("RED-05", Level::Must, Outcome::Fail);
    check.broken = 3;
    check.examples = 41;
    check.classes = vec![
        "query:double-encoded".to_owned(),
        "query:percent-lower".to_owned(),
    ];
    check.findings = vec![FindingReport {
        sent: Some("https://facebook.com/x?a=%2526&account_linking_token=ARQ".to_owned()),
        minimal: Some(Minimal {
            value: "https://facebook.com/x?a=%2526".to_owned(),
            steps: 17,
            complete: true,
            transcript: json!({"id": "flow-017", "steps": []}),
        }),
        ..finding(
            "flow-017",
            "the value of a was decoded once more than it was encoded: %2526 became %26",
            "https://facebook.com/x?a=%2526&account_linking_token=ARQ&authorization_code=",
            "https://facebook.com/x?a=%26&account_linking_token=ARQ&authorization_code=9f2c…",
        )
    }];
    check
}

fn check(id: &str, level: Level, outcome: Outcome) -> CheckReport {
    CheckReport {
        id: id.to_owned(),
        level,
        outcome,
        title: Text::new(format!("The rule of {id}"), format!("{id} 的规则")),
        basis: vec![Basis {
            id: "S23".to_owned(),
            text: Text::fixed(
                "redirect_uri may contain parameters that are URL-encoded.",
                "redirect_uri 里面有可能带着经过 URL 编码的参数。",
            ),
        }],
        examples: 7,
        broken: usize::from(!matches!(outcome, Outcome::Pass | Outcome::UnexpectedPass)),
        observation: None,
        classes: Vec::new(),
        reason: None,
        blocked_by: None,
        blocks: 0,
        why: Text::fixed(
            "The platform reads another value than was meant.",
            "平台读到的值与本意不同。",
        ),
        fault: Text::fixed(
            "An already decoded query is parsed again.",
            "对已解码的查询再次解析。",
        ),
        findings: Vec::new(),
    }
}

fn finding(transcript: &str, message: &str, expected: &str, got: &str) -> FindingReport {
    FindingReport {
        transcript: transcript.to_owned(),
        message: Text::new(message, format!("(中文){message}")),
        sent: None,
        expected: expected.to_owned(),
        got: got.to_owned(),
        replay: "linklab check --check RED-05 --seed 8412".to_owned(),
        minimal: None,
    }
}
