//! A code survives the trip through the URL: COD-03.

use super::issued::{Issued, issued};
use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::raw_url::CODE_NAME;
use crate::judge::{Finding, Judge, Tally};
use crate::text::Text;
use crate::transcript::{LinkState, Transcript};

pub(super) const COD_03: Check = Check {
    id: "COD-03",
    level: Level::Must,
    basis: &["S29"],
    needs: &[Need::Login, Need::Webhook, Need::Observation],
    scenarios: &["flow"],
    title: &Text::fixed(
        "The code that a URL parser reads is the one that the backend knows",
        "URL 解析器读到的授权码与后端保存的一致",
    ),
    why: &Text::fixed(
        "The platform parses the address and sends back what it found; a + that was not escaped comes back as a space and matches nothing.",
        "平台解析地址后把读到的值送回;未转义的 + 会变成空格,再也对不上。",
    ),
    fault: &Text::fixed(
        "A base64 code is put into the address without percent-encoding.",
        "base64 授权码未经百分号编码就写入地址。",
    ),
    judge: Judge::All(links_with_what_was_parsed),
};

/// Findings that the check prints; the rest says the same.
const MOST_FINDINGS: usize = 3;

fn links_with_what_was_parsed(transcripts: &[&Transcript], _: &Context) -> Tally {
    let codes = issued(transcripts);
    let (linked, lost): (Vec<_>, Vec<_>) = codes
        .iter()
        .filter_map(|issued| Some((issued, linked(issued)?)))
        .partition(|(_, linked)| *linked);
    let (escaped, plain): (Vec<_>, Vec<_>) = lost
        .into_iter()
        .map(|(issued, _)| (issued, unescaped(issued)))
        .partition(|(_, slip)| slip.is_some());
    let mut tally = Tally {
        examples: linked.len(),
        ..Tally::default()
    };
    if escaped.is_empty() {
        // Flows that end unlinked for another reason are LNK-01's.
        return tally;
    }
    // Where a code without such a character ends unlinked as well, the reason is another one.
    if !plain.is_empty() {
        tally.blocked.push(Text::fixed(
            "flows end unlinked whatever the code looks like, so nothing can be said about its escaping",
            "无论授权码是什么样,流程结束时都没有绑定,因此无法判断转义是否正确",
        ));
        return tally;
    }
    tally.examples += escaped.len();
    tally.findings = escaped
        .iter()
        .take(MOST_FINDINGS)
        .filter_map(|(issued, slip)| finding(issued, slip.as_ref()?))
        .collect();
    tally
}

fn linked(issued: &Issued<'_>) -> Option<bool> {
    match issued
        .transcript
        .observed(issued.flow, "after-event")?
        .state
    {
        LinkState::Linked { .. } => Some(true),
        LinkState::Unlinked => Some(false),
        LinkState::Unknown { .. } => None,
    }
}

/// What stands in the address from the code on, and the first character in it that changes on the way.
struct Slip<'a> {
    raw: &'a str,
    what: (&'static str, &'static str),
}

fn unescaped<'a>(issued: &Issued<'a>) -> Option<Slip<'a>> {
    let url = issued.transcript.navigation(issued.flow)?.url.as_str();
    let raw = url.split_once(&format!("{CODE_NAME}="))?.1;
    let what = raw
        .char_indices()
        .find_map(|(at, character)| match character {
            '+' => Some((
                "a + that was not escaped, which every parser reads as a space",
                "未转义的 +,解析器会读作空格",
            )),
            '&' => Some((
                "an & that was not escaped, which ends the code",
                "未转义的 &,授权码在此中断",
            )),
            '#' => Some((
                "a # that was not escaped, which ends the address",
                "未转义的 #,地址在此中断",
            )),
            '%' if escapes(&raw[at..]) == 2 => {
                Some(("an escape that was escaped again", "被重复转义的字符"))
            }
            '%' if escapes(&raw[at..]) == 0 => Some(("a % that was not escaped", "未转义的 %")),
            _ => None,
        })?;
    Some(Slip { raw, what })
}

/// How often the escape at the beginning of this text is nested: 0 is no escape at all, 2 is `%25XX`.
fn escapes(text: &str) -> usize {
    let is_hex = |from: usize| {
        text.get(from..from + 2)
            .is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    match (is_hex(1), text.starts_with("%25") && is_hex(3)) {
        (false, _) => 0,
        (true, false) => 1,
        (true, true) => 2,
    }
}

fn finding(issued: &Issued<'_>, slip: &Slip<'_>) -> Option<Finding> {
    let (en, zh) = slip.what;
    let account = issued.account?;
    Some(Finding::new(
        issued.transcript,
        Text::new(
            format!("the code holds {en}; sent back as it was parsed, it did not link {account}"),
            format!("授权码中有{zh};按解析结果送回后,{account} 没有绑定"),
        ),
        "a code whose characters are percent-encoded where they are not unreserved",
        format!("{CODE_NAME}={} was read as \"{}\"", slip.raw, issued.code),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{Tape, flow_transcript, live_with, tally};

    fn ends(code: &str, linked: bool) -> Transcript {
        let tape: Tape = flow_transcript()
            .login()
            .navigated(&live_with(code))
            .tag("after-event");
        if linked {
            tape.linked("alice").done()
        } else {
            tape.unlinked().done()
        }
    }

    #[test]
    fn codes_that_link_hold_however_they_look() {
        let tally = tally(COD_03.judge, &[ends("abc", true), ends("a%2Bb%3D", true)]);
        assert_eq!(
            (tally.examples, tally.findings.len(), tally.blocked.len()),
            (2, 0, 0)
        );
    }

    #[test]
    fn the_character_that_changed_is_named() {
        for (code, word) in [
            ("ab+c", "a +"),
            ("ab&c", "an &"),
            ("ab#c", "a #"),
            ("ab%252B", "escaped again"),
            ("ab%zz", "a %"),
        ] {
            let tally = tally(COD_03.judge, &[ends("abc", true), ends(code, false)]);
            assert_eq!(tally.examples, 2, "{code}");
            assert!(
                tally.findings[0].message.en.contains(word),
                "{code}: {}",
                tally.findings[0].message.en
            );
        }
    }

    #[test]
    fn flows_that_end_unlinked_for_another_reason_are_not_blamed_on_the_code() {
        let none = tally(COD_03.judge, &[ends("ab+c", false), ends("abc", false)]);
        assert_eq!((none.findings.len(), none.blocked.len()), (0, 1));
        let plain = tally(COD_03.judge, &[ends("abc", false), ends("abd", true)]);
        assert_eq!(
            (plain.examples, plain.findings.len(), plain.blocked.len()),
            (1, 0, 0)
        );
    }

    #[test]
    fn codes_that_all_hold_such_a_character_are_blamed_when_none_links() {
        let all = tally(COD_03.judge, &[ends("ab+c", false), ends("a+bc", false)]);
        assert_eq!(
            (all.examples, all.findings.len(), all.blocked.len()),
            (2, 2, 0)
        );
    }

    #[test]
    fn a_flow_that_was_not_observed_proves_nothing() {
        let unseen = flow_transcript()
            .login()
            .navigated(&live_with("ab+c"))
            .done();
        assert_eq!(tally(COD_03.judge, &[unseen]), Tally::default());
    }
}
