//! HOK-03 and HOK-04: events are acknowledged with 200, in time, whatever else the backend has to do.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::evidence::{acknowledged, answer, deliveries};
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Delivered, Transcript, What};

/// Linking events are acknowledged with 200 within the deadline.
pub(super) const HOK_03: Check = Check {
    id: "HOK-03",
    level: Level::Must,
    basis: &["S33", "wh"],
    needs: &[Need::Login, Need::Webhook],
    scenarios: &[
        "calibration",
        "flow",
        "unlink",
        "unlink-other",
        "batch",
        "interleaved",
        "control",
    ],
    title: &Text::fixed(
        "Every signed linked or unlinked event is acknowledged with status 200 in time",
        "每个签名正确的 linked 或 unlinked 事件都按时以状态 200 确认",
    ),
    why: &Text::fixed(
        "An event that is not acknowledged aborts the linking: the user reads that it failed. The deadline is 20 seconds in the vendor's sample; the newest page gives 5, so stay below that.",
        "事件未被确认,绑定即告中止,用户看到的是失败。官方示例给出的期限是 20 秒,最新页面只给 5 秒,应当以后者为准。",
    ),
    fault: &Text::fixed(
        "The handler answers 201, 204 or a redirect, lets an exception become a 500, or never ends its answer.",
        "处理函数返回 201、204 或重定向,让异常变成 500,或者一直没有结束回答。",
    ),
    judge: Judge::Each(acknowledges),
};

/// The acknowledgement does not wait for the Send API.
pub(super) const HOK_04: Check = Check {
    id: "HOK-04",
    level: Level::Must,
    basis: &["S33", "wh"],
    needs: &[Need::Login, Need::Webhook, Need::Graph],
    scenarios: &["slow-send"],
    title: &Text::fixed(
        "A linked event is acknowledged in time even while the Send API hangs",
        "即使 Send API 卡住,linked 事件也按时得到确认",
    ),
    why: &Text::fixed(
        "A slow Graph call then costs the user the linking, although nothing is wrong with the account.",
        "否则 Graph 调用一慢,用户的绑定就会失败,尽管账户毫无问题。",
    ),
    fault: &Text::fixed(
        "The welcome message is sent, and waited for, before the webhook request is answered.",
        "先发送欢迎消息并等它完成,然后才回答 Webhook 请求。",
    ),
    judge: Judge::Each(does_not_wait),
};

/// Deliveries that the platform itself would make: official events, rightly signed. A code that is dead already
/// (tag `stale`) is none of them; that one is COD-08's and UNL-05's.
fn official(transcript: &Transcript) -> impl Iterator<Item = &Delivered> {
    transcript
        .steps
        .iter()
        .filter(|step| step.tag != "stale")
        .filter_map(|step| match &step.what {
            What::Delivered(delivered) => Some(delivered),
            _ => None,
        })
        .filter(|delivered| {
            delivered.signature == "both"
                && !delivered.kinds.is_empty()
                && delivered
                    .kinds
                    .iter()
                    .all(|kind| kind == "linked" || kind == "unlinked")
        })
}

fn acknowledges(transcript: &Transcript, context: &Context) -> Verdict {
    let mut seen = false;
    for delivered in official(transcript) {
        seen = true;
        let Some(message) = shortcoming(delivered, context.policy.ack_seconds) else {
            continue;
        };
        let expected = format!("status 200 within {} s", context.policy.ack_seconds);
        return Verdict::Broken(Finding::new(
            transcript,
            message,
            expected,
            answer(delivered),
        ));
    }
    if seen {
        Verdict::Held
    } else {
        Verdict::Untouched
    }
}

fn shortcoming(delivered: &Delivered, ack_seconds: u64) -> Option<Text> {
    let kind = delivered.kinds.first().map_or("linked", String::as_str);
    let text = match (delivered.status, delivered.failure.as_deref()) {
        (Some(200), _) if in_time(delivered, ack_seconds) => return None,
        (Some(200), _) => Text::new(
            format!("the {kind} event was acknowledged too late"),
            format!("{kind} 事件确认得太晚"),
        ),
        (Some(status @ 201..=299), _) => Text::new(
            format!(
                "the {kind} event was answered with status {status}; the page asks for 200 and nothing else"
            ),
            format!("{kind} 事件得到的是状态 {status};官方页面要求的是 200"),
        ),
        (Some(status @ 300..=399), _) => Text::new(
            format!(
                "the {kind} event was answered with a redirect (status {status}), which the platform does not follow"
            ),
            format!("{kind} 事件得到的是重定向(状态 {status}),平台不会跟随"),
        ),
        (Some(status), _) => Text::new(
            format!("the {kind} event was refused with status {status}"),
            format!("{kind} 事件被拒绝,状态 {status}"),
        ),
        (None, Some("timed-out")) => Text::new(
            format!("the {kind} event was never answered"),
            format!("{kind} 事件一直没有得到回答"),
        ),
        (None, why) => {
            let why = why.unwrap_or("no answer");
            Text::new(
                format!("the {kind} event got no answer: {why}"),
                format!("{kind} 事件没有得到回答:{why}"),
            )
        }
    };
    Some(text)
}

fn in_time(delivered: &Delivered, ack_seconds: u64) -> bool {
    delivered.elapsed_ms <= ack_seconds.saturating_mul(1_000)
}

fn does_not_wait(transcript: &Transcript, context: &Context) -> Verdict {
    let Some(held) = deliveries(transcript, "held").next() else {
        return Verdict::Untouched;
    };
    let ack_seconds = context.policy.ack_seconds;
    let free = deliveries(transcript, "free").next();
    if !free.is_some_and(|free| acknowledged(free) && in_time(free, ack_seconds)) {
        let free = free.map_or_else(|| "never posted".to_owned(), answer);
        return Verdict::Blocked(Text::new(
            format!(
                "{}: the event is not acknowledged with a quick Send API either ({free})",
                transcript.id
            ),
            format!(
                "{}:Send API 正常时事件也没有得到确认({free})",
                transcript.id
            ),
        ));
    }
    if acknowledged(held) && in_time(held, ack_seconds) {
        return Verdict::Held;
    }
    let message = match held.status {
        Some(status) if !acknowledged(held) => Text::new(
            format!("the event was refused with status {status} because the Send API hung"),
            format!("因为 Send API 卡住,事件被拒绝,状态 {status}"),
        ),
        _ => Text::fixed(
            "the event was not acknowledged while the Send API hung: the backend sends messages before it answers",
            "Send API 卡住时事件没有得到确认:后端先发消息,然后才回答",
        ),
    };
    let expected = format!("status 200 within {ack_seconds} s, as with a quick Send API");
    Verdict::Broken(Finding::new(transcript, message, expected, answer(held)))
}

#[cfg(test)]
mod tests {
    use super::{HOK_03, HOK_04};
    use crate::judge::Verdict;
    use crate::judge::posting::{posted, unanswered};
    use crate::judge::testing::{broken, flow_transcript, verdict};
    use serde_json::json;

    #[test]
    fn an_event_answered_with_200_is_acknowledged() {
        let transcript = flow_transcript()
            .linked_event("c", 200)
            .unlinked_event(200)
            .done();
        assert_eq!(verdict(HOK_03.judge, &transcript), Verdict::Held);
    }

    #[test]
    fn every_other_answer_is_named() {
        for (status, word) in [
            (201, "201"),
            (302, "redirect"),
            (403, "refused"),
            (500, "500"),
        ] {
            let transcript = flow_transcript()
                .linked_event("c", 200)
                .unlinked_event(status)
                .done();
            let finding = broken(verdict(HOK_03.judge, &transcript));
            assert!(
                finding.message.en.contains(word) && finding.message.en.contains("unlinked"),
                "{finding:?}"
            );
        }
        let silent = flow_transcript().delivered(unanswered("1", "c")).done();
        assert!(
            broken(verdict(HOK_03.judge, &silent))
                .message
                .en
                .contains("never answered")
        );
    }

    #[test]
    fn the_deadline_is_the_declared_one() {
        let mut slow = posted(
            "1",
            "linked",
            &json!({"authorization_code": "c", "status": "linked"}),
            200,
        );
        slow.elapsed_ms = 20_000;
        let in_time = flow_transcript().delivered(slow.clone()).done();
        assert_eq!(verdict(HOK_03.judge, &in_time), Verdict::Held);
        slow.elapsed_ms = 20_001;
        let late = flow_transcript().delivered(slow).done();
        assert!(
            broken(verdict(HOK_03.judge, &late))
                .message
                .en
                .contains("too late")
        );
    }

    #[test]
    fn forged_and_foreign_deliveries_are_not_judged() {
        let mut forged = posted("1", "linked", &json!({"status": "linked"}), 403);
        forged.signature = "none".to_owned();
        let message = posted("1", "message", &json!(null), 500);
        let transcript = flow_transcript()
            .delivered(forged)
            .delivered(message)
            .done();
        assert_eq!(verdict(HOK_03.judge, &transcript), Verdict::Untouched);
    }

    #[test]
    fn hanging_sends_must_not_delay_the_answer() {
        let free = flow_transcript()
            .tag("free")
            .linked_event("c", 200)
            .tag("held");
        assert_eq!(
            verdict(HOK_04.judge, &free.clone().linked_event("d", 200).done()),
            Verdict::Held
        );
        let finding = broken(verdict(
            HOK_04.judge,
            &free.delivered(unanswered("1", "d")).done(),
        ));
        assert!(
            finding.message.en.contains("before it answers"),
            "{finding:?}"
        );
    }

    #[test]
    fn a_backend_that_never_answers_is_not_blamed_for_sending() {
        let transcript = flow_transcript()
            .tag("free")
            .delivered(unanswered("1", "c"))
            .tag("held")
            .delivered(unanswered("1", "d"))
            .done();
        assert!(matches!(
            verdict(HOK_04.judge, &transcript),
            Verdict::Blocked(_)
        ));
        assert_eq!(
            verdict(HOK_04.judge, &flow_transcript().done()),
            Verdict::Untouched
        );
    }
}
