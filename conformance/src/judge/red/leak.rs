//! What a return must not carry, and who must not fetch it: RED-17 and RED-18.

use percent_encoding::percent_decode_str;

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::page::session_values;
use crate::judge::raw_url::{CODE_NAME, RawPair, form_decoded, pairs};
use crate::judge::returned::Returned;
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::{Transcript, What};

pub(super) const RED_17: Check = Check {
    id: "RED-17",
    level: Level::Must,
    basis: &["S12", "lit"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "The return adds authorization_code and nothing else, least of all secrets",
        "返回时只附加 authorization_code,不带其他内容,更不带秘密",
    ),
    why: &Text::fixed(
        "The address is seen by the platform, by proxies and in logs: whatever stands in it is public.",
        "平台、代理和日志都会看到这个地址:写在里面的一切都等于公开。",
    ),
    fault: &Text::fixed(
        "All fields of the login form, or the session, are appended to the address.",
        "把登录表单的全部字段或会话附加到地址上。",
    ),
    judge: Judge::Each(adds_the_code_only),
};

pub(super) const RED_18: Check = Check {
    id: "RED-18",
    level: Level::Must,
    basis: &["S18"],
    needs: &[Need::Login],
    scenarios: &["server-fetch"],
    title: &Text::fixed(
        "The browser goes to redirect_uri; the backend never fetches it itself",
        "由浏览器前往 redirect_uri,后端绝不自行请求它",
    ),
    why: &Text::fixed(
        "The platform recognises the user by the browser. A request from your server has no user, and it can be aimed at your own network.",
        "平台通过浏览器识别用户。来自服务器的请求没有用户,还可能被用来攻击您的内网。",
    ),
    fault: &Text::fixed(
        "The redirect is made with an HTTP client on the server instead of an answer to the browser.",
        "用服务器上的 HTTP 客户端完成重定向,而不是让浏览器跳转。",
    ),
    judge: Judge::Each(leaves_the_fetch_to_the_browser),
};

/// Shorter values turn up by chance.
const TELLING: usize = 4;

fn adds_the_code_only(transcript: &Transcript, _: &Context) -> Verdict {
    let Some(returned) = Returned::of(transcript, 0)
        .filter(|returned| returned.code().is_some() && !returned.carries_another_token())
    else {
        return Verdict::Untouched;
    };
    if let Some(name) = secret_in(&returned) {
        return returned.finding(Text::new(
            format!("the address that the browser was sent to holds the {name}"),
            format!("浏览器被送往的地址中含有秘密({name})"),
        ));
    }
    let added = added(&returned);
    let identities = transcript.canaries.iter().filter(|canary| !canary.secret);
    for canary in identities {
        let carries = |(_, value): &(String, String)| {
            TELLING <= canary.value.len() && value.contains(&canary.value)
        };
        if let Some((name, _)) = added.iter().find(|pair| carries(pair)) {
            return returned.finding(Text::new(
                format!("the return adds {name} with the {}", canary.name),
                format!("返回时附加了 {name},其中含有 {}", canary.name),
            ));
        }
    }
    let sessions = session_values(transcript, 0);
    if let Some((name, _)) = added
        .iter()
        .find(|(_, value)| sessions.iter().any(|session| value.contains(session)))
    {
        return returned.finding(Text::new(
            format!("the return adds {name} with the value of a cookie"),
            format!("返回时附加了 {name},其值是 Cookie 的值"),
        ));
    }
    match added.first() {
        None => Verdict::Held,
        Some((name, _)) => returned.finding(Text::new(
            format!("the return adds a parameter that nobody asked for: {name}"),
            format!("返回时附加了多余的参数:{name}"),
        )),
    }
}

/// The name of a secret that stands anywhere in the address but not in the `redirect_uri`.
fn secret_in<'a>(returned: &Returned<'a>) -> Option<&'a str> {
    let address = form_decoded(returned.got.whole);
    let mut secrets = returned
        .transcript
        .canaries
        .iter()
        .filter(|canary| canary.secret && TELLING <= canary.value.len());
    let found = secrets.find(|canary| {
        let there = address.contains(&canary.value) || returned.got.whole.contains(&canary.value);
        there && !returned.wanted.whole.contains(&canary.value)
    });
    found.map(|canary| canary.name.as_str())
}

/// Parameters that the `redirect_uri` did not have, as name and value.
///
/// The token may be added (S24 can be read that way). What a wrong decoding split off from the
/// `redirect_uri` itself is not an addition; RED-05 tells of it.
fn added(returned: &Returned<'_>) -> Vec<(String, String)> {
    let mut original: Vec<(String, String)> = returned
        .wanted
        .pairs()
        .iter()
        .map(RawPair::normal)
        .collect();
    let whole = fully_decoded(returned.wanted.whole);
    let split_off = |pair: &RawPair<'_>| whole.contains(&fully_decoded(pair.raw));
    let in_fragment = match returned.got.fragment {
        Some(fragment) if returned.wanted.fragment != Some(fragment) => pairs(fragment),
        _ => Vec::new(),
    };
    let mut added = Vec::new();
    for pair in returned.other_pairs().into_iter().chain(in_fragment) {
        let (name, value) = (pair.decoded_name(), pair.decoded_value());
        if let Some(at) = original.iter().position(|own| *own == pair.normal()) {
            original.remove(at);
        } else if name != CODE_NAME
            && value != returned.given.account_linking_token
            && !split_off(&pair)
            && !original.iter().any(|(own, _)| form_decoded(own) == name)
        {
            added.push((name, value));
        }
    }
    added
}

/// What is left when nothing more can be decoded; three times is more than any of our addresses is nested.
fn fully_decoded(text: &str) -> String {
    (0..3).fold(text.to_owned(), |text, _| {
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    })
}

fn leaves_the_fetch_to_the_browser(transcript: &Transcript, context: &Context) -> Verdict {
    let fetched = transcript.steps.iter().find_map(|step| match &step.what {
        What::ForeignFetch { request } => Some(request),
        _ => None,
    });
    if let Some(request) = fetched {
        return Verdict::Broken(Finding::new(
            transcript,
            Text::fixed(
                "the backend fetched redirect_uri itself instead of sending the browser there",
                "后端自行请求了 redirect_uri,而没有让浏览器前往",
            ),
            "no request but the browser's own",
            request.clone(),
        ));
    }
    let with_code = Returned::of(transcript, 0)
        .is_some_and(|returned| returned.on_target() && returned.code().is_some());
    let refused = transcript
        .exchanges(0)
        .last()
        .is_some_and(|last| (400..500).contains(&last.status));
    // A backend that accepts its known addresses only has nothing to fetch here.
    if with_code || context.calibration.origin_pinned || refused {
        Verdict::Held
    } else {
        Verdict::Untouched
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{
        BUTTON, CODE, LIVE, PASSWORD, TOKEN, Tape, broken, context, flow_transcript, given, html,
        live_with, verdict, verdict_in,
    };

    fn returning(more: &str) -> Tape {
        flow_transcript()
            .canary("user name", "alice", false)
            .login()
            .navigated(&format!("{}{more}", live_with(CODE)))
    }

    fn says(tape: Tape, words: &str) {
        let finding = broken(verdict(RED_17.judge, &tape.done()));
        assert!(finding.message.en.contains(words), "{}", finding.message.en);
    }

    #[test]
    fn the_code_alone_holds_and_so_does_the_token_once_more() {
        assert_eq!(verdict(RED_17.judge, &returning("").done()), Verdict::Held);
        let token = format!("&account_linking_token={TOKEN}");
        assert_eq!(
            verdict(RED_17.judge, &returning(&token).done()),
            Verdict::Held
        );
    }

    #[test]
    fn secrets_identities_and_sessions_are_named() {
        says(
            returning(&format!("&password={PASSWORD}")),
            "password of alice",
        );
        says(
            returning("&username=alice"),
            "adds username with the user name",
        );
        says(returning("&id=1134343043305865"), "adds id with the psid");
        says(returning("#who=alice"), "adds who with the user name");
        let mut answer = html("POST", BUTTON, 302, "");
        answer.headers.push((
            "set-cookie".to_owned(),
            "sid=0123456789abcdef; HttpOnly".to_owned(),
        ));
        let tape = flow_transcript()
            .login()
            .exchange(answer)
            .navigated(&format!("{}&s=0123456789abcdef", live_with(CODE)));
        says(tape, "adds s with the value of a cookie");
    }

    #[test]
    fn parameters_nobody_asked_for_are_named() {
        says(returning("&status=ok"), "nobody asked for: status");
    }

    #[test]
    fn what_a_wrong_decoding_split_off_is_not_an_addition() {
        let wanted = "https://a.test/?n=a%26x%3D2";
        let transcript = Tape::new("flow")
            .given(given(wanted))
            .login()
            .navigated("https://a.test/?n=a&x=2&authorization_code=c")
            .done();
        assert_eq!(verdict(RED_17.judge, &transcript), Verdict::Held);
    }

    #[test]
    fn without_a_code_nothing_is_judged() {
        let transcript = flow_transcript()
            .login()
            .navigated(&format!("{LIVE}&status=ok"))
            .done();
        assert_eq!(verdict(RED_17.judge, &transcript), Verdict::Untouched);
    }

    fn hosted() -> Tape {
        Tape::new("server-fetch")
            .given(given("http://127.0.0.1:4000/back?t=1"))
            .login()
    }

    #[test]
    fn a_fetch_by_the_backend_is_told_with_its_request() {
        let transcript = hosted()
            .foreign_fetch("GET /back?t=1 HTTP/1.1 (python-requests)")
            .stayed()
            .done();
        assert!(
            broken(verdict(RED_18.judge, &transcript))
                .got
                .contains("python-requests")
        );
    }

    #[test]
    fn sending_the_browser_or_refusing_the_address_holds() {
        let sent = hosted()
            .navigated("http://127.0.0.1:4000/back?t=1&authorization_code=c")
            .done();
        assert_eq!(verdict(RED_18.judge, &sent), Verdict::Held);
        let refused = Tape::new("server-fetch")
            .given(given("http://127.0.0.1:4000/back"))
            .page(400, "no")
            .done();
        assert_eq!(verdict(RED_18.judge, &refused), Verdict::Held);
        let stayed = hosted()
            .exchange(html("GET", BUTTON, 200, "ok"))
            .stayed()
            .done();
        assert_eq!(verdict(RED_18.judge, &stayed), Verdict::Untouched);
        let mut pinned = context();
        pinned.calibration.origin_pinned = true;
        assert_eq!(verdict_in(RED_18.judge, &stayed, &pinned), Verdict::Held);
    }
}
