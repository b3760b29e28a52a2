//! Family UNL: a link ends when the user or the backend ends it, for this user only, and for good.

use serde_json::Value;

use super::evidence::{
    Change, acknowledged, answer, deliveries, happened, look, not_linked, told, twin_failed, unseen,
};
use super::returned::code_in;
use super::{Finding, Judge, Verdict};
use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::text::Text;
use crate::transcript::{GraphCall, LinkState, Transcript, What};

/// The checks of the family.
pub(crate) const CHECKS: &[Check] = &[UNL_01, UNL_02, UNL_05, UNL_07];

/// The unlinked event ends the link.
const UNL_01: Check = Check {
    id: "UNL-01",
    level: Level::Must,
    basis: &["S15", "ev"],
    needs: &[Need::Login, Need::Webhook, Need::Observation],
    scenarios: &["unlink"],
    title: &Text::fixed(
        "The unlinked event ends the link of its user",
        "unlinked 事件解除该用户的绑定",
    ),
    why: &Text::fixed(
        "The user pressed Log Out in Messenger; whoever holds the phone next must not be taken for them.",
        "用户在 Messenger 中点了登出;之后拿到手机的人不应再被当作他。",
    ),
    fault: &Text::fixed(
        "Only status linked is handled, or the link is looked up by a code that unlinked does not carry.",
        "只处理了 linked 状态,或用 unlinked 并不携带的授权码去查找绑定。",
    ),
    judge: Judge::Each(event_unlinks),
};

/// The unlink call has the form the page gives.
const UNL_02: Check = Check {
    id: "UNL-02",
    level: Level::Must,
    basis: &["S38", "S40"],
    needs: &[
        Need::Login,
        Need::Webhook,
        Need::Graph,
        Need::Observation,
        Need::BackendUnlink,
    ],
    scenarios: &["backend-unlink"],
    title: &Text::fixed(
        "When the backend unlinks, it posts the PSID as JSON to unlink_accounts with the page token",
        "后端解绑时,以 JSON 将 PSID 提交到 unlink_accounts,并带上主页 token",
    ),
    why: &Text::fixed(
        "A call in another form is refused or misread; Messenger then goes on showing the user as linked.",
        "其他形式的调用会被拒绝或误读;Messenger 会继续显示该用户已绑定。",
    ),
    fault: &Text::fixed(
        "The PSID goes out as a form field or a number, or the platform is not told at all.",
        "PSID 以表单字段或数字发出,或者根本没有通知平台。",
    ),
    judge: Judge::Each(call_has_its_form),
};

/// Linking again needs a new code.
const UNL_05: Check = Check {
    id: "UNL-05",
    level: Level::Should,
    basis: &["S15"],
    needs: &[Need::Login, Need::Webhook, Need::Observation],
    scenarios: &["unlink"],
    title: &Text::fixed(
        "After unlinking, the old code is dead and a new login links again",
        "解绑之后,旧授权码失效,重新登录可以再次绑定",
    ),
    why: &Text::fixed(
        "A code that revives undoes the user's decision; a user who cannot link again is lost.",
        "死而复生的授权码会推翻用户的决定;无法再次绑定则会失去用户。",
    ),
    fault: &Text::fixed(
        "Codes are never used up, or unlinking frees them.",
        "授权码从不失效,或解绑让它重新可用。",
    ),
    judge: Judge::Each(old_code_stays_dead),
};

/// Unlinking one user leaves others linked.
const UNL_07: Check = Check {
    id: "UNL-07",
    level: Level::Must,
    basis: &["S15"],
    needs: &[Need::Login, Need::Webhook, Need::Observation],
    scenarios: &["unlink-other"],
    title: &Text::fixed(
        "Unlinking one user leaves the links of others as they are, also those to the same account",
        "解绑一个用户不影响其他用户的绑定,即使他们绑定的是同一账户",
    ),
    why: &Text::fixed(
        "One person's Log Out would log others out as well.",
        "否则一个人登出,其他人也跟着被登出。",
    ),
    fault: &Text::fixed(
        "Links are deleted by account, or all at once, and not by PSID.",
        "按账户删除绑定,或一次全部删除,而不是按 PSID 删除。",
    ),
    judge: Judge::Each(others_stay_linked),
};

fn event_unlinks(transcript: &Transcript, _context: &Context) -> Verdict {
    if let Some(why) = not_linked(transcript, "linked") {
        return Verdict::Blocked(why);
    }
    let (Some(seen), Some(event)) = (
        look(transcript, "unlinked"),
        deliveries(transcript, "unlinked").next(),
    ) else {
        return Verdict::Untouched;
    };
    match happened(&seen.state, Change::Unlinks) {
        None => Verdict::Blocked(unseen(transcript, &seen.state)),
        Some(true) => Verdict::Held,
        Some(false) if !acknowledged(event) => Verdict::Blocked(Text::new(
            format!(
                "{}: the unlinked event was not acknowledged (HOK-03): {}",
                transcript.id,
                answer(event)
            ),
            format!(
                "{}:unlinked 事件没有得到确认(见 HOK-03):{}",
                transcript.id,
                answer(event)
            ),
        )),
        Some(false) => Verdict::Broken(Finding::new(
            transcript,
            Text::fixed(
                "the unlinked event was acknowledged and ignored: the user is still linked",
                "unlinked 事件已被确认却被忽略:用户仍处于绑定状态",
            ),
            "not linked",
            format!("{} after {} ms", told(&seen.state), seen.waited_ms),
        )),
    }
}

fn call_has_its_form(transcript: &Transcript, _context: &Context) -> Verdict {
    if let Some(why) = not_linked(transcript, "linked") {
        return Verdict::Blocked(why);
    }
    let calls = transcript.steps.iter().filter_map(|step| match &step.what {
        What::Graph(call)
            if call.endpoint == "unlink_accounts" || call.path.contains("unlink_accounts") =>
        {
            Some(call)
        }
        _ => None,
    });
    let psid = transcript
        .flows
        .first()
        .map_or("", |given| given.psid.as_str());
    let expected = format!(
        "POST /me/unlink_accounts?access_token=… as application/json {{\"psid\":\"{psid}\"}}"
    );
    let mut seen = false;
    for call in calls {
        seen = true;
        if let Some(message) = misshapen(call, psid) {
            return Verdict::Broken(Finding::new(transcript, message, expected, written(call)));
        }
    }
    if seen {
        return Verdict::Held;
    }
    if transcript.labels.contains("unlink:action") && look(transcript, "linked").is_some() {
        return Verdict::Broken(Finding::new(
            transcript,
            Text::fixed(
                "the backend unlinked on its own side and did not tell the platform",
                "后端只在自己这边解绑,没有通知平台",
            ),
            expected,
            "no call to unlink_accounts",
        ));
    }
    Verdict::Untouched
}

/// What is wrong with an unlink call, if anything.
fn misshapen(call: &GraphCall, psid: &str) -> Option<Text> {
    if call.method != "POST" {
        return Some(Text::new(
            format!("the unlink call is a {} and not a POST", call.method),
            format!("解绑调用的方法是 {},而不是 POST", call.method),
        ));
    }
    let kind = call.content_type.as_deref().unwrap_or("");
    let is_json = kind
        .split(';')
        .next()
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
    if !is_json {
        let kind = if kind.is_empty() { "nothing" } else { kind };
        return Some(Text::new(
            format!("the unlink call is not sent as JSON: its content type is {kind}"),
            format!("解绑调用没有以 JSON 发送:Content-Type 是 {kind}"),
        ));
    }
    let Ok(body) = serde_json::from_str::<Value>(&call.body) else {
        return Some(Text::fixed(
            "the body of the unlink call is no JSON, although its content type says so",
            "解绑调用的正文不是 JSON,尽管 Content-Type 声称是",
        ));
    };
    match &body["psid"] {
        Value::String(sent) if sent == psid => {}
        Value::String(_) => {
            return Some(Text::fixed(
                "the unlink call names another id than the user's PSID",
                "解绑调用中的编号不是该用户的 PSID",
            ));
        }
        Value::Number(_) => {
            return Some(Text::fixed(
                "the unlink call sends the PSID as a number and not as a string",
                "解绑调用把 PSID 作为数字发送,而不是字符串",
            ));
        }
        _ => {
            return Some(Text::fixed(
                "the unlink call has no psid in its JSON",
                "解绑调用的 JSON 中没有 psid",
            ));
        }
    }
    let in_query = url::form_urlencoded::parse(call.query.as_bytes())
        .any(|(name, value)| name == "access_token" && !value.is_empty());
    let bearer = call.authorization.as_deref().is_some_and(|value| {
        value
            .get(..7)
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("bearer "))
    });
    if !in_query && !bearer {
        return Some(Text::fixed(
            "the unlink call carries the page token neither in the query nor as a bearer token",
            "解绑调用既没有在查询参数中,也没有以 Bearer 方式带上主页 token",
        ));
    }
    (call.status >= 400).then(|| {
        Text::new(
            format!(
                "the platform refused the unlink call with status {}",
                call.status
            ),
            format!("平台拒绝了解绑调用,状态 {}", call.status),
        )
    })
}

/// A call as it was sent; the token is left out.
fn written(call: &GraphCall) -> String {
    let kind = call.content_type.as_deref().unwrap_or("no content type");
    format!(
        "{} {} as {kind}: {} (answered {})",
        call.method, call.path, call.body, call.status
    )
}

fn old_code_stays_dead(transcript: &Transcript, _context: &Context) -> Verdict {
    if let Some(why) = not_linked(transcript, "linked") {
        return Verdict::Blocked(why);
    }
    let Some(stale) = look(transcript, "stale") else {
        return Verdict::Untouched;
    };
    match happened(&stale.state, Change::Links) {
        None => return Verdict::Blocked(unseen(transcript, &stale.state)),
        Some(true) => {
            return Verdict::Broken(Finding::new(
                transcript,
                Text::fixed(
                    "the code of the ended link was accepted once more",
                    "已解除的绑定所用的授权码又被接受了",
                ),
                "not linked",
                told(&stale.state),
            ));
        }
        Some(false) => {}
    }
    let codes: Vec<Option<String>> = (0..2)
        .map(|flow| {
            transcript
                .navigation(flow)
                .and_then(|navigated| code_in(&navigated.url))
        })
        .collect();
    if let [Some(first), Some(second)] = codes.as_slice()
        && first == second
    {
        return Verdict::Broken(Finding::new(
            transcript,
            Text::fixed(
                "the second linking was given the code of the first",
                "第二次绑定得到的授权码与第一次相同",
            ),
            "a new code",
            second.as_str(),
        ));
    }
    match look(transcript, "again").map(|again| happened(&again.state, Change::Links)) {
        Some(Some(true)) => Verdict::Held,
        Some(Some(false)) => Verdict::Broken(Finding::new(
            transcript,
            Text::fixed(
                "a user who has unlinked cannot link again, although the first time worked",
                "解绑过的用户无法再次绑定,而第一次是成功的",
            ),
            "linked",
            "not linked",
        )),
        _ => Verdict::Blocked(twin_failed(transcript)),
    }
}

fn others_stay_linked(transcript: &Transcript, _context: &Context) -> Verdict {
    if let Some(why) = not_linked(transcript, "neighbour") {
        return Verdict::Blocked(why);
    }
    let (Some(before), Some(after)) = (
        transcript.observed(0, "after-link"),
        transcript.observed(0, "after-unlink"),
    ) else {
        return Verdict::Untouched;
    };
    let gone = transcript
        .observed(1, "other-gone")
        .map(|seen| happened(&seen.state, Change::Unlinks));
    if happened(&before.state, Change::Links) != Some(true) || gone != Some(Some(true)) {
        return Verdict::Blocked(Text::new(
            format!(
                "{}: of two linked users one could not be unlinked (UNL-01)",
                transcript.id
            ),
            format!(
                "{}:两个已绑定的用户中,有一个无法解绑(见 UNL-01)",
                transcript.id
            ),
        ));
    }
    if let LinkState::Unknown { .. } = after.state {
        return Verdict::Blocked(unseen(transcript, &after.state));
    }
    // Whose account it is, is LNK-02's and LNK-07's to tell.
    if happened(&after.state, Change::Links) == Some(true) {
        return Verdict::Held;
    }
    let same = transcript.labels.contains("neighbour:same-account");
    let message = if same {
        Text::fixed(
            "unlinking one user unlinked another one of the same account: links are deleted by account",
            "解绑一个用户也解绑了同一账户的另一个用户:绑定是按账户删除的",
        )
    } else {
        Text::fixed(
            "unlinking one user unlinked another one too",
            "解绑一个用户也解绑了另一个用户",
        )
    };
    Verdict::Broken(Finding::new(
        transcript,
        message,
        told(&before.state),
        told(&after.state),
    ))
}

#[cfg(test)]
#[path = "unl_tests.rs"]
mod tests;
