//! How the code is joined to the `redirect_uri`: RED-03, 04, 07 and 08.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::raw_url::{RawPair, normal};
use crate::judge::returned::{Place, Returned};
use crate::judge::{Judge, Verdict};
use crate::text::Text;
use crate::transcript::Transcript;

pub(super) const RED_03: Check = Check {
    id: "RED-03",
    level: Level::Must,
    basis: &["S19", "S20"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "The code is appended with & behind the parameters that redirect_uri has already",
        "redirect_uri 已有参数时,授权码用 & 附加在其后",
    ),
    why: &Text::fixed(
        "The live redirect_uri always has a query. Joined in any other way the code becomes part of the token, and both are lost.",
        "线上的 redirect_uri 总是带有查询参数。用别的方式连接,授权码会混入口令,两者都会丢失。",
    ),
    fault: &Text::fixed(
        "A constant ?authorization_code= is glued to the address, which gives it a second question mark.",
        "把固定的 ?authorization_code= 粘在地址后面,造成第二个问号。",
    ),
    judge: Judge::Each(joins_behind_the_query),
};

pub(super) const RED_04: Check = Check {
    id: "RED-04",
    level: Level::Should,
    basis: &["S19", "url"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "A redirect_uri without parameters gets ?authorization_code=",
        "redirect_uri 没有参数时,用 ?authorization_code= 附加",
    ),
    why: &Text::fixed(
        "An & without a ? belongs to the path: the page is not found and the code is never read.",
        "没有 ? 的 & 属于路径:页面找不到,授权码也不会被读取。",
    ),
    fault: &Text::fixed(
        "The example of the page is copied literally and & is glued to whatever comes.",
        "照抄文档示例,无论什么地址都直接加 &。",
    ),
    judge: Judge::Each(begins_a_query),
};

pub(super) const RED_07: Check = Check {
    id: "RED-07",
    level: Level::Should,
    basis: &["S19", "url"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "Odd but legal queries still give one readable code and lose nothing",
        "查询部分虽少见但合法时,授权码仍可读取,且不丢失任何内容",
    ),
    why: &Text::fixed(
        "A lone ?, a trailing & or a ? inside a value are legal; a joint that counts characters instead of parsing breaks on them.",
        "单独的 ?、末尾的 & 或值中的 ? 都合法;只数字符而不解析的拼接会在此出错。",
    ),
    fault: &Text::fixed(
        "The joint is chosen by a search for ? or & anywhere in the address.",
        "通过在整个地址中查找 ? 或 & 来决定连接符。",
    ),
    judge: Judge::Each(survives_odd_queries),
};

pub(super) const RED_08: Check = Check {
    id: "RED-08",
    level: Level::Should,
    basis: &["url"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "The code stands before the fragment of redirect_uri",
        "授权码位于 redirect_uri 的片段(#)之前",
    ),
    why: &Text::fixed(
        "Browsers keep everything behind # to themselves; a code there never reaches the platform.",
        "浏览器不会发送 # 之后的内容;放在那里的授权码永远到不了平台。",
    ),
    fault: &Text::fixed(
        "The parameter is appended to the end of the string, whatever the string ends with.",
        "不看字符串以什么结尾,直接把参数加在最后。",
    ),
    judge: Judge::Each(stands_before_the_fragment),
};

fn joins_behind_the_query(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(returned) = Returned::of(transcript, 0).filter(Returned::on_target) else {
        return Verdict::Untouched;
    };
    let wanted = returned.wanted.pairs();
    if wanted.is_empty() {
        return Verdict::Untouched;
    }
    match returned.place() {
        Place::Inside("?") => returned.finding(
            Text::fixed(
                "the code was joined with a second question mark, so it became part of the last parameter",
                "授权码用第二个问号连接,成了最后一个参数的一部分",
            ),
        ),
        Place::Inside("") => returned.finding(
            Text::fixed(
                "the code was glued to the last parameter without any &",
                "授权码没有用 & 就直接粘在最后一个参数上",
            ),
        ),
        Place::Inside(joint) => returned.finding(
            Text::new(
                format!("the code was joined with {joint} and not with &"),
                format!("授权码用 {joint} 连接,而不是 &"),
            ),
        ),
        Place::Query(found) => {
            let code = found.first().map_or(0, |(at, _)| *at);
            let pairs = returned.got.pairs();
            let original = |pair: &RawPair<'_>| wanted.iter().any(|own| own.raw == pair.raw);
            if pairs[code..].iter().skip(1).any(original) {
                returned.finding(
                    Text::fixed(
                        "the code was put before parameters that redirect_uri had already",
                        "授权码被放在 redirect_uri 原有参数之前",
                    ),
                )
            } else if pairs[..code].is_empty() {
                // All parameters are gone; RED-06 and RED-09 tell that.
                Verdict::Untouched
            } else {
                Verdict::Held
            }
        }
        Place::Fragment | Place::Path | Place::Missing => Verdict::Untouched,
    }
}

fn begins_a_query(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(returned) = Returned::of(transcript, 0).filter(Returned::on_target) else {
        return Verdict::Untouched;
    };
    if returned.wanted.query.is_some() {
        return Verdict::Untouched;
    }
    match returned.place() {
        Place::Path => returned.finding(
            Text::fixed(
                "the code was joined with & although redirect_uri has no query, so it became part of the path",
                "redirect_uri 没有查询部分,却用 & 连接,授权码成了路径的一部分",
            ),
        ),
        Place::Query(_) => Verdict::Held,
        Place::Inside(_) | Place::Fragment | Place::Missing => Verdict::Untouched,
    }
}

fn survives_odd_queries(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(returned) = Returned::of(transcript, 0).filter(Returned::on_target) else {
        return Verdict::Untouched;
    };
    let Some(query) = returned.wanted.query else {
        return Verdict::Untouched;
    };
    let wanted = returned.wanted.pairs();
    let in_value = |pair: &RawPair<'_>| {
        pair.value
            .is_some_and(|value| value.contains(['=', '?', ';']))
    };
    let odd =
        wanted.is_empty() || query.split('&').any(str::is_empty) || wanted.iter().any(in_value);
    if !odd {
        return Verdict::Untouched;
    }
    match returned.place() {
        // With parameters before it this is RED-03's to tell.
        Place::Inside(_) if !wanted.is_empty() => Verdict::Untouched,
        Place::Inside(_) => returned.finding(
            Text::fixed(
                "behind a lone ? the code was joined with another ?, so its name is ?authorization_code",
                "在单独的 ? 之后又用 ? 连接授权码,参数名变成了 ?authorization_code",
            ),
        ),
        Place::Query(_) => {
            let got = returned.other_pairs();
            // Another spelling of the same value is RED-05's, a parameter that is gone is RED-06's.
            let damaged = |pair: &&RawPair<'_>| {
                let mut same_name = got
                    .iter()
                    .filter(|other| other.decoded_name() == pair.decoded_name())
                    .peekable();
                in_value(pair)
                    && same_name.peek().is_some()
                    && same_name.all(|other| pair.decoded_value() != other.decoded_value())
            };
            let complete = wanted.len() <= got.len() && !returned.carries_another_token();
            let plain = |pair: &&RawPair<'_>| !pair.raw.contains(['%', '+']);
            let lost = wanted
                .iter()
                .filter(plain)
                .find(|pair| complete && damaged(pair));
            match lost {
                Some(pair) => returned.finding(
                    Text::new(
                        format!(
                            "the parameter {} was cut or changed at a character inside its value",
                            pair.raw
                        ),
                        format!("参数 {} 在其值中的某个字符处被截断或改动", pair.raw),
                    ),
                ),
                None => Verdict::Held,
            }
        }
        Place::Fragment | Place::Path | Place::Missing => Verdict::Untouched,
    }
}

fn stands_before_the_fragment(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(returned) = Returned::of(transcript, 0).filter(Returned::on_target) else {
        return Verdict::Untouched;
    };
    let Some(fragment) = returned.wanted.fragment else {
        return Verdict::Untouched;
    };
    match (returned.place(), returned.got.fragment) {
        (Place::Fragment, _) => returned.finding(Text::fixed(
            "the code was appended behind the fragment, where no server sees it",
            "授权码附加在片段(#)之后,任何服务器都看不到",
        )),
        (Place::Query(_), Some(kept))
            if !kept.is_empty()
                && normal(kept) != normal(fragment)
                && returned.kept_parameters() =>
        {
            returned.finding(Text::fixed(
                "the fragment of redirect_uri was changed",
                "redirect_uri 的片段被改动",
            ))
        }
        (Place::Query(_), _) => Verdict::Held,
        (Place::Inside(_) | Place::Path | Place::Missing, _) => Verdict::Untouched,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        CODE, LIVE, Tape, broken, flow_transcript, given, live_with, verdict,
    };

    fn judged(check: &Check, wanted: &str, got: &str) -> Verdict {
        verdict(
            check.judge,
            &Tape::new("flow")
                .given(given(wanted))
                .login()
                .navigated(got)
                .done(),
        )
    }

    fn says(check: &Check, wanted: &str, got: &str, words: &str) {
        let finding = broken(judged(check, wanted, got));
        assert!(
            finding.message.en.contains(words),
            "{got}: {}",
            finding.message.en
        );
    }

    #[test]
    fn one_code_holds() {
        assert_eq!(judged(&RED_03, LIVE, &live_with(CODE)), Verdict::Held);
    }

    #[test]
    fn a_code_in_the_wrong_place_is_told_once() {
        let second = format!("{LIVE}?authorization_code=x");
        says(&RED_03, LIVE, &second, "second question mark");
        let finding = broken(judged(&RED_03, LIVE, &second));
        assert_eq!(
            finding.expected,
            format!("{LIVE}&authorization_code=<code>")
        );
        says(
            &RED_03,
            LIVE,
            &format!("{LIVE}authorization_code=x"),
            "without any &",
        );
        says(
            &RED_03,
            LIVE,
            &format!("{LIVE}&amp;authorization_code=x"),
            "joined with &amp;",
        );
        says(
            &RED_03,
            "https://a.test/?t=1",
            "https://a.test/?authorization_code=x&t=1",
            "put before",
        );
    }

    #[test]
    fn without_a_query_the_code_begins_one() {
        assert_eq!(
            judged(
                &RED_04,
                "https://a.test/b",
                "https://a.test/b?authorization_code=x"
            ),
            Verdict::Held
        );
        says(
            &RED_04,
            "https://a.test/b",
            "https://a.test/b&authorization_code=x",
            "no query",
        );
        assert_eq!(judged(&RED_04, LIVE, &live_with(CODE)), Verdict::Untouched);
        assert_eq!(
            judged(
                &RED_03,
                "https://a.test/b",
                "https://a.test/b?authorization_code=x"
            ),
            Verdict::Untouched
        );
    }

    #[test]
    fn odd_queries_survive_or_are_told() {
        for (wanted, got) in [
            ("https://a.test/?", "https://a.test/?authorization_code=x"),
            ("https://a.test/?", "https://a.test/?&authorization_code=x"),
            (
                "https://a.test/?t=1&",
                "https://a.test/?t=1&authorization_code=x",
            ),
            (
                "https://a.test/?t=1?b",
                "https://a.test/?t=1?b&authorization_code=x",
            ),
        ] {
            assert_eq!(judged(&RED_07, wanted, got), Verdict::Held, "{got}");
        }
        says(
            &RED_07,
            "https://a.test/?",
            "https://a.test/??authorization_code=x",
            "lone ?",
        );
        says(
            &RED_07,
            "https://a.test/?t=1=2",
            "https://a.test/?t=1&authorization_code=x",
            "t=1=2 was cut",
        );
        assert_eq!(judged(&RED_07, LIVE, &live_with(CODE)), Verdict::Untouched);
    }

    #[test]
    fn the_code_stands_before_the_fragment() {
        let wanted = "https://a.test/?t=1#top";
        assert_eq!(
            judged(
                &RED_08,
                wanted,
                "https://a.test/?t=1&authorization_code=x#top"
            ),
            Verdict::Held
        );
        assert_eq!(
            judged(&RED_08, wanted, "https://a.test/?t=1&authorization_code=x"),
            Verdict::Held
        );
        says(
            &RED_08,
            wanted,
            "https://a.test/?t=1#top&authorization_code=x",
            "behind the fragment",
        );
        says(
            &RED_08,
            wanted,
            "https://a.test/?t=1&authorization_code=x#bottom",
            "was changed",
        );
        assert_eq!(judged(&RED_08, LIVE, &live_with(CODE)), Verdict::Untouched);
    }

    #[test]
    fn a_transcript_without_navigation_touches_nothing() {
        let transcript = flow_transcript().login().stayed().done();
        for check in [RED_03, RED_04, RED_07, RED_08] {
            assert_eq!(
                verdict(check.judge, &transcript),
                Verdict::Untouched,
                "{}",
                check.id
            );
        }
    }
}
