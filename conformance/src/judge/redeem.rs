//! COD-05 and COD-08: a code links once, and only if it was given out.
//!
//! Family COD judges codes as they are handed out; these two judge them as they come back in events.

use super::evidence::{
    Change, answer, deliveries, ignored, negative, not_linked, state_told, status,
};
use super::{Finding, Judge, Verdict};
use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::text::Text;
use crate::transcript::Transcript;

const NEEDS: &[Need] = &[Need::Login, Need::Webhook, Need::Observation];

/// The checks of family COD that are about redeeming codes.
pub(crate) const CHECKS: &[Check] = &[COD_05, COD_08];

/// A used code links nobody else.
const COD_05: Check = Check {
    id: "COD-05",
    level: Level::Hardening,
    basis: &["S28", "lit"],
    needs: NEEDS,
    scenarios: &["code-reuse"],
    title: &Text::fixed(
        "A code that has linked one user does not link another",
        "已经绑定过一个用户的授权码,不能再绑定另一个用户",
    ),
    why: &Text::fixed(
        "The code passes through the user's browser, its history and its logs; whoever finds it there could link their own Messenger to that account.",
        "授权码会经过用户的浏览器、历史与日志;捡到它的人可以把自己的 Messenger 绑到这个账户上。",
    ),
    fault: &Text::fixed(
        "The code is looked up but never deleted or marked as used.",
        "只查询授权码,从不删除或标记为已使用。",
    ),
    judge: Judge::Each(used_code_is_dead),
};

/// A code that was never given out links nobody, and the event is acknowledged.
const COD_08: Check = Check {
    id: "COD-08",
    level: Level::Must,
    basis: &["S28", "ev"],
    needs: NEEDS,
    scenarios: &["unknown-code"],
    title: &Text::fixed(
        "A linked event with a code that was never given out is acknowledged and links nobody",
        "linked 事件带着从未发出的授权码时,予以确认但不绑定任何人",
    ),
    why: &Text::fixed(
        "The platform passes on whatever the browser brings. A link made from it is somebody's account in foreign hands; an error makes the platform send the event for ever.",
        "浏览器带来什么,平台就转交什么。据此绑定等于把某人的账户交给别人;报错则会让平台不停重发。",
    ),
    fault: &Text::fixed(
        "The lookup's empty result is linked as if it were an account, or answered with status 400.",
        "查不到的结果被当作账户绑定,或以状态 400 回答。",
    ),
    judge: Judge::Each(unknown_code_is_ignored),
};

fn used_code_is_dead(transcript: &Transcript, _context: &Context) -> Verdict {
    if let Some(why) = not_linked(transcript, "first") {
        return Verdict::Blocked(why);
    }
    negative(transcript, Change::Links).verdict(|| {
        Finding::new(
            transcript,
            Text::fixed(
                "a code that had linked one user linked a second one: it is never used up",
                "已绑定过一个用户的授权码又绑定了另一个用户:它从不失效",
            ),
            "the second user is not linked",
            state_told(transcript, "negative"),
        )
    })
}

fn unknown_code_is_ignored(transcript: &Transcript, _context: &Context) -> Verdict {
    let (en, zh) = match transcript
        .labels
        .iter()
        .find_map(|label| label.strip_prefix("code:"))
    {
        Some("unknown") => ("that was never given out", "从未发出的授权码"),
        Some("truncated") => ("that lacks its last character", "少了最后一个字符的授权码"),
        Some("case-changed") => (
            "whose letters have changed case",
            "字母大小写被改变的授权码",
        ),
        Some("empty") => ("that is empty", "空的授权码"),
        Some("null") => ("that is null", "值为 null 的授权码"),
        Some("number") => ("that is a number", "值为数字的授权码"),
        Some("array") => ("that is an array", "值为数组的授权码"),
        _ => return Verdict::Untouched,
    };
    let (shown, refused) = ignored(transcript, Change::Links);
    shown.verdict(|| match refused {
        Some(delivered) => Finding::new(
            transcript,
            Text::new(
                format!(
                    "an event with a code {en} was not acknowledged: {}",
                    status(delivered)
                ),
                format!("带有{zh}的事件没有得到确认:{}", status(delivered)),
            ),
            "status 200 and no link",
            answer(delivered),
        ),
        None => Finding::new(
            transcript,
            Text::new(
                format!("a code {en} linked the user"),
                format!("{zh}绑定了用户"),
            ),
            "not linked",
            format!(
                "{} by {}",
                state_told(transcript, "negative"),
                deliveries(transcript, "negative")
                    .map(|delivered| delivered.body.as_str())
                    .collect::<String>()
            ),
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::{COD_05, COD_08};
    use crate::judge::Verdict;
    use crate::judge::testing::{Tape, broken, flow_transcript, verdict};

    fn posted(label: &str, status: u16) -> Tape {
        flow_transcript()
            .label(label)
            .tag("before")
            .unlinked()
            .tag("negative")
            .linked_event("x", status)
    }

    fn with_twin(tape: Tape) -> Tape {
        tape.tag("twin").linked_event("c", 200).linked("alice")
    }

    #[test]
    fn a_used_code_that_links_again_is_broken() {
        let reused = flow_transcript()
            .tag("first")
            .linked("alice")
            .tag("negative")
            .linked_event("c", 200);
        let finding = broken(verdict(
            COD_05.judge,
            &reused.clone().linked("alice").done(),
        ));
        assert!(finding.message.en.contains("never used up"), "{finding:?}");
        assert_eq!(
            verdict(COD_05.judge, &with_twin(reused.unlinked()).done()),
            Verdict::Held
        );
    }

    #[test]
    fn a_used_code_proves_nothing_where_no_code_works() {
        let dead = flow_transcript()
            .tag("negative")
            .unlinked()
            .tag("twin")
            .unlinked()
            .done();
        assert!(matches!(verdict(COD_05.judge, &dead), Verdict::Blocked(_)));
    }

    #[test]
    fn each_kind_of_unknown_code_is_named() {
        for (label, word) in [
            ("code:unknown", "never given out"),
            ("code:truncated", "last character"),
            ("code:case-changed", "case"),
            ("code:empty", "empty"),
            ("code:null", "null"),
            ("code:number", "number"),
            ("code:array", "array"),
        ] {
            let linked = posted(label, 200).linked("null").done();
            let finding = broken(verdict(COD_08.judge, &linked));
            assert!(
                finding.message.en.contains(word) && finding.message.en.contains("linked the user"),
                "{finding:?}"
            );
            let held = with_twin(posted(label, 200).unlinked()).done();
            assert_eq!(verdict(COD_08.judge, &held), Verdict::Held, "{label}");
        }
    }

    #[test]
    fn an_unknown_code_must_be_acknowledged() {
        let refused = with_twin(posted("code:unknown", 400).unlinked()).done();
        assert!(
            broken(verdict(COD_08.judge, &refused))
                .message
                .en
                .contains("400")
        );
        let closed = posted("code:unknown", 403)
            .unlinked()
            .tag("twin")
            .linked_event("c", 403)
            .unlinked()
            .done();
        assert!(matches!(
            verdict(COD_08.judge, &closed),
            Verdict::Blocked(_)
        ));
    }
}
