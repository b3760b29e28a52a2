//! Family LNK: who is linked, to which account, and from when on.

use super::evidence::{Change, account, acknowledged, answer, happened, not_linked, told, unseen};
use super::returned::code_in;
use super::{Finding, Judge, Verdict};
use crate::check::{Check, Level, Need};
use crate::context::{Context, ObservationLevel, Relink};
use crate::text::Text;
use crate::transcript::{Delivered, LinkState, Observed, Transcript, What};

/// The checks of the family.
pub(crate) const CHECKS: &[Check] = &[LNK_01, LNK_02, LNK_03, LNK_05, LNK_07];

/// A finished flow links.
const LNK_01: Check = Check {
    id: "LNK-01",
    level: Level::Must,
    basis: &["S07", "S31"],
    needs: &[Need::Login, Need::Webhook, Need::Observation],
    scenarios: &["flow", "calibration"],
    title: &Text::fixed(
        "A finished flow links the user: the linked event takes effect",
        "流程完成后用户即被绑定:linked 事件确实生效",
    ),
    why: &Text::fixed(
        "Messenger tells the user that linking succeeded; a bot that still does not know them breaks that promise.",
        "Messenger 告诉用户绑定成功;机器人却仍不认识他,等于失信。",
    ),
    fault: &Text::fixed(
        "The event is only logged, or authorization_code is not looked up.",
        "事件只写入日志,或没有用 authorization_code 去查找。",
    ),
    judge: Judge::Each(links),
};

/// The account behind the link is the one that logged in.
const LNK_02: Check = Check {
    id: "LNK-02",
    level: Level::Must,
    basis: &["S07", "S29", "ev"],
    needs: &[
        Need::Login,
        Need::Webhook,
        Need::Observation,
        Need::Identity,
        Need::TwoAccounts,
    ],
    scenarios: &["flow", "interleaved", "batch", "unlink-other"],
    title: &Text::fixed(
        "The linked account is the one that logged in for this user",
        "绑定的账户正是为该用户登录的那一个",
    ),
    why: &Text::fixed(
        "Anything else shows one customer's data to another.",
        "否则一位客户的数据会展示给另一位客户。",
    ),
    fault: &Text::fixed(
        "The account is taken from the last login, or from a variable that all requests share, and not from the code.",
        "账户取自最近一次登录或所有请求共用的变量,而不是取自授权码。",
    ),
    judge: Judge::Each(right_account),
};

/// No link before the event.
const LNK_03: Check = Check {
    id: "LNK-03",
    level: Level::Hardening,
    basis: &["lit"],
    needs: &[Need::Login, Need::Webhook, Need::Observation],
    scenarios: &["flow"],
    title: &Text::fixed(
        "Nobody is linked before the signed linked event has come",
        "已签名的 linked 事件到来之前,谁都不会被绑定",
    ),
    why: &Text::fixed(
        "A link made at login rests on the URL alone: whoever sends a victim their own linking URL gets linked to the victim's account.",
        "登录时就绑定,依据只有 URL:攻击者把自己的绑定链接发给受害者,就能绑到受害者的账户。",
    ),
    fault: &Text::fixed(
        "The PSID is fetched with the token during login and bound at once.",
        "登录过程中用 token 取得 PSID 并立即绑定。",
    ),
    judge: Judge::Each(waits_for_the_event),
};

/// Linking again gives what policy declares.
const LNK_05: Check = Check {
    id: "LNK-05",
    level: Level::Should,
    basis: &["ev"],
    needs: &[
        Need::Login,
        Need::Webhook,
        Need::Observation,
        Need::Identity,
        Need::TwoAccounts,
    ],
    scenarios: &["relink"],
    title: &Text::fixed(
        "When a linked user links another account, exactly one account remains, the one that policy declares",
        "已绑定的用户再绑定另一个账户后,只剩一个账户,且与声明的策略一致",
    ),
    why: &Text::fixed(
        "Two accounts behind one user mix up orders and messages; an unexpected one shows the wrong person's.",
        "一个用户背后有两个账户会弄混订单与消息;意料之外的账户则会显示别人的内容。",
    ),
    fault: &Text::fixed(
        "The new link is added beside the old one, or linking again is not thought of; [policy] relink says which is meant.",
        "新的绑定加在旧的旁边,或没有考虑再次绑定;[policy] relink 用来声明期望的行为。",
    ),
    judge: Judge::Each(relinks_as_declared),
};

/// Other users are left alone.
const LNK_07: Check = Check {
    id: "LNK-07",
    level: Level::Must,
    basis: &["S07"],
    needs: &[Need::Login, Need::Webhook, Need::Observation],
    scenarios: &["unlink-other"],
    title: &Text::fixed(
        "Linking one user leaves the links of others as they are",
        "绑定一个用户不影响其他用户的绑定",
    ),
    why: &Text::fixed(
        "Otherwise each new customer logs an old one out, or into a foreign account.",
        "否则每来一位新客户,老客户就会被登出,或落到别人的账户上。",
    ),
    fault: &Text::fixed(
        "The link is kept in one variable for everybody, or an update lacks its condition on the PSID.",
        "绑定保存在所有人共用的变量里,或更新语句缺少对 PSID 的条件。",
    ),
    judge: Judge::Each(neighbour_is_left_alone),
};

/// What was delivered to a flow's user under a tag, and whether that was acknowledged.
fn delivered<'a>(transcript: &'a Transcript, flow: usize, tag: &str) -> Option<&'a Delivered> {
    transcript
        .of(flow)
        .filter(|step| step.tag == tag)
        .find_map(|step| match &step.what {
            What::Delivered(delivered) => Some(delivered),
            _ => None,
        })
}

fn links(transcript: &Transcript, _context: &Context) -> Verdict {
    let finished = (0..transcript.flows.len()).find_map(|flow| {
        let seen = transcript.observed(flow, "after-event")?;
        let event =
            delivered(transcript, flow, "after-event").filter(|event| acknowledged(event))?;
        Some((seen, event))
    });
    let Some((seen, event)) = finished else {
        return Verdict::Untouched;
    };
    match happened(&seen.state, Change::Links) {
        None => Verdict::Blocked(unseen(transcript, &seen.state)),
        Some(true) => Verdict::Held,
        Some(false) => Verdict::Broken(Finding::new(
            transcript,
            Text::fixed(
                "the linked event was acknowledged and had no effect: the user is not linked",
                "linked 事件已被确认却没有生效:用户没有绑定",
            ),
            "linked",
            format!(
                "{} after {} ms; the event: {}",
                told(&seen.state),
                seen.waited_ms,
                answer(event)
            ),
        )),
    }
}

/// Looks at linked users whose account is known, with what was expected.
fn identities(transcript: &Transcript) -> impl Iterator<Item = (&str, &Observed)> {
    const TAGS: [&str; 4] = ["after-event", "batch", "neighbour", "other"];
    transcript
        .steps
        .iter()
        .filter(|step| TAGS.contains(&step.tag.as_str()))
        .filter_map(|step| {
            let What::Observed(observed) = &step.what else {
                return None;
            };
            let expected = transcript.flows.get(step.flow)?.account.as_ref()?;
            (observed.level == ObservationLevel::Probe)
                .then_some((expected.name.as_str(), observed))
        })
}

fn right_account(transcript: &Transcript, _context: &Context) -> Verdict {
    let mut seen = false;
    for (expected, observed) in identities(transcript) {
        let Some(got) = account(&observed.state) else {
            continue;
        };
        seen = true;
        if got != expected {
            return Verdict::Broken(Finding::new(
                transcript,
                Text::fixed(
                    "a user is linked to another account than the one that logged in",
                    "用户绑定的账户不是登录的那一个",
                ),
                expected,
                format!("{got} (user {})", observed.psid),
            ));
        }
    }
    if seen {
        Verdict::Held
    } else {
        Verdict::Untouched
    }
}

fn waits_for_the_event(transcript: &Transcript, _context: &Context) -> Verdict {
    let Some(before) = transcript.observed(0, "before-event") else {
        return Verdict::Untouched;
    };
    match happened(&before.state, Change::Links) {
        None => Verdict::Blocked(unseen(transcript, &before.state)),
        Some(true) => Verdict::Broken(Finding::new(
            transcript,
            Text::fixed(
                "the user was linked at login, before the signed event had come",
                "登录时用户就被绑定,而已签名的事件尚未到来",
            ),
            "not linked before the event",
            told(&before.state),
        )),
        Some(false) => match transcript
            .observed(0, "after-event")
            .map(|after| happened(&after.state, Change::Links))
        {
            Some(Some(true)) => Verdict::Held,
            _ => Verdict::Blocked(Text::new(
                format!(
                    "{}: the user was not linked after the event either (LNK-01)",
                    transcript.id
                ),
                format!("{}:事件到来之后用户同样没有绑定(见 LNK-01)", transcript.id),
            )),
        },
    }
}

fn relinks_as_declared(transcript: &Transcript, context: &Context) -> Verdict {
    let (Some(first), Some(second)) = (
        transcript.observed(0, "first"),
        transcript.observed(1, "second"),
    ) else {
        return Verdict::Untouched;
    };
    let name = |flow: usize| Some(transcript.flows.get(flow)?.account.as_ref()?.name.as_str());
    let (Some(old), Some(new)) = (name(0), name(1)) else {
        return Verdict::Untouched;
    };
    if account(&first.state) != Some(old) {
        return Verdict::Blocked(Text::new(
            format!(
                "{}: the first linking did not give {old} (LNK-01, LNK-02)",
                transcript.id
            ),
            format!(
                "{}:第一次绑定得到的不是 {old}(见 LNK-01、LNK-02)",
                transcript.id
            ),
        ));
    }
    let coded = transcript
        .navigation(1)
        .is_some_and(|navigated| code_in(&navigated.url).is_some());
    let (expected, en, zh) = match context.policy.relink {
        Relink::Replace => (new, "replace", "replace(以新代旧)"),
        Relink::Keep => (old, "keep", "keep(保留旧的)"),
        Relink::Refuse => (old, "refuse", "refuse(拒绝)"),
    };
    if context.policy.relink == Relink::Refuse && coded {
        return Verdict::Broken(Finding::new(
            transcript,
            Text::fixed(
                "policy declares that linking again is refused, yet a code was issued",
                "策略声明拒绝再次绑定,却仍发出了授权码",
            ),
            "no authorization_code",
            "an authorization_code",
        ));
    }
    match &second.state {
        LinkState::Unknown { .. } => Verdict::Blocked(unseen(transcript, &second.state)),
        state if account(state) == Some(expected) => Verdict::Held,
        state => Verdict::Broken(Finding::new(
            transcript,
            Text::new(
                format!(
                    "after linking again the user is not linked to what policy `{en}` declares"
                ),
                format!("再次绑定之后,用户的账户与策略 {zh} 不符"),
            ),
            format!("linked to {expected}"),
            told(state),
        )),
    }
}

fn neighbour_is_left_alone(transcript: &Transcript, _context: &Context) -> Verdict {
    if let Some(why) =
        not_linked(transcript, "neighbour").or_else(|| not_linked(transcript, "other"))
    {
        return Verdict::Blocked(why);
    }
    let (Some(before), Some(after)) = (
        transcript.observed(0, "neighbour"),
        transcript.observed(0, "after-link"),
    ) else {
        return Verdict::Untouched;
    };
    if let LinkState::Unknown { .. } = after.state {
        return Verdict::Blocked(unseen(transcript, &after.state));
    }
    if after.state == before.state {
        return Verdict::Held;
    }
    Verdict::Broken(Finding::new(
        transcript,
        Text::fixed(
            "linking one user changed the link of another",
            "绑定一个用户改变了另一个用户的绑定",
        ),
        told(&before.state),
        told(&after.state),
    ))
}

#[cfg(test)]
#[path = "lnk_tests.rs"]
mod tests;
