//! Family TOK: the token, the PSID endpoint that it opens, and the PSID as a string.

use serde_json::Value;

use super::evidence::{acknowledged, deliveries, told};
use super::{Finding, Judge, Tally, Verdict};
use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::text::Text;
use crate::transcript::{Canary, Given, GraphCall, LinkState, Transcript, What};

/// The checks of the family.
pub(crate) const CHECKS: &[Check] = &[TOK_01, TOK_02, TOK_07, TOK_08];

/// Scenarios in which a login is the plain one.
const LOGINS: &[&str] = &["flow", "calibration", "interleaved"];

/// The PSID request has the documented form.
const TOK_01: Check = Check {
    id: "TOK-01",
    level: Level::Must,
    basis: &["S27", "S36"],
    needs: &[Need::Login, Need::Graph],
    scenarios: LOGINS,
    title: &Text::fixed(
        "The PSID is asked for by GET /me with fields=recipient, the exact token and the page token",
        "查询 PSID 使用 GET /me,带 fields=recipient、原样的 token 与主页 token",
    ),
    why: &Text::fixed(
        "A request in another form is answered with an error or without a recipient.",
        "其他形式的请求得到的是错误,或没有 recipient。",
    ),
    fault: &Text::fixed(
        "The token is not percent-encoded, the request is a POST, or blanks and back-slashes of the page's curl example were copied.",
        "token 没有做百分号编码、请求用了 POST,或照抄了页面 curl 示例中的空白与反斜杠。",
    ),
    judge: Judge::Each(request_has_its_form),
};

/// The PSID is `recipient`, not `id`.
const TOK_02: Check = Check {
    id: "TOK-02",
    level: Level::Must,
    basis: &["S37"],
    needs: &[Need::Login, Need::Webhook, Need::Graph, Need::Observation],
    scenarios: LOGINS,
    title: &Text::fixed(
        "Of the PSID answer, recipient is taken and not id",
        "从 PSID 的回答中取 recipient,而不是 id",
    ),
    why: &Text::fixed(
        "id is the page, the same for everybody; who stores it links the page and no user.",
        "id 是公共主页,对所有人都相同;保存它等于绑定了主页,而没有绑定任何用户。",
    ),
    fault: &Text::fixed(
        "The field id is read, because it usually is the object asked for.",
        "读取了 id 字段,因为它通常就是所查询的对象。",
    ),
    judge: Judge::Each(recipient_is_taken),
};

/// PSIDs stay strings.
const TOK_07: Check = Check {
    id: "TOK-07",
    level: Level::Must,
    basis: &["S26"],
    needs: &[Need::Login, Need::Webhook, Need::Observation],
    scenarios: &["flow"],
    title: &Text::fixed(
        "A PSID of any digits stays the same string everywhere",
        "任意数字组成的 PSID 在各处始终是同一个字符串",
    ),
    why: &Text::fixed(
        "PSIDs go beyond 2^53; as a number some of them become another user's.",
        "PSID 会超过 2^53;当作数字处理,有些就会变成别人的。",
    ),
    fault: &Text::fixed(
        "The PSID is parsed as a number, which rounds it or drops its leading zeros.",
        "把 PSID 按数字解析,导致四舍五入或丢失前导零。",
    ),
    judge: Judge::All(psid_stays_a_string),
};

/// The platform's secrets stay on the server.
const TOK_08: Check = Check {
    id: "TOK-08",
    level: Level::Hardening,
    basis: &["lit"],
    needs: &[Need::Login],
    scenarios: &["flow", "calibration", "bad-password", "cancel", "control"],
    title: &Text::fixed(
        "Page token, app secret and verify token appear in no page, header or URL",
        "主页 token、应用密钥与 verify token 不出现在任何页面、响应头或 URL 中",
    ),
    why: &Text::fixed(
        "Whoever holds the page token writes to every user in the page's name.",
        "拿到主页 token 的人可以主页的名义给每个用户发消息。",
    ),
    fault: &Text::fixed(
        "The PSID request is made by a script in the browser, so the page carries the token.",
        "PSID 查询由浏览器里的脚本发出,于是页面里带上了 token。",
    ),
    judge: Judge::Each(secrets_stay_inside),
};

/// Calls that mean the PSID endpoint, however misshapen.
fn psid_calls(transcript: &Transcript) -> impl Iterator<Item = &GraphCall> {
    transcript.steps.iter().filter_map(|step| match &step.what {
        What::Graph(call)
            if call.endpoint == "recipient"
                || call.query.contains("account_linking_token")
                || call.body.contains("account_linking_token") =>
        {
            Some(call)
        }
        _ => None,
    })
}

fn parameters(call: &GraphCall, name: &str) -> Vec<String> {
    let pairs = url::form_urlencoded::parse(call.query.as_bytes());
    pairs
        .filter(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
        .collect()
}

fn request_has_its_form(transcript: &Transcript, _context: &Context) -> Verdict {
    let mut seen = false;
    for call in psid_calls(transcript) {
        seen = true;
        if let Some(message) = misshapen(transcript, call) {
            return Verdict::Broken(Finding::new(
                transcript,
                message,
                "GET /me?fields=recipient&account_linking_token=…&access_token=…, answered with 200",
                format!(
                    "{} {}?{} answered with {}",
                    call.method, call.path, call.query, call.status
                ),
            ));
        }
    }
    if seen {
        Verdict::Held
    } else {
        Verdict::Untouched
    }
}

/// What is wrong with a PSID request, if anything.
fn misshapen(transcript: &Transcript, call: &GraphCall) -> Option<Text> {
    if call.method != "GET" {
        return Some(Text::new(
            format!("the PSID is asked for by {} and not by GET", call.method),
            format!("查询 PSID 用的是 {},而不是 GET", call.method),
        ));
    }
    let asks = parameters(call, "fields")
        .iter()
        .any(|fields| fields.split(',').any(|field| field == "recipient"));
    if !asks {
        return Some(Text::fixed(
            "the PSID request does not ask for the field recipient",
            "PSID 查询没有请求 recipient 字段",
        ));
    }
    let tokens = parameters(call, "account_linking_token");
    let known = |token: &String| {
        transcript
            .flows
            .iter()
            .any(|given| given.account_linking_token == *token)
    };
    match tokens.as_slice() {
        [token] if known(token) => {}
        [token]
            if transcript
                .flows
                .iter()
                .any(|given| given.account_linking_token == token.trim_matches([' ', '\\'])) =>
        {
            return Some(Text::fixed(
                "blanks or back-slashes of the page's example were copied into the PSID request",
                "把页面示例里的空白或反斜杠抄进了 PSID 查询",
            ));
        }
        [] => {
            return Some(Text::fixed(
                "the PSID request carries no account_linking_token",
                "PSID 查询没有带 account_linking_token",
            ));
        }
        [_] => {
            return Some(Text::fixed(
                "the token of the PSID request is not the one that was given: was it encoded?",
                "PSID 查询中的 token 与给出的不一致:是否做了编码?",
            ));
        }
        _ => {
            return Some(Text::fixed(
                "the PSID request carries account_linking_token more than once",
                "PSID 查询带了不止一个 account_linking_token",
            ));
        }
    }
    // 10301 and 10303 are answers about the token's life, not about the request's form.
    let code = call.answer["error"]["code"].as_u64();
    (call.status >= 400 && !matches!(code, Some(10_301 | 10_303))).then(|| {
        let said = call.answer["error"]["message"]
            .as_str()
            .unwrap_or("no reason given");
        Text::new(
            format!("the platform refused the PSID request: {said}"),
            format!("平台拒绝了 PSID 查询:{said}"),
        )
    })
}

fn recipient_is_taken(transcript: &Transcript, context: &Context) -> Verdict {
    let answered = psid_calls(transcript)
        .any(|call| call.status == 200 && call.answer.get("recipient").is_some());
    let confirmed = deliveries(transcript, "after-event")
        .next()
        .is_some_and(acknowledged);
    if !answered || !confirmed {
        return Verdict::Untouched;
    }
    for flow in 0..transcript.flows.len() {
        let Some(seen) = transcript.observed(flow, "after-event") else {
            continue;
        };
        match &seen.state {
            LinkState::Linked { .. } => {}
            LinkState::Unknown { .. } => {
                return Verdict::Blocked(super::evidence::unseen(transcript, &seen.state));
            }
            LinkState::Unlinked => {
                return Verdict::Broken(Finding::new(
                    transcript,
                    Text::fixed(
                        "the backend asked for the PSID, yet the recipient it was told is not linked: is id, the page, stored instead?",
                        "后端查询了 PSID,但得到的 recipient 并未绑定:保存的是不是 id(即主页)?",
                    ),
                    format!("{} linked", seen.psid),
                    format!(
                        "{}; id in the answer was {}",
                        told(&seen.state),
                        context.page_id
                    ),
                ));
            }
        }
    }
    Verdict::Held
}

/// Whether a PSID changes when it is read as a 64-bit float or as an integer.
fn delicate(psid: &str) -> bool {
    // Integers up to 2^53 are exact in a 64-bit float (IEEE 754).
    const EXACT: u64 = 1 << 53;
    psid.starts_with('0') || psid.parse::<u64>().map_or(true, |number| number > EXACT)
}

fn psid_stays_a_string(transcripts: &[&Transcript], _context: &Context) -> Tally {
    let mut tally = Tally::default();
    let mut plain_works = false;
    let mut idle = Vec::new();
    for transcript in transcripts {
        let Some(given) = transcript.flows.first() else {
            continue;
        };
        if let Some(finding) = addressed_wrongly(transcript, given) {
            tally.examples += 1;
            tally.findings.push(finding);
            continue;
        }
        let confirmed = deliveries(transcript, "after-event")
            .next()
            .is_some_and(acknowledged);
        let Some(seen) = transcript.observed(0, "after-event").filter(|_| confirmed) else {
            continue;
        };
        match (&seen.state, delicate(&given.psid)) {
            (LinkState::Linked { .. }, true) => tally.examples += 1,
            (LinkState::Linked { .. }, false) => plain_works = true,
            (LinkState::Unlinked, true) => idle.push((*transcript, given)),
            (LinkState::Unlinked, false) => {}
            (LinkState::Unknown { .. }, _) => tally
                .blocked
                .push(super::evidence::unseen(transcript, &seen.state)),
        }
    }
    for (transcript, given) in idle {
        if !plain_works {
            tally.blocked.push(Text::new(
                format!(
                    "{}: users with small PSIDs are not linked either (LNK-01)",
                    transcript.id
                ),
                format!("{}:PSID 较小的用户同样没有绑定(见 LNK-01)", transcript.id),
            ));
            continue;
        }
        tally.examples += 1;
        let (en, zh) = if given.psid.starts_with('0') {
            ("a PSID with leading zeros", "带前导零的 PSID")
        } else {
            ("a PSID above 2^53", "大于 2^53 的 PSID")
        };
        tally.findings.push(Finding::new(
            transcript,
            Text::new(
                format!("{en} is not linked after its event, while smaller ones are: it is kept as a number"),
                format!("{zh}在事件之后没有绑定,较小的却可以:它被当作数字保存"),
            ),
            format!("{} linked", given.psid),
            format!("{} not linked; as a float it is {}", given.psid, given.psid.parse::<f64>().unwrap_or(f64::NAN)),
        ));
    }
    tally
}

/// A message that the backend addressed to other digits than the user's.
fn addressed_wrongly(transcript: &Transcript, given: &Given) -> Option<Finding> {
    transcript.of(0).find_map(|step| {
        let What::Graph(call) = &step.what else {
            return None;
        };
        let body: Value = serde_json::from_str(&call.body).ok()?;
        let to = match &body["recipient"]["id"] {
            Value::String(id) => id.clone(),
            Value::Number(id) => id.to_string(),
            _ => return None,
        };
        (call.endpoint == "messages" && to != given.psid).then(|| {
            Finding::new(
                transcript,
                Text::fixed(
                    "a message was addressed to other digits than the user's PSID",
                    "消息的收件人与用户的 PSID 数字不同",
                ),
                &given.psid,
                to,
            )
        })
    })
}

fn secrets_stay_inside(transcript: &Transcript, _context: &Context) -> Verdict {
    let secrets: Vec<&Canary> = transcript
        .canaries
        .iter()
        .filter(|canary| canary.secret && !canary.name.starts_with("password"))
        .collect();
    let mut seen = false;
    for step in &transcript.steps {
        let places = match &step.what {
            What::Browser(exchange) => {
                let headers: Vec<&str> = exchange
                    .headers
                    .iter()
                    .map(|(_, value)| value.as_str())
                    .collect();
                vec![
                    (
                        format!("the page at {}", exchange.url),
                        exchange.body.clone(),
                    ),
                    (
                        format!("the headers of {}", exchange.url),
                        headers.join("\n"),
                    ),
                    (format!("the URL {}", exchange.url), decoded(&exchange.url)),
                ]
            }
            What::Navigated(navigated) => {
                vec![("the redirect".to_owned(), decoded(&navigated.url))]
            }
            _ => continue,
        };
        seen = true;
        for (place, text) in places {
            if let Some(secret) = secrets.iter().find(|secret| text.contains(&secret.value)) {
                return Verdict::Broken(Finding::new(
                    transcript,
                    Text::new(
                        format!("the {} appears in {place}", secret.name),
                        format!("{} 出现在:{place}", secret.name),
                    ),
                    "nothing that belongs to the platform",
                    format!("the {}", secret.name),
                ));
            }
        }
    }
    if seen && !secrets.is_empty() {
        Verdict::Held
    } else {
        Verdict::Untouched
    }
}

/// A URL as it reads once its escapes are undone.
fn decoded(url: &str) -> String {
    percent_encoding::percent_decode_str(url)
        .decode_utf8_lossy()
        .into_owned()
}

#[cfg(test)]
#[path = "tok_tests.rs"]
mod tests;
