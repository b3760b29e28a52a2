//! HOK-07, HOK-08, HOK-16 and HOK-18: events that come twice, in another order, early, late, or again after long.

use serde_json::Value;

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::evidence::{
    Change, acknowledged, answer, deliveries, happened, look, negative, not_linked, positive,
    state_told, told, unseen,
};
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Transcript, What};

const NEEDS: &[Need] = &[Need::Login, Need::Webhook, Need::Observation];

/// A redelivered event has one effect.
pub(super) const HOK_07: Check = Check {
    id: "HOK-07",
    level: Level::Must,
    basis: &["wh"],
    needs: NEEDS,
    scenarios: &["redelivery"],
    title: &Text::fixed(
        "The same event delivered several times links once, greets once, and is acknowledged each time",
        "同一事件投递多次,只绑定一次、只欢迎一次,且每次都得到确认",
    ),
    why: &Text::fixed(
        "The platform repeats a delivery whose answer was slow or lost, so duplicates are everyday life.",
        "回答缓慢或丢失时平台会重发,重复投递是常事。",
    ),
    fault: &Text::fixed(
        "The welcome is sent for every delivery, or the second one fails because the code has been used.",
        "每次投递都发送欢迎消息,或第二次因为授权码已被使用而出错。",
    ),
    judge: Judge::Each(counts_once),
};

/// Event time decides, not the order of arrival.
pub(super) const HOK_08: Check = Check {
    id: "HOK-08",
    level: Level::Should,
    basis: &["wh"],
    needs: NEEDS,
    scenarios: &["reorder"],
    title: &Text::fixed(
        "When linked and unlinked arrive in another order than they happened, their timestamps decide",
        "linked 与 unlinked 到达的顺序与发生的顺序不一致时,以时间戳为准",
    ),
    why: &Text::fixed(
        "Order is not kept after a failed delivery; a late linked would bring back a link that the user has ended.",
        "投递失败后顺序不再保证;迟到的 linked 会恢复用户已经解除的绑定。",
    ),
    fault: &Text::fixed(
        "The timestamp of the event is not read; whatever arrives last wins.",
        "没有读取事件的时间戳,最后到达的说了算。",
    ),
    judge: Judge::Each(time_decides),
};

/// The event may come at any moment after the code was made.
pub(super) const HOK_16: Check = Check {
    id: "HOK-16",
    level: Level::Must,
    basis: &["S33"],
    needs: NEEDS,
    scenarios: &["timing"],
    title: &Text::fixed(
        "A linked event takes effect whether it comes before the browser has left or late",
        "linked 事件无论在浏览器离开之前到达还是迟到,都会生效",
    ),
    why: &Text::fixed(
        "The platform posts the event as soon as the browser comes back; it can overtake whatever the backend still does after its redirect.",
        "浏览器一返回,平台就投递事件;它可能抢在后端重定向之后的工作之前。",
    ),
    fault: &Text::fixed(
        "The code is stored after the redirect has been sent, or lives in a place that the next login overwrites.",
        "发出重定向之后才保存授权码,或保存的位置会被下一次登录覆盖。",
    ),
    judge: Judge::Each(moment_does_not_matter),
};

/// An old event does not link again.
pub(super) const HOK_18: Check = Check {
    id: "HOK-18",
    level: Level::Hardening,
    basis: &["lit"],
    needs: NEEDS,
    scenarios: &["replay"],
    title: &Text::fixed(
        "An old signed linked event does not link again after the user has unlinked",
        "用户解绑之后,旧的已签名 linked 事件不会再次绑定",
    ),
    why: &Text::fixed(
        "A signature does not grow old: whoever recorded the request, or a late redelivery, would undo the user's decision.",
        "签名不会过期:录下请求的人或一次迟到的重发,都会推翻用户的决定。",
    ),
    fault: &Text::fixed(
        "Codes are not marked as used, or unlinking makes them usable again.",
        "没有把授权码标记为已使用,或解绑让它重新可用。",
    ),
    judge: Judge::Each(stays_unlinked),
};

fn counts_once(transcript: &Transcript, _context: &Context) -> Verdict {
    let (Some(once), Some(repeated)) =
        (flow_of(transcript, "once"), flow_of(transcript, "repeated"))
    else {
        return Verdict::Untouched;
    };
    if !deliveries(transcript, "once").all(acknowledged) {
        return Verdict::Blocked(Text::new(
            format!(
                "{}: the event is not acknowledged when it comes once either (HOK-03)",
                transcript.id
            ),
            format!(
                "{}:事件只投递一次时也没有得到确认(见 HOK-03)",
                transcript.id
            ),
        ));
    }
    let times = deliveries(transcript, "repeated").count();
    if let Some((number, refused)) = deliveries(transcript, "repeated")
        .enumerate()
        .find(|(_, one)| !acknowledged(one))
    {
        return Verdict::Broken(Finding::new(
            transcript,
            Text::new(
                format!(
                    "delivery {} of {times} of the same event was not acknowledged",
                    number + 1
                ),
                format!(
                    "同一事件的第 {} 次(共 {times} 次)投递没有得到确认",
                    number + 1
                ),
            ),
            "status 200 each time",
            answer(refused),
        ));
    }
    let Some(seen) = transcript.observed(repeated, "state") else {
        return Verdict::Untouched;
    };
    match happened(&seen.state, Change::Links) {
        None => return Verdict::Blocked(unseen(transcript, &seen.state)),
        Some(false) => {
            return Verdict::Broken(Finding::new(
                transcript,
                Text::new(
                    format!(
                        "the user is not linked after the same event came {times} times; after one it links"
                    ),
                    format!("同一事件投递 {times} 次后用户没有绑定;只投递一次则能绑定"),
                ),
                "linked",
                told(&seen.state),
            ));
        }
        Some(true) => {}
    }
    let (expected, got) = (messages(transcript, once), messages(transcript, repeated));
    if got <= expected {
        return Verdict::Held;
    }
    Verdict::Broken(Finding::new(
        transcript,
        Text::new(
            format!(
                "the user was greeted again: {got} messages after {times} deliveries of one event, {expected} after a single one"
            ),
            format!(
                "用户被重复欢迎:同一事件投递 {times} 次后收到 {got} 条消息,只投递一次是 {expected} 条"
            ),
        ),
        format!("{expected} messages"),
        format!("{got} messages"),
    ))
}

/// The linking whose event was delivered under a tag.
fn flow_of(transcript: &Transcript, tag: &str) -> Option<usize> {
    let mut steps = transcript.tagged(tag);
    steps
        .find(|step| matches!(step.what, What::Delivered(_)))
        .map(|step| step.flow)
}

/// Messages to the flow's user until everything the deliveries caused had settled. Typing indicators and the
/// like are no messages; what the user is answered when the state is looked at comes later.
fn messages(transcript: &Transcript, flow: usize) -> usize {
    let delivered = transcript
        .of(flow)
        .find(|step| matches!(step.what, What::Delivered(_)))
        .map_or(0, |step| step.at_ms);
    let settled = transcript
        .tagged("settled")
        .filter(|step| matches!(step.what, What::Observed(_)))
        .map(|step| step.at_ms)
        .find(|at_ms| *at_ms >= delivered)
        .unwrap_or(u64::MAX);
    transcript
        .of(flow)
        .filter(|step| step.at_ms <= settled)
        .filter(|step| match &step.what {
            What::Graph(call) => {
                call.endpoint == "messages" && carries_message(&call.body, &call.query)
            }
            _ => false,
        })
        .count()
}

/// Whether a Send API call has a `message`, in JSON, as a form field or in the query (protocol rows 4.1.1 to 4.1.4).
fn carries_message(body: &str, query: &str) -> bool {
    let field = |pairs: &str| {
        url::form_urlencoded::parse(pairs.as_bytes()).any(|(name, _)| name == "message")
    };
    match serde_json::from_str::<Value>(body) {
        Ok(json) => json.get("message").is_some(),
        Err(_) => field(body) || field(query),
    }
}

fn time_decides(transcript: &Transcript, _context: &Context) -> Verdict {
    let unlinks = transcript.labels.contains("late:unlinked");
    let change = if unlinks {
        Change::Unlinks
    } else {
        Change::Links
    };
    // The late event can be judged only where events in order have their effect.
    let established = if unlinks { "newer" } else { "linked" };
    if let Some(why) = not_linked(transcript, established) {
        return Verdict::Blocked(why);
    }
    if !unlinks
        && look(transcript, "newer")
            .is_some_and(|seen| happened(&seen.state, Change::Unlinks) != Some(true))
    {
        return Verdict::Blocked(Text::new(
            format!(
                "{}: the unlinked event had no effect (UNL-01)",
                transcript.id
            ),
            format!("{}:unlinked 事件没有生效(见 UNL-01)", transcript.id),
        ));
    }
    negative(transcript, change).verdict(|| {
        let message = if unlinks {
            Text::fixed(
                "a late unlinked event, older than the link, ended it: the order of arrival decides",
                "迟到的 unlinked 事件早于绑定,却解除了它:到达的顺序起了决定作用",
            )
        } else {
            Text::fixed(
                "a late linked event, older than the unlinked before it, linked the user: the order of arrival decides",
                "迟到的 linked 事件早于先到的 unlinked,却绑定了用户:到达的顺序起了决定作用",
            )
        };
        let expected = if unlinks { "still linked" } else { "still not linked" };
        Finding::new(transcript, message, expected, state_told(transcript, "negative"))
    })
}

fn moment_does_not_matter(transcript: &Transcript, _context: &Context) -> Verdict {
    positive(transcript, "event").verdict(|| {
        let message = if transcript.labels.contains("moment:late") {
            Text::fixed(
                "an event that came late, after another linking, had no effect: the code was not kept",
                "事件迟到(期间有另一次绑定)便没有生效:授权码没有保留",
            )
        } else {
            Text::fixed(
                "an event that came at once had no effect, a later one has: the code is stored only after the redirect was sent",
                "立即到达的事件没有生效,稍后的却生效:授权码在发出重定向之后才保存",
            )
        };
        let answers: Vec<String> = deliveries(transcript, "event").map(answer).collect();
        let got = format!("{}; {}", state_told(transcript, "event"), answers.join(", "));
        Finding::new(transcript, message, "linked", got)
    })
}

fn stays_unlinked(transcript: &Transcript, _context: &Context) -> Verdict {
    if let Some(why) = not_linked(transcript, "linked") {
        return Verdict::Blocked(why);
    }
    negative(transcript, Change::Links).verdict(|| {
        Finding::new(
            transcript,
            Text::fixed(
                "an old linked event, replayed after the user had unlinked, linked the user again",
                "用户解绑后重放旧的 linked 事件,用户又被绑定",
            ),
            "still not linked",
            state_told(transcript, "negative"),
        )
    })
}

#[cfg(test)]
#[path = "order_tests.rs"]
mod tests;
