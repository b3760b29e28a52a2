//! Credentials never stand in a URL: SEC-11.

use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::judge::ending::carries_credentials;
use crate::judge::raw_url::{RawPair, RawUrl};
use crate::judge::{Finding, Judge, Verdict};
use crate::text::Text;
use crate::transcript::Transcript;

pub(super) const SEC_11: Check = Check {
    id: "SEC-11",
    level: Level::Hardening,
    basis: &["lit"],
    needs: &[Need::Login],
    scenarios: &["flow"],
    title: &Text::fixed(
        "The login form does not put credentials into the address",
        "登录表单不会把登录信息写进网址",
    ),
    why: &Text::fixed(
        "Addresses are kept in histories and logs of servers and proxies.",
        "网址会保存在历史记录以及服务器和代理的日志中。",
    ),
    fault: &Text::fixed(
        "The form has no method, so it is sent by GET.",
        "表单没有写 method,因此以 GET 提交。",
    ),
    judge: Judge::Each(keeps_credentials_out_of_addresses),
};

fn keeps_credentials_out_of_addresses(transcript: &Transcript, _: &Context) -> Verdict {
    let mut sent = false;
    for exchange in transcript.exchanges(0) {
        sent |= carries_credentials(transcript, 0, exchange);
        let values: Vec<String> = RawUrl::split(&exchange.url)
            .pairs()
            .iter()
            .map(RawPair::decoded_value)
            .collect();
        let secret = transcript
            .canaries
            .iter()
            .find(|canary| canary.secret && values.contains(&canary.value));
        if let Some(canary) = secret {
            return Verdict::Broken(Finding::new(
                transcript,
                Text::new(
                    format!("the {} stands in the address of a request", canary.name),
                    format!("请求的网址中含有秘密({})", canary.name),
                ),
                "a form sent by POST",
                format!("{} {}", exchange.method, exchange.url),
            ));
        }
    }
    if sent {
        Verdict::Held
    } else {
        Verdict::Untouched
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::{BUTTON, PASSWORD, broken, flow_transcript, html, verdict};

    #[test]
    fn a_posted_form_holds() {
        assert_eq!(
            verdict(SEC_11.judge, &flow_transcript().login().done()),
            Verdict::Held
        );
        assert_eq!(
            verdict(SEC_11.judge, &flow_transcript().page(200, "").done()),
            Verdict::Untouched
        );
    }

    #[test]
    fn a_form_in_the_address_is_told() {
        let url = format!("{BUTTON}?username=alice&password={PASSWORD}");
        let transcript = flow_transcript()
            .exchange(html("GET", &url, 302, ""))
            .done();
        assert!(
            broken(verdict(SEC_11.judge, &transcript))
                .message
                .en
                .contains("password of alice")
        );
    }
}
