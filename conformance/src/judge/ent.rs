//! Family ENT: how linking is offered in the conversation.

use serde_json::Value;
use url::Url;

use super::evidence::{acknowledged, deliveries, status};
use super::{Finding, Judge, Verdict};
use crate::check::{Check, Level, Need};
use crate::context::Context;
use crate::text::Text;
use crate::transcript::{GraphCall, Transcript, What};

/// The checks of the family.
pub(crate) const CHECKS: &[Check] = &[ENT_01];

/// Log In is offered by an `account_link` button to the linking URL.
const ENT_01: Check = Check {
    id: "ENT-01",
    level: Level::Must,
    basis: &["S01", "S10", "S49", "btn"],
    needs: &[Need::Webhook, Need::Graph, Need::ChatLogin],
    scenarios: &["chat-login"],
    title: &Text::fixed(
        "Asked to log in, the bot offers an account_link button with the linking URL",
        "用户要求登录时,机器人提供带有绑定地址的 account_link 按钮",
    ),
    why: &Text::fixed(
        "Only a Log In button starts linking; any other way to the page brings neither token nor redirect_uri.",
        "只有登录按钮才能启动绑定;通过其他途径打开页面,既没有 token 也没有 redirect_uri。",
    ),
    fault: &Text::fixed(
        "A web_url button or a bare link leads to the login page, or account_link carries a title, which the platform refuses.",
        "用 web_url 按钮或裸链接指向登录页,或给 account_link 加了 title 而被平台拒绝。",
    ),
    judge: Judge::Each(offers_log_in),
};

/// A button that a message carries.
#[derive(Debug, PartialEq, Eq)]
struct Button {
    kind: String,
    url: String,
}

fn offers_log_in(transcript: &Transcript, context: &Context) -> Verdict {
    // Without the question there is nothing to answer, and one that was refused has not been read.
    let Some(question) = deliveries(transcript, "asked").next() else {
        return Verdict::Untouched;
    };
    if !acknowledged(question) {
        return Verdict::Blocked(Text::new(
            format!(
                "{}: the user's message was not acknowledged ({})",
                transcript.id,
                status(question)
            ),
            format!(
                "{}:用户的消息没有得到确认({})",
                transcript.id,
                status(question)
            ),
        ));
    }
    let calls: Vec<&GraphCall> = transcript
        .steps
        .iter()
        .filter_map(|step| match &step.what {
            What::Graph(call) if call.endpoint == "messages" => Some(call),
            _ => None,
        })
        .collect();
    let wanted = context.linking_url.as_str();
    let mut others = Vec::new();
    for call in &calls {
        for button in buttons(call) {
            if button.kind == "account_link" && same_page(&button.url, wanted) {
                if call.status < 300 {
                    return Verdict::Held;
                }
                return broken(
                    transcript,
                    wanted,
                    Text::new(
                        format!(
                            "the platform refused the message with the Log In button: {}",
                            refusal(call)
                        ),
                        format!("平台拒绝了带有登录按钮的消息:{}", refusal(call)),
                    ),
                    &call.body,
                );
            }
            others.push(button);
        }
    }
    let said: Vec<&str> = calls.iter().map(|call| call.body.as_str()).collect();
    let (message, got) = if let Some(button) =
        others.iter().find(|button| button.kind == "account_link")
    {
        (
            Text::new(
                format!(
                    "the Log In button leads to {} and not to the configured linking URL",
                    button.url
                ),
                format!("登录按钮指向 {},而不是配置的绑定地址", button.url),
            ),
            button.url.clone(),
        )
    } else if let Some(button) = others.iter().find(|button| same_page(&button.url, wanted)) {
        (
            Text::new(
                format!(
                    "the linking URL is offered by a {} button, which starts no linking; account_link does",
                    button.kind
                ),
                format!(
                    "绑定地址由 {} 按钮提供,它不会启动绑定;应使用 account_link",
                    button.kind
                ),
            ),
            format!("{} {}", button.kind, button.url),
        )
    } else if said.is_empty() {
        (
            Text::fixed(
                "the bot said nothing when asked to log in",
                "用户要求登录时,机器人没有任何回应",
            ),
            "no message".to_owned(),
        )
    } else {
        (
            Text::fixed(
                "the bot answered without a Log In button",
                "机器人的回答中没有登录按钮",
            ),
            said.join("\n"),
        )
    };
    broken(transcript, wanted, message, &got)
}

fn broken(transcript: &Transcript, wanted: &str, message: Text, got: &str) -> Verdict {
    let expected = format!("{{\"type\":\"account_link\",\"url\":\"{wanted}\"}}");
    Verdict::Broken(Finding::new(transcript, message, expected, got))
}

/// What the platform said when it refused.
fn refusal(call: &GraphCall) -> String {
    let said = call.answer["error"]["message"]
        .as_str()
        .unwrap_or("no reason given");
    format!("status {}, {said}", call.status)
}

/// The linking URL, whatever parameters of its own the bot adds (seen in use, protocol row 1.2.4).
fn same_page(url: &str, wanted: &str) -> bool {
    if url == wanted {
        return true;
    }
    let (Ok(url), Ok(wanted)) = (Url::parse(url), Url::parse(wanted)) else {
        return false;
    };
    let pairs: Vec<_> = url.query_pairs().collect();
    url.origin() == wanted.origin()
        && url.path() == wanted.path()
        && wanted.query_pairs().all(|pair| pairs.contains(&pair))
}

/// Buttons of a message, in JSON or as a form whose fields are JSON (protocol rows 4.1.1 to 4.1.4).
fn buttons(call: &GraphCall) -> Vec<Button> {
    let mut found = Vec::new();
    match serde_json::from_str::<Value>(&call.body) {
        Ok(json) => collect(&json, &mut found),
        Err(_) => {
            for pairs in [&call.body, &call.query] {
                for (_, value) in url::form_urlencoded::parse(pairs.as_bytes()) {
                    if let Ok(json) = serde_json::from_str::<Value>(&value) {
                        collect(&json, &mut found);
                    }
                }
            }
        }
    }
    found
}

fn collect(value: &Value, found: &mut Vec<Button>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(map) => {
            if let (Some(kind), Some(url)) = (
                map.get("type").and_then(Value::as_str),
                map.get("url").and_then(Value::as_str),
            ) {
                found.push(Button {
                    kind: kind.to_owned(),
                    url: url.to_owned(),
                });
            }
            map.values().for_each(|item| collect(item, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::ENT_01;
    use crate::judge::Verdict;
    use crate::judge::posting::{call, message, posted};
    use crate::judge::testing::{BUTTON, Tape, broken, flow_transcript, verdict};
    use crate::transcript::GraphCall;

    fn asked() -> Tape {
        flow_transcript()
            .tag("asked")
            .delivered(posted("1", "message", &json!(null), 200))
            .tag("")
    }

    fn offer(button: &serde_json::Value) -> GraphCall {
        let body = json!({
            "recipient": {"id": "1134343043305865"},
            "message": {"attachment": {"type": "template", "payload": {
                "template_type": "button", "text": "Please log in", "buttons": [button]
            }}}
        });
        call(
            "POST",
            "/me/messages",
            "access_token=PAGE",
            "messages",
            &body.to_string(),
        )
    }

    fn judged(call: GraphCall) -> Verdict {
        verdict(ENT_01.judge, &asked().graph(call).done())
    }

    #[test]
    fn an_account_link_button_to_the_linking_url_is_held() {
        assert_eq!(
            judged(offer(&json!({"type": "account_link", "url": BUTTON}))),
            Verdict::Held
        );
        let own_query = format!("{BUTTON}?rid=7");
        assert_eq!(
            judged(offer(&json!({"type": "account_link", "url": own_query}))),
            Verdict::Held
        );
    }

    #[test]
    fn a_form_with_json_in_it_is_read_too() {
        let body = json!({"attachment": {"payload": {"buttons": [{"type": "account_link", "url": BUTTON}]}}});
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("recipient", "{\"id\":\"1\"}")
            .append_pair("message", &body.to_string())
            .finish();
        assert_eq!(
            judged(call("POST", "/me/messages", "", "messages", &form)),
            Verdict::Held
        );
    }

    #[test]
    fn each_other_offer_is_named() {
        let web = broken(judged(offer(
            &json!({"type": "web_url", "url": BUTTON, "title": "Log in"}),
        )));
        assert!(web.message.en.contains("web_url"), "{web:?}");
        let elsewhere = broken(judged(offer(
            &json!({"type": "account_link", "url": "https://other.test/"}),
        )));
        assert!(elsewhere.message.en.contains("other.test"), "{elsewhere:?}");
        let text = broken(judged(message("1134343043305865", "hello")));
        assert!(
            text.message.en.contains("without a Log In button"),
            "{text:?}"
        );
        let silence = broken(verdict(ENT_01.judge, &asked().done()));
        assert!(silence.message.en.contains("said nothing"), "{silence:?}");
    }

    #[test]
    fn a_refused_message_is_broken() {
        let mut refused = offer(&json!({"type": "account_link", "url": BUTTON, "title": "Log in"}));
        refused.status = 400;
        refused.answer = json!({"error": {"message": "(#100) Invalid keys \"title\""}});
        let finding = broken(judged(refused));
        assert!(
            finding.message.en.contains("refused") && finding.message.en.contains("title"),
            "{finding:?}"
        );
    }

    #[test]
    fn a_question_that_was_refused_is_another_checks_business() {
        let refused =
            flow_transcript()
                .tag("asked")
                .delivered(posted("1", "message", &json!(null), 403));
        assert!(matches!(
            verdict(ENT_01.judge, &refused.done()),
            Verdict::Blocked(_)
        ));
    }

    #[test]
    fn nothing_asked_is_nothing_judged() {
        assert_eq!(
            verdict(ENT_01.judge, &flow_transcript().done()),
            Verdict::Untouched
        );
    }
}
