//! HOK-09 to HOK-11: the signature is over the very bytes, it is looked at, and SHA-256 decides.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::evidence::{Change, answer, deliveries, negative, positive, state_told};
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::Transcript;

const NEEDS: &[Need] = &[Need::Login, Need::Webhook, Need::Observation];

/// Forged events have no effect.
pub(super) const HOK_09: Check = Check {
    id: "HOK-09",
    level: Level::Hardening,
    basis: &["wh"],
    needs: NEEDS,
    scenarios: &["forged"],
    title: &Text::fixed(
        "An event whose signature is missing or wrong changes nothing",
        "签名缺失或错误的事件不产生任何作用",
    ),
    why: &Text::fixed(
        "Whoever finds the webhook's address could link and unlink anybody; an unlinked event does not even need a code.",
        "否则任何知道 Webhook 地址的人都能替别人绑定或解绑;unlinked 事件甚至不需要授权码。",
    ),
    fault: &Text::fixed(
        "A missing header is only logged (as in two of the vendor's samples), or the comparison's result is not used.",
        "缺少签名头时只写日志(官方的两个示例即如此),或没有使用比较的结果。",
    ),
    judge: Judge::Each(forged_has_no_effect),
};

/// The signature is computed over the bytes that came.
pub(super) const HOK_10: Check = Check {
    id: "HOK-10",
    level: Level::Must,
    basis: &["wh"],
    needs: NEEDS,
    scenarios: &["odd-bytes"],
    title: &Text::fixed(
        "A rightly signed event is accepted however its JSON is spelled",
        "只要签名正确,无论 JSON 如何书写,事件都被接受",
    ),
    why: &Text::fixed(
        "The platform escapes non-ASCII letters, slashes, @, % and < on the wire; a signature computed over anything but the received bytes fails on such events.",
        "平台在线上会转义非 ASCII 字符以及 /、@、% 和 <;不是对收到的原始字节计算签名,遇到这些事件就会失败。",
    ),
    fault: &Text::fixed(
        "The body is parsed and written again before the signature is computed.",
        "先解析正文再重新序列化,然后才计算签名。",
    ),
    judge: Judge::Each(any_spelling_is_accepted),
};

/// The SHA-256 signature decides.
pub(super) const HOK_11: Check = Check {
    id: "HOK-11",
    level: Level::Should,
    basis: &["wh"],
    needs: NEEDS,
    scenarios: &["forged"],
    title: &Text::fixed(
        "The SHA-256 signature decides: alone it is enough, and a right SHA-1 does not make up for a wrong one",
        "以 SHA-256 签名为准:单独出现即可,SHA-1 正确也不能弥补 SHA-256 错误",
    ),
    why: &Text::fixed(
        "SHA-1 is the old header; current pages describe SHA-256, and the old one may go.",
        "SHA-1 是旧的签名头;当前的官方页面只描述 SHA-256,旧的可能随时取消。",
    ),
    fault: &Text::fixed(
        "Only X-Hub-Signature is read, or either of the two headers is taken as enough.",
        "只读取 X-Hub-Signature,或两个签名头中任意一个正确就放行。",
    ),
    judge: Judge::Each(sha256_decides),
};

fn signature(transcript: &Transcript) -> Option<&str> {
    transcript
        .labels
        .iter()
        .find_map(|label| label.strip_prefix("signature:"))
}

/// What a forged event would do, by the kind that was posted.
fn change(transcript: &Transcript) -> Change {
    let unlinks = deliveries(transcript, "negative")
        .any(|delivered| delivered.kinds.iter().any(|kind| kind == "unlinked"));
    if unlinks {
        Change::Unlinks
    } else {
        Change::Links
    }
}

/// The event and its effect in words.
fn effect(change: Change) -> (&'static str, &'static str, &'static str) {
    match change {
        Change::Links => ("a linked event", "linked 事件", "linked"),
        Change::Unlinks => ("an unlinked event", "unlinked 事件", "unlinked"),
    }
}

fn forged_has_no_effect(transcript: &Transcript, _context: &Context) -> Verdict {
    let (en, zh) = match signature(transcript) {
        Some("missing") => ("without any signature", "没有签名"),
        Some("wrong-key") => ("signed with another secret", "用别的密钥签名"),
        Some("other-bytes") => ("with the signature of other bytes", "带着其他内容的签名"),
        Some("truncated") => ("with a signature that was cut short", "签名被截短"),
        Some("empty") => ("with an empty signature", "签名为空"),
        _ => return Verdict::Untouched,
    };
    let change = change(transcript);
    let (event, event_zh, done) = effect(change);
    negative(transcript, change).verdict(|| {
        Finding::new(
            transcript,
            Text::new(
                format!("{event} {en} took effect: the user was {done}"),
                format!("{zh}的 {event_zh} 生效了"),
            ),
            "no effect, whatever the status",
            format!(
                "{}; {}",
                state_told(transcript, "negative"),
                answers(transcript, "negative")
            ),
        )
    })
}

fn any_spelling_is_accepted(transcript: &Transcript, _context: &Context) -> Verdict {
    positive(transcript, "odd").verdict(|| {
        let spelling = transcript.labels.iter().find_map(|label| label.strip_prefix("encoding:"));
        let (en, zh) = match spelling {
            Some("platform") => ("with accents and emoji escaped as the platform does", "按平台方式转义了重音字母与表情符号"),
            Some("raw-utf8") => ("with unescaped UTF-8", "使用未转义的 UTF-8"),
            Some("spaced") => ("with blanks and line breaks between its parts", "各部分之间带有空白与换行"),
            Some("reordered") => ("with its keys in another order", "键的顺序不同"),
            Some("extended") => ("with further keys and big numbers", "带有额外的键与很大的数"),
            _ => ("spelled in a legal but unusual way", "写法合法但不常见"),
        };
        Finding::new(
            transcript,
            Text::new(
                format!("a rightly signed event {en} had no effect; is the signature computed over re-serialised JSON?"),
                format!("签名正确的事件({zh})没有生效;签名是否是对重新序列化的 JSON 计算的?"),
            ),
            "linked, as with the platform's plain spelling of the same event",
            format!("{}; {}", state_told(transcript, "odd"), answers(transcript, "odd")),
        )
    })
}

fn sha256_decides(transcript: &Transcript, _context: &Context) -> Verdict {
    match signature(transcript) {
        Some("sha256-only") => positive(transcript, "accepted").verdict(|| {
            Finding::new(
                transcript,
                Text::fixed(
                    "an event signed with SHA-256 alone had no effect; with SHA-1 beside it, it has: only SHA-1 is checked",
                    "只带 SHA-256 签名的事件没有生效,同时带 SHA-1 就能生效:说明只检查了 SHA-1",
                ),
                "linked",
                format!("{}; {}", state_told(transcript, "accepted"), answers(transcript, "accepted")),
            )
        }),
        Some("wrong-sha256") => {
            let change = change(transcript);
            negative(transcript, change).verdict(|| {
                Finding::new(
                    transcript,
                    Text::fixed(
                        "an event with a wrong SHA-256 signature took effect because its SHA-1 was right",
                        "SHA-256 签名错误的事件因为 SHA-1 正确而生效了",
                    ),
                    "no effect",
                    format!("{}; {}", state_told(transcript, "negative"), answers(transcript, "negative")),
                )
            })
        }
        _ => Verdict::Untouched,
    }
}

fn answers(transcript: &Transcript, tag: &str) -> String {
    deliveries(transcript, tag)
        .map(answer)
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::{HOK_09, HOK_10, HOK_11};
    use crate::judge::Verdict;
    use crate::judge::testing::{Tape, broken, flow_transcript, verdict};

    fn forged(signature: &str) -> Tape {
        flow_transcript()
            .label(&format!("signature:{signature}"))
            .tag("before")
            .unlinked()
            .tag("negative")
    }

    #[test]
    fn a_forged_event_that_links_is_broken() {
        for (signature, word) in [
            ("missing", "without any signature"),
            ("wrong-key", "another secret"),
            ("other-bytes", "other bytes"),
            ("truncated", "cut short"),
            ("empty", "empty"),
        ] {
            let transcript = forged(signature)
                .linked_event("c", 200)
                .linked("alice")
                .done();
            let finding = broken(verdict(HOK_09.judge, &transcript));
            assert!(finding.message.en.contains(word), "{finding:?}");
        }
    }

    #[test]
    fn a_forged_event_that_unlinks_is_broken() {
        let transcript = flow_transcript()
            .label("signature:missing")
            .tag("before")
            .linked("alice")
            .tag("negative")
            .unlinked_event(200)
            .unlinked()
            .done();
        let finding = broken(verdict(HOK_09.judge, &transcript));
        assert!(
            finding
                .message
                .en
                .contains("an unlinked event without any signature"),
            "{finding:?}"
        );
    }

    #[test]
    fn a_forged_event_without_effect_counts_when_the_signed_one_works() {
        let transcript = forged("missing")
            .linked_event("c", 403)
            .unlinked()
            .tag("twin");
        let held = transcript
            .clone()
            .linked_event("c", 200)
            .linked("alice")
            .done();
        assert_eq!(verdict(HOK_09.judge, &held), Verdict::Held);
        let closed = transcript.linked_event("c", 403).unlinked().done();
        assert!(matches!(
            verdict(HOK_09.judge, &closed),
            Verdict::Blocked(_)
        ));
    }

    #[test]
    fn signatures_of_the_other_check_are_left_alone() {
        let sha1 = forged("wrong-sha256")
            .linked_event("c", 200)
            .linked("alice")
            .done();
        assert_eq!(verdict(HOK_09.judge, &sha1), Verdict::Untouched);
        let missing = forged("missing")
            .linked_event("c", 200)
            .linked("alice")
            .done();
        assert_eq!(verdict(HOK_11.judge, &missing), Verdict::Untouched);
    }

    #[test]
    fn an_odd_spelling_that_is_refused_while_the_plain_one_works_is_broken() {
        let odd = flow_transcript().label("encoding:spaced").tag("odd");
        assert_eq!(
            verdict(
                HOK_10.judge,
                &odd.clone().linked_event("c", 200).linked("alice").done()
            ),
            Verdict::Held
        );
        let refused = odd.linked_event("c", 403).unlinked().tag("twin");
        let finding = broken(verdict(
            HOK_10.judge,
            &refused
                .clone()
                .linked_event("c", 200)
                .linked("alice")
                .done(),
        ));
        assert!(
            finding.message.en.contains("line breaks") && finding.got.contains("403"),
            "{finding:?}"
        );
        let closed = refused.linked_event("c", 403).unlinked().done();
        assert!(matches!(
            verdict(HOK_10.judge, &closed),
            Verdict::Blocked(_)
        ));
    }

    #[test]
    fn sha256_alone_must_do() {
        let alone = flow_transcript()
            .label("signature:sha256-only")
            .tag("accepted");
        assert_eq!(
            verdict(
                HOK_11.judge,
                &alone.clone().linked_event("c", 200).linked("alice").done()
            ),
            Verdict::Held
        );
        let refused = alone
            .linked_event("c", 403)
            .unlinked()
            .tag("twin")
            .linked_event("c", 200)
            .linked("alice")
            .done();
        assert!(
            broken(verdict(HOK_11.judge, &refused))
                .message
                .en
                .contains("only SHA-1 is checked")
        );
    }

    #[test]
    fn a_right_sha1_must_not_make_up_for_a_wrong_sha256() {
        let accepted = forged("wrong-sha256")
            .linked_event("c", 200)
            .linked("alice")
            .done();
        assert!(
            broken(verdict(HOK_11.judge, &accepted))
                .message
                .en
                .contains("SHA-1 was right")
        );
        let refused = forged("wrong-sha256")
            .linked_event("c", 403)
            .unlinked()
            .tag("twin")
            .linked_event("c", 200)
            .linked("alice")
            .done();
        assert_eq!(verdict(HOK_11.judge, &refused), Verdict::Held);
    }
}
