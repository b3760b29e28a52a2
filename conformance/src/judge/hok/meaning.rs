//! HOK-12 to HOK-14: whom an event is about, whether it concerns this page, and whether it says anything.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::evidence::{Change, answer, deliveries, ignored, negative, state_told, status};
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::Transcript;

const NEEDS: &[Need] = &[Need::Login, Need::Webhook, Need::Observation];

/// The PSID is the sender.
pub(super) const HOK_12: Check = Check {
    id: "HOK-12",
    level: Level::Must,
    basis: &["S29", "ev"],
    needs: NEEDS,
    scenarios: &["swapped"],
    title: &Text::fixed(
        "The user of a linking event is its sender, never its recipient",
        "绑定事件中的用户是 sender,而不是 recipient",
    ),
    why: &Text::fixed(
        "The recipient is the page, the same for everybody; linking it ties one account to all users or to none.",
        "recipient 是公共主页,对所有人都相同;绑定它等于把一个账户绑给所有人,或谁也没绑上。",
    ),
    fault: &Text::fixed(
        "recipient.id is read where sender.id belongs.",
        "本应读取 sender.id,却读取了 recipient.id。",
    ),
    judge: Judge::Each(sender_is_the_user),
};

/// Events of other pages and other objects are ignored.
pub(super) const HOK_13: Check = Check {
    id: "HOK-13",
    level: Level::Hardening,
    basis: &["wh"],
    needs: NEEDS,
    scenarios: &["foreign-page"],
    title: &Text::fixed(
        "A linking event of another page or of another kind of object changes nothing",
        "其他公共主页或其他类型对象的绑定事件不产生作用",
    ),
    why: &Text::fixed(
        "PSIDs are per page: the same digits on another page are another person.",
        "PSID 以公共主页为范围:另一个主页上同样的数字是另一个人。",
    ),
    fault: &Text::fixed(
        "Neither object nor recipient.id is compared with what the backend serves.",
        "没有把 object 与 recipient.id 同后端所服务的主页比较。",
    ),
    judge: Judge::Each(foreign_is_ignored),
};

/// Events that say nothing are acknowledged and change nothing.
pub(super) const HOK_14: Check = Check {
    id: "HOK-14",
    level: Level::Must,
    basis: &["ev"],
    needs: NEEDS,
    scenarios: &["odd-events"],
    title: &Text::fixed(
        "unlinked for someone who never linked, and an unknown or missing status, are acknowledged and change nothing",
        "对从未绑定者的 unlinked、未知的状态或缺失的状态,均予以确认且不产生作用",
    ),
    why: &Text::fixed(
        "An answer other than 2xx makes the platform send the event again and, after a while, stop sending altogether.",
        "若回答不是 2xx,平台会反复重发,过一段时间后完全停止投递。",
    ),
    fault: &Text::fixed(
        "authorization_code is read although unlinked has none, or the missing user is dereferenced.",
        "unlinked 没有授权码却去读取 authorization_code,或直接使用了查不到的用户。",
    ),
    judge: Judge::Each(odd_is_ignored),
};

fn sender_is_the_user(transcript: &Transcript, context: &Context) -> Verdict {
    negative(transcript, Change::Links).verdict(|| {
        Finding::new(
            transcript,
            Text::fixed(
                "the PSID was taken from the recipient: an event sent by the page linked the user who stood as recipient",
                "PSID 取自 recipient:发送者是主页的事件绑定了作为 recipient 的用户",
            ),
            format!("no effect on the recipient; the sender {} is the page", context.page_id),
            state_told(transcript, "negative"),
        )
    })
}

fn foreign_is_ignored(transcript: &Transcript, context: &Context) -> Verdict {
    let page = transcript.labels.contains("foreign:page");
    negative(transcript, Change::Links).verdict(|| {
        let body = deliveries(transcript, "negative")
            .map(|delivered| delivered.body.clone())
            .collect::<String>();
        let message = if page {
            Text::fixed(
                "an event of another page linked the user",
                "其他公共主页的事件绑定了用户",
            )
        } else {
            Text::fixed(
                "an event whose object is not page linked the user",
                "object 不是 page 的事件绑定了用户",
            )
        };
        Finding::new(
            transcript,
            message,
            format!(
                "no effect: object page and recipient {} only",
                context.page_id
            ),
            format!("{} by {body}", state_told(transcript, "negative")),
        )
    })
}

fn odd_is_ignored(transcript: &Transcript, _context: &Context) -> Verdict {
    let (en, zh) = match transcript
        .labels
        .iter()
        .find_map(|label| label.strip_prefix("event:"))
    {
        Some("unlinked-stranger") => (
            "an unlinked event for a user who never linked",
            "针对从未绑定者的 unlinked 事件",
        ),
        Some("unknown-status") => ("an event with an unknown status", "状态未知的事件"),
        Some("missing-status") => ("an event without a status", "没有状态的事件"),
        _ => return Verdict::Untouched,
    };
    let (shown, refused) = ignored(transcript, Change::Links);
    shown.verdict(|| match refused {
        Some(delivered) => Finding::new(
            transcript,
            Text::new(
                format!("{en} was not acknowledged: {}", status(delivered)),
                format!("{zh}没有得到确认:{}", status(delivered)),
            ),
            "status 200 and no effect",
            answer(delivered),
        ),
        None => Finding::new(
            transcript,
            Text::new(format!("{en} linked the user"), format!("{zh}绑定了用户")),
            "no effect",
            state_told(transcript, "negative"),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::{HOK_12, HOK_13, HOK_14};
    use crate::judge::Verdict;
    use crate::judge::testing::{Tape, broken, flow_transcript, verdict};

    fn posted(label: &str, status: u16) -> Tape {
        flow_transcript()
            .label(label)
            .tag("before")
            .unlinked()
            .tag("negative")
            .linked_event("c", status)
    }

    fn with_twin(tape: Tape) -> Tape {
        tape.tag("twin").linked_event("d", 200).linked("alice")
    }

    #[test]
    fn a_recipient_that_gets_linked_is_broken() {
        let broken_one = posted("swapped", 200).linked("alice").done();
        assert!(
            broken(verdict(HOK_12.judge, &broken_one))
                .message
                .en
                .contains("from the recipient")
        );
        let held = with_twin(posted("swapped", 200).unlinked()).done();
        assert_eq!(verdict(HOK_12.judge, &held), Verdict::Held);
    }

    #[test]
    fn a_foreign_event_that_links_is_broken() {
        let page = posted("foreign:page", 200).linked("alice").done();
        assert!(
            broken(verdict(HOK_13.judge, &page))
                .message
                .en
                .contains("another page")
        );
        let object = posted("foreign:object", 200).linked("alice").done();
        assert!(
            broken(verdict(HOK_13.judge, &object))
                .message
                .en
                .contains("object is not page")
        );
        let held = with_twin(posted("foreign:page", 404).unlinked()).done();
        assert_eq!(verdict(HOK_13.judge, &held), Verdict::Held);
    }

    #[test]
    fn an_odd_event_that_is_refused_is_broken() {
        for (label, word) in [
            ("event:unlinked-stranger", "never linked"),
            ("event:unknown-status", "unknown status"),
            ("event:missing-status", "without a status"),
        ] {
            let refused = with_twin(posted(label, 500).unlinked()).done();
            let finding = broken(verdict(HOK_14.judge, &refused));
            assert!(
                finding.message.en.contains(word) && finding.message.en.contains("500"),
                "{finding:?}"
            );
        }
    }

    #[test]
    fn an_odd_event_that_links_is_broken() {
        let linked = posted("event:missing-status", 200).linked("alice").done();
        assert!(
            broken(verdict(HOK_14.judge, &linked))
                .message
                .en
                .contains("linked the user")
        );
        let held = with_twin(posted("event:missing-status", 200).unlinked()).done();
        assert_eq!(verdict(HOK_14.judge, &held), Verdict::Held);
    }

    #[test]
    fn a_webhook_that_refuses_everything_proves_nothing() {
        let closed = posted("event:unknown-status", 403)
            .unlinked()
            .tag("twin")
            .linked_event("d", 403)
            .unlinked()
            .done();
        assert!(matches!(
            verdict(HOK_14.judge, &closed),
            Verdict::Blocked(_)
        ));
    }
}
