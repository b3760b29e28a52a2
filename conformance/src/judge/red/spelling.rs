//! Whether the parameters of `redirect_uri` come back as they went out: RED-05, 06, 09 and 11.
//!
//! RED-05 looks at values, RED-06 at which parameters there are and in which order, RED-09 at the token
//! alone, RED-11 at characters beyond ASCII; each leaves to the others what is theirs.

use percent_encoding::percent_decode_str;

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::ending::Ending;
use crate::judge::raw_url::{RawPair, form_decoded, normal};
use crate::judge::returned::{Place, Returned};
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Transcript, Via};

pub(super) const RED_05: Check = Check {
    id: "RED-05",
    level: Level::Must,
    basis: &["S23"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "URL-encoded parameters inside redirect_uri come back unchanged",
        "redirect_uri 中经过 URL 编码的参数原样返回",
    ),
    why: &Text::fixed(
        "The platform reads its own parameters from the address; a value that was decoded once too often is another value, or several.",
        "平台从这个地址读取自己的参数;多解码一次,值就变了,甚至裂成几个参数。",
    ),
    fault: &Text::fixed(
        "The address is parsed and written again: decoded twice, encoded twice, or + and %20 taken for one another.",
        "地址被解析后重新写出:解码两次、编码两次,或混淆 + 与 %20。",
    ),
    judge: Judge::Each(keeps_encoded_values),
};

pub(super) const RED_06: Check = Check {
    id: "RED-06",
    level: Level::Must,
    basis: &["S19", "url"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "All parameters of redirect_uri come back, in their order",
        "redirect_uri 的全部参数按原顺序返回",
    ),
    why: &Text::fixed(
        "A parameter may come twice or without a value and still mean something to the platform.",
        "参数可能重复出现或没有值,但对平台仍有意义。",
    ),
    fault: &Text::fixed(
        "The query is rebuilt from a map, which drops repeated names and empty values and sorts the rest.",
        "查询部分由映射(map)重建:重复的名称和空值丢失,其余被重新排序。",
    ),
    judge: Judge::Each(keeps_all_parameters),
};

pub(super) const RED_09: Check = Check {
    id: "RED-09",
    level: Level::Must,
    basis: &["S24"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "The account_linking_token inside redirect_uri comes back untouched",
        "redirect_uri 中的 account_linking_token 原样返回",
    ),
    why: &Text::fixed(
        "The token is how the platform knows whose login this was; without it nobody is linked.",
        "平台凭口令识别是谁的登录;没有它,谁也不会被绑定。",
    ),
    fault: &Text::fixed(
        "The token is taken out of the address when its parameters are stored, or replaced by another one.",
        "保存参数时把口令从地址中取走,或换成了别的口令。",
    ),
    judge: Judge::Each(keeps_the_token),
};

pub(super) const RED_11: Check = Check {
    id: "RED-11",
    level: Level::Should,
    basis: &["S23", "url"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "Characters beyond ASCII come back as the same characters, in an ASCII-only Location",
        "非 ASCII 字符原样返回,且 Location 只含 ASCII",
    ),
    why: &Text::fixed(
        "A header holds bytes, not letters: written raw or in Latin-1 the address turns into another one.",
        "标头只有字节,没有文字:原样写出或按 Latin-1 写出,地址就变了。",
    ),
    fault: &Text::fixed(
        "The address goes into the header without percent-encoding, in whatever encoding the framework uses.",
        "地址未经百分号编码就写入标头,编码由框架决定。",
    ),
    judge: Judge::Each(keeps_characters_beyond_ascii),
};

/// A navigation to the right place whose joint is in order, so that its pairs can be compared.
fn comparable(transcript: &Transcript) -> Option<Returned<'_>> {
    Returned::of(transcript, 0)
        .filter(Returned::on_target)
        .filter(|returned| !matches!(returned.place(), Place::Inside(_)))
}

fn keeps_encoded_values(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(returned) =
        comparable(transcript).filter(|returned| !returned.carries_another_token())
    else {
        return Verdict::Untouched;
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~=".contains(&byte);
    let wanted = returned.wanted.pairs();
    if wanted
        .iter()
        .filter(|pair| pair.raw.is_ascii())
        .all(|pair| pair.raw.bytes().all(plain))
    {
        return Verdict::Untouched;
    }
    match changed_value(&returned) {
        None => Verdict::Held,
        Some((own, other)) => returned.finding(how_changed(&own, &other)),
    }
}

/// The first parameter whose name came back with another value. Where there is one, the other judges of
/// parameters keep silent: what they could say would follow from it.
fn changed_value<'a>(returned: &Returned<'a>) -> Option<(RawPair<'a>, RawPair<'a>)> {
    let token = returned.given.account_linking_token.as_str();
    let ascii = |pair: &RawPair<'_>| pair.raw.is_ascii() && pair.decoded_value() != token;
    let wanted: Vec<_> = returned.wanted.pairs().into_iter().filter(ascii).collect();
    let (missing, unknown) = unmatched(&wanted, &returned.other_pairs());
    // A pair that is simply gone is RED-06's or RED-09's to tell; here its name came back with another value.
    missing.into_iter().find_map(|own| {
        let other = unknown
            .iter()
            .find(|other| other.decoded_name() == own.decoded_name())?;
        Some((own, *other))
    })
}

/// Pairs that did not come back, and pairs that nobody sent, by normal spelling.
fn unmatched<'a>(
    wanted: &[RawPair<'a>],
    got: &[RawPair<'a>],
) -> (Vec<RawPair<'a>>, Vec<RawPair<'a>>) {
    let mut unknown = got.to_vec();
    let mut missing = Vec::new();
    for own in wanted {
        match unknown
            .iter()
            .position(|other| other.normal() == own.normal())
        {
            Some(at) => {
                unknown.remove(at);
            }
            None => missing.push(*own),
        }
    }
    (missing, unknown)
}

fn how_changed(own: &RawPair<'_>, other: &RawPair<'_>) -> Text {
    let (before, after) = (own.value.unwrap_or(""), other.value.unwrap_or(""));
    let decoded = percent_decode_str(before).decode_utf8_lossy();
    let (en, zh) = if before.contains('%')
        && !after.is_empty()
        && normal(&decoded).starts_with(&normal(after))
    {
        (
            "was decoded once more than it was encoded",
            "被多解码了一次",
        )
    } else if normal(after) == normal(&before.replace('%', "%25")) {
        ("was encoded once more", "被多编码了一次")
    } else if form_decoded(before) == form_decoded(after) {
        (
            "was decoded and encoded again in another spelling",
            "被解码后又以另一种写法编码",
        )
    } else if form_decoded(before).replace('+', " ") == form_decoded(after).replace('+', " ") {
        (
            "lost the difference between + and a space",
            "混淆了 + 与空格",
        )
    } else {
        ("was changed", "被改动")
    };
    Text::new(
        format!("the value of {} {en}: {before} became {after}", own.name),
        format!("{} 的值{zh}:{before} 变成了 {after}", own.name),
    )
}

fn keeps_all_parameters(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(returned) = comparable(transcript)
        .filter(|returned| !returned.carries_another_token() && changed_value(returned).is_none())
    else {
        return Verdict::Untouched;
    };
    // The token alone is RED-09's.
    let token = returned.given.account_linking_token.as_str();
    // A name beyond ASCII may come back as another one; RED-11 tells that.
    let own = |pair: &RawPair<'_>| pair.decoded_value() != token && pair.raw.is_ascii();
    let wanted: Vec<_> = returned.wanted.pairs().into_iter().filter(own).collect();
    if wanted.is_empty() || returned.wanted.pairs().len() < 2 {
        return Verdict::Untouched;
    }
    let got: Vec<_> = returned.other_pairs().into_iter().filter(own).collect();
    if let Some(lost) = first_lost(&wanted, &got) {
        return returned.finding(why_lost(&wanted, lost));
    }
    let kept: Vec<_> = got
        .iter()
        .filter(|pair| named(&wanted, &pair.decoded_name()))
        .copied()
        .collect();
    // A raw character that came back percent-encoded is the same parameter (RED-11), and stands only in the whole list.
    let all_ascii = returned
        .wanted
        .pairs()
        .iter()
        .all(|pair| pair.raw.is_ascii());
    if same_order(&returned.wanted.pairs(), &returned.other_pairs())
        && (!all_ascii || same_order(&wanted, &kept))
    {
        Verdict::Held
    } else {
        returned.finding(Text::fixed(
            "the parameters of redirect_uri came back in another order",
            "redirect_uri 的参数顺序被改变",
        ))
    }
}

fn named(pairs: &[RawPair<'_>], name: &str) -> bool {
    pairs.iter().any(|pair| pair.decoded_name() == name)
}

/// The first parameter whose name comes back fewer times than it went out.
fn first_lost<'a>(wanted: &[RawPair<'a>], got: &[RawPair<'_>]) -> Option<RawPair<'a>> {
    let times = |pairs: &[RawPair<'_>], name: &str| {
        pairs
            .iter()
            .filter(|pair| pair.decoded_name() == name)
            .count()
    };
    let short = |pair: &&RawPair<'_>| {
        let name = pair.decoded_name();
        times(got, &name) < times(wanted, &name)
    };
    let lost: Vec<_> = wanted.iter().filter(short).collect();
    // Of several with one name the one that did not come back is named.
    let gone = |pair: &&&RawPair<'_>| got.iter().all(|other| other.normal() != pair.normal());
    lost.iter().find(gone).or(lost.last()).map(|pair| **pair)
}

fn why_lost(wanted: &[RawPair<'_>], lost: RawPair<'_>) -> Text {
    let repeated = 1 < wanted
        .iter()
        .filter(|pair| pair.decoded_name() == lost.decoded_name())
        .count();
    let (en, zh) = match lost.value {
        _ if repeated => ("one of several with the same name", "同名参数之一"),
        None => ("a parameter without a value", "没有值的参数"),
        Some("") => ("a parameter with an empty value", "空值参数"),
        Some(_) => ("a parameter", "参数"),
    };
    Text::new(
        format!("{en} of redirect_uri was lost: {}", lost.raw),
        format!("redirect_uri 的{zh}丢失:{}", lost.raw),
    )
}

/// Whether those that came back stand in the order in which they went out; what was added or changed is skipped.
fn same_order(wanted: &[RawPair<'_>], got: &[RawPair<'_>]) -> bool {
    let both = |these: &[RawPair<'_>], those: &[RawPair<'_>]| -> Vec<(String, String)> {
        let known: Vec<_> = those.iter().map(RawPair::normal).collect();
        these
            .iter()
            .map(RawPair::normal)
            .filter(|pair| known.contains(pair))
            .collect()
    };
    both(wanted, got) == both(got, wanted)
}

fn keeps_the_token(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(returned) = comparable(transcript) else {
        return Verdict::Untouched;
    };
    let token = returned.given.account_linking_token.as_str();
    let wanted = returned.wanted.pairs();
    let Some(carrier) = wanted.iter().find(|pair| pair.decoded_value() == token) else {
        return Verdict::Untouched;
    };
    let got: Vec<_> = returned
        .other_pairs()
        .into_iter()
        .filter(|pair| pair.decoded_name() == carrier.decoded_name())
        .collect();
    if got.iter().any(|pair| pair.decoded_value() == token) {
        return Verdict::Held;
    }
    let message = match got.first() {
        None => Text::fixed(
            "the token was taken out of redirect_uri",
            "口令被从 redirect_uri 中取走",
        ),
        Some(_) => Text::fixed(
            "the token inside redirect_uri was replaced by another value",
            "redirect_uri 中的口令被换成了别的值",
        ),
    };
    returned.finding(message)
}

fn keeps_characters_beyond_ascii(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(given) = transcript.flows.first() else {
        return Verdict::Untouched;
    };
    if given.redirect_uri.is_ascii()
        && percent_decode_str(&given.redirect_uri).all(|byte| byte.is_ascii())
    {
        return Verdict::Untouched;
    }
    let returned = match Ending::of(transcript, 0, "") {
        Some(Ending::Away(returned))
            if returned.on_target()
                && changed_value(&returned).is_none()
                && !matches!(returned.place(), Place::Inside(_)) =>
        {
            returned
        }
        Some(Ending::OwnPage(page))
            if (500..600).contains(&page.status) && !given.redirect_uri.is_ascii() =>
        {
            let message = Text::new(
                format!(
                    "a redirect_uri with characters beyond ASCII made the redirect crash: status {}",
                    page.status
                ),
                format!(
                    "redirect_uri 含非 ASCII 字符时重定向出错:状态 {}",
                    page.status
                ),
            );
            let finding = Finding::new(
                transcript,
                message,
                given.redirect_uri.clone(),
                format!("status {}", page.status),
            );
            return Verdict::Broken(finding);
        }
        _ => return Verdict::Untouched,
    };
    if returned.navigated.via == Via::Location && !returned.navigated.url.is_ascii() {
        return returned.finding(Text::fixed(
            "the Location header holds raw bytes beyond ASCII",
            "Location 标头含未编码的非 ASCII 字节",
        ));
    }
    let wide = |text: &str| !percent_decode_str(text).all(|byte| byte.is_ascii());
    let path = returned.wanted.path();
    let got_pairs: Vec<_> = returned.got.pairs().iter().map(RawPair::normal).collect();
    let damaged = if wide(path) && normal(path) != normal(returned.got.path()) {
        Some(path)
    } else {
        // Escaped ones in the query are RED-05's.
        let wanted = returned.wanted.pairs();
        // Where some are lost that is RED-06's.
        let complete =
            wanted.len() <= returned.other_pairs().len() && !returned.carries_another_token();
        wanted
            .iter()
            .find(|pair| complete && !pair.raw.is_ascii() && !got_pairs.contains(&pair.normal()))
            .map(|pair| pair.raw)
    };
    match damaged {
        None => Verdict::Held,
        Some(part) => returned.finding(Text::new(
                format!(
                    "characters beyond ASCII were written in another encoding than UTF-8 or lost: {part}"
                ),
                format!("非 ASCII 字符未按 UTF-8 写出或已丢失:{part}"),
            ),
        ),
    }
}

#[cfg(test)]
mod tests;
