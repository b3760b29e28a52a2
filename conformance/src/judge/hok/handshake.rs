//! HOK-01 and HOK-02: the verification GET is answered with the challenge, and only to who knows the token.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Case, Handshake, Transcript, What};

/// A right verification request is answered with the challenge.
pub(super) const HOK_01: Check = Check {
    id: "HOK-01",
    level: Level::Must,
    basis: &["S32", "wh"],
    needs: &[Need::Webhook],
    scenarios: &["handshake"],
    title: &Text::fixed(
        "The webhook answers a right verification request with status 200 and exactly the challenge",
        "Webhook 收到正确的验证请求时,返回 200,正文与 challenge 完全一致",
    ),
    why: &Text::fixed(
        "The platform compares the body with its challenge; if they differ, the webhook cannot be registered and no linking event ever arrives.",
        "平台会把正文与自己的 challenge 逐字比较;不一致就无法登记 Webhook,绑定事件永远不会送达。",
    ),
    fault: &Text::fixed(
        "The framework turned the challenge into JSON (quotes around it), parsed it as a number, or added a line break.",
        "框架把 challenge 转成了 JSON(两边多了引号)、按数字解析,或在末尾加了换行。",
    ),
    judge: Judge::Each(echoes),
};

/// A wrong verification request is refused.
pub(super) const HOK_02: Check = Check {
    id: "HOK-02",
    level: Level::Must,
    basis: &["wh"],
    needs: &[Need::Webhook],
    scenarios: &["handshake"],
    title: &Text::fixed(
        "The webhook does not give the challenge back when the verify token or the mode is wrong",
        "verify token 或 mode 不对时,Webhook 不返回 challenge",
    ),
    why: &Text::fixed(
        "The token proves that the subscription was set up by somebody who knows this backend; whoever echoes always lets any app subscribe it.",
        "token 证明订阅者确实了解这个后端;一律回显,任何应用都能拿它去订阅。",
    ),
    fault: &Text::fixed(
        "hub.challenge is returned before hub.verify_token and hub.mode are looked at, or a missing token compares as equal to an unset setting.",
        "还没检查 hub.verify_token 与 hub.mode 就返回了 hub.challenge,或缺失的 token 与未设置的配置被判为相等。",
    ),
    judge: Judge::Each(refuses),
};

fn handshakes<'a>(transcript: &'a Transcript, tag: &'a str) -> impl Iterator<Item = &'a Handshake> {
    transcript.tagged(tag).filter_map(|step| match &step.what {
        What::Handshake(handshake) => Some(handshake),
        _ => None,
    })
}

fn echoes(transcript: &Transcript, _context: &Context) -> Verdict {
    let Some(handshake) = handshakes(transcript, "").find(|one| one.case == Case::Right) else {
        return Verdict::Untouched;
    };
    let message = match (handshake.status, &handshake.failure) {
        (None, why) => {
            let why = why.as_deref().unwrap_or("no answer");
            Text::new(
                format!("the verification request was not answered: {why}"),
                format!("验证请求没有得到回答:{why}"),
            )
        }
        (Some(200), _) if handshake.body == handshake.challenge => return Verdict::Held,
        (Some(200), _) => altered(&handshake.challenge, &handshake.body),
        (Some(status), _) => Text::new(
            format!("a right verification request was answered with status {status} and not 200"),
            format!("正确的验证请求得到的是状态 {status},而不是 200"),
        ),
    };
    Verdict::Broken(Finding::new(
        transcript,
        message,
        format!("status 200, body {}", handshake.challenge),
        got(handshake),
    ))
}

/// How the body differs from the challenge.
fn altered(challenge: &str, body: &str) -> Text {
    let quoted = serde_json::Value::from(challenge).to_string();
    if body.is_empty() {
        Text::fixed(
            "the answer has no body; the challenge belongs there",
            "回答没有正文;正文应当是 challenge",
        )
    } else if body.trim() == quoted || body.trim() == format!("\"{challenge}\"") {
        Text::fixed(
            "the challenge came back as a JSON string, with quotes around it",
            "challenge 以 JSON 字符串形式返回,两边多了引号",
        )
    } else if body.trim() == challenge {
        Text::fixed(
            "the challenge came back with blanks or a line break around it",
            "返回的 challenge 前后多了空白或换行",
        )
    } else if body.contains(challenge) {
        Text::fixed(
            "the challenge came back inside other text",
            "返回的 challenge 夹在其他文字之中",
        )
    } else if !body.is_empty() && challenge.starts_with(body.trim()) {
        Text::fixed(
            "the challenge came back cut short",
            "返回的 challenge 被截短了",
        )
    } else {
        Text::fixed("the body is not the challenge", "正文不是 challenge")
    }
}

fn refuses(transcript: &Transcript, _context: &Context) -> Verdict {
    let Some(wrong) = handshakes(transcript, "").find(|one| one.case != Case::Right) else {
        return Verdict::Untouched;
    };
    let success = wrong
        .status
        .is_some_and(|status| (200..300).contains(&status));
    if success && wrong.body.contains(&wrong.challenge) {
        // Which of two tokens counts is for the framework to say, and who sends both knows the right one.
        if wrong.case == Case::DuplicateToken {
            return Verdict::Untouched;
        }
        let (en, zh) = what_was_wrong(wrong.case);
        return Verdict::Broken(Finding::new(
            transcript,
            Text::new(
                format!("the challenge was given back although {en}"),
                format!("{zh},challenge 仍被返回"),
            ),
            "a refusal such as status 403, without the challenge",
            got(wrong),
        ));
    }
    let twin = handshakes(transcript, "twin").find(|one| one.case == Case::Right);
    match twin {
        Some(right) if right.status == Some(200) && right.body.contains(&right.challenge) => {
            Verdict::Held
        }
        _ => Verdict::Blocked(Text::new(
            format!(
                "{}: a right verification request is refused as well (HOK-01)",
                transcript.id
            ),
            format!("{}:正确的验证请求同样被拒绝(见 HOK-01)", transcript.id),
        )),
    }
}

fn what_was_wrong(case: Case) -> (&'static str, &'static str) {
    match case {
        Case::WrongToken => ("the verify token was wrong", "verify token 是错的"),
        Case::MissingToken => ("there was no verify token", "没有 verify token"),
        Case::WrongMode => ("hub.mode was not subscribe", "hub.mode 不是 subscribe"),
        Case::DuplicateToken => ("the verify token came twice", "verify token 出现了两次"),
        Case::Right => ("nothing was wrong", "没有任何错误"),
    }
}

fn got(handshake: &Handshake) -> String {
    match (handshake.status, &handshake.failure) {
        (Some(status), _) => {
            let kind = handshake
                .content_type
                .as_deref()
                .unwrap_or("no content type");
            format!(
                "status {status} ({kind}), body {:?}",
                excerpt(&handshake.body)
            )
        }
        (None, Some(why)) => why.clone(),
        (None, None) => "no answer".to_owned(),
    }
}

/// The beginning of a body, enough to recognise it.
fn excerpt(body: &str) -> String {
    const SHOWN: usize = 120;
    let mut shown: String = body.chars().take(SHOWN).collect();
    if shown.len() < body.len() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{HOK_01, HOK_02};
    use crate::judge::Verdict;
    use crate::judge::testing::{Tape, broken, verdict};
    use crate::transcript::{Case, Handshake};

    fn shake(case: Case, challenge: &str, status: u16, body: &str) -> Handshake {
        Handshake {
            case,
            challenge: challenge.to_owned(),
            status: Some(status),
            content_type: Some("text/plain".to_owned()),
            body: body.to_owned(),
            failure: None,
        }
    }

    fn right(challenge: &str, status: u16, body: &str) -> Verdict {
        let transcript = Tape::new("handshake")
            .handshake(shake(Case::Right, challenge, status, body))
            .done();
        verdict(HOK_01.judge, &transcript)
    }

    fn wrong(case: Case, status: u16, body: &str) -> Tape {
        Tape::new("handshake")
            .handshake(shake(case, "1158201444", status, body))
            .tag("twin")
    }

    #[test]
    fn the_challenge_and_nothing_else_is_the_answer() {
        assert_eq!(right("1158201444", 200, "1158201444"), Verdict::Held);
        assert_eq!(right("+a/=%", 200, "+a/=%"), Verdict::Held);
    }

    #[test]
    fn each_way_to_spoil_the_challenge_is_named() {
        for (body, word) in [
            ("\"1158201444\"", "quotes"),
            ("1158201444\n", "line break"),
            ("{\"challenge\":1158201444}", "inside other text"),
            ("115820", "cut short"),
            ("", "no body"),
            ("OK", "not the challenge"),
        ] {
            let finding = broken(right("1158201444", 200, body));
            assert!(finding.message.en.contains(word), "{body}: {finding:?}");
        }
        assert!(
            broken(right("1158201444", 201, "1158201444"))
                .message
                .en
                .contains("201")
        );
    }

    #[test]
    fn an_unanswered_handshake_is_broken() {
        let mut handshake = shake(Case::Right, "1", 200, "");
        handshake.status = None;
        handshake.failure = Some("timed-out".to_owned());
        let transcript = Tape::new("handshake").handshake(handshake).done();
        assert!(
            broken(verdict(HOK_01.judge, &transcript))
                .message
                .en
                .contains("timed-out")
        );
    }

    #[test]
    fn an_echo_to_a_stranger_is_broken() {
        for (case, word) in [
            (Case::WrongToken, "token was wrong"),
            (Case::MissingToken, "no verify token"),
            (Case::WrongMode, "hub.mode"),
        ] {
            let finding = broken(verdict(
                HOK_02.judge,
                &wrong(case, 200, "1158201444").done(),
            ));
            assert!(finding.message.en.contains(word), "{finding:?}");
        }
    }

    #[test]
    fn a_refusal_counts_when_the_right_request_is_answered() {
        let twin = shake(Case::Right, "77", 200, "77");
        for (status, body) in [
            (403, "Forbidden"),
            (200, "wrong token"),
            (403, "1158201444"),
        ] {
            let held = wrong(Case::WrongToken, status, body)
                .handshake(twin.clone())
                .done();
            assert_eq!(
                verdict(HOK_02.judge, &held),
                Verdict::Held,
                "{status} {body}"
            );
        }
        let closed = wrong(Case::WrongToken, 403, "")
            .handshake(shake(Case::Right, "77", 403, ""))
            .done();
        assert!(matches!(
            verdict(HOK_02.judge, &closed),
            Verdict::Blocked(_)
        ));
    }

    #[test]
    fn which_of_two_tokens_counts_is_not_judged() {
        let accepted = wrong(Case::DuplicateToken, 200, "1158201444").done();
        assert_eq!(verdict(HOK_02.judge, &accepted), Verdict::Untouched);
    }
}
