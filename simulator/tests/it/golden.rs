//! What the platform sends is what the golden fixtures say.

use std::fmt::Write as _;
use std::time::Duration;

use linklab_fixtures::{golden, proofs, vectors};
use linklab_simulator::Config;
use linklab_simulator::webhook::{
    Delivery, Envelope, Happening, Item, Message, Postback, sha256_hex,
};
use linklab_simulator::webview::RedirectTemplate;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::backend::{BUTTON, Bench, PSID, TOKEN, ok};

const PAGE: &str = "104251739582640";

fn message(name: &str) -> Value {
    golden(name).expect("the fixture is there").message
}

async fn bench() -> Bench {
    Bench::with(ok(), |config| PAGE.clone_into(&mut config.page_id)).await
}

/// A golden request as a real one, its path and query on the platform's address.
fn replay(bench: &Bench, name: &str) -> RequestBuilder {
    let message = message(name);
    let text = |key: &str| message[key].as_str().expect("a request").to_owned();
    let method = Method::from_bytes(text("method").as_bytes()).expect("a method");
    let call = bench.bare(method, &text("target"));
    if message["body"].is_null() {
        call
    } else {
        call.json(&message["body"])
    }
}

/// Compares an answer with a golden one, except for generated ids whose shape is checked, and the
/// headers with those that the fixture names. Returns the raw body, ids hidden, for the snapshot.
async fn holds(call: RequestBuilder, name: &str) -> String {
    let expected = message(name);
    let response = call.send().await.expect("the platform answers");
    assert_eq!(expected["status"], response.status().as_u16(), "{name}");
    for (header, value) in expected["headers"].as_object().expect("headers") {
        assert_eq!(
            response.headers()[header.as_str()],
            value.as_str().expect("text"),
            "{name}"
        );
    }
    let raw = response.text().await.expect("a body");
    let body: Value = serde_json::from_str(&raw).expect("JSON");
    let (ours, theirs) = (hidden(&body, name), hidden(&expected["body"], name));
    assert_eq!(ours, theirs, "{name}");
    let shown = [&body["error"]["fbtrace_id"], &body["message_id"]];
    shown
        .iter()
        .filter_map(|id| id.as_str())
        .fold(raw.clone(), |raw, id| raw.replace(id, "ID"))
}

fn hidden(body: &Value, name: &str) -> Value {
    let mut body = body.clone();
    if let Some(trace) = body.pointer_mut("/error/fbtrace_id") {
        let text = trace.as_str().expect("a string");
        assert!(text.len() == 23 && text.starts_with('A'), "{name}: {text}");
        *trace = json!("ID");
    }
    if let Some(mid) = body.get_mut("message_id") {
        assert!(
            mid.as_str().is_some_and(|mid| mid.starts_with("m_")),
            "{name}"
        );
        *mid = json!("ID");
    }
    body
}

#[tokio::test]
async fn graph_answers_are_the_golden_ones() {
    let bench = bench().await;
    let token = bench
        .platform
        .tap_log_in(PSID, BUTTON, None)
        .unwrap()
        .account_linking_token;
    let read = |query: &[(&str, &str)]| bench.get("/v2.6/me").query(query);
    let ask = |token: &str| read(&[("fields", "recipient"), ("account_linking_token", token)]);
    let with = |access: &str| {
        let call = bench.bare(Method::GET, "/v2.6/me");
        call.query(&[("access_token", access)])
    };
    let send = |body: Value| bench.post("/v2.6/me/messages").json(&body);
    let say = |message: Value| send(json!({ "recipient": { "id": PSID }, "message": message }));
    let unlink = |body: Value| bench.post("/v2.6/me/unlink_accounts").json(&body);
    let reply = |title: &str| json!({ "content_type": "text", "title": title, "payload": "P" });
    let long_reply = reply("a title of 21 letters");

    let mut shown = String::new();
    for (call, name) in [
        (ask(&token), "psid-response"),
        (replay(&bench, "unlink-request"), "unlink-response"),
        (replay(&bench, "send-text-request"), "send-message-response"),
        (
            replay(&bench, "button-log-in-button-template"),
            "send-message-response",
        ),
        (
            replay(&bench, "button-log-in-generic-template"),
            "send-message-response",
        ),
        (
            replay(&bench, "button-log-out-button-template"),
            "send-message-response",
        ),
        (
            replay(&bench, "button-log-out-generic-template"),
            "send-message-response",
        ),
        (
            replay(&bench, "send-sender-action-request"),
            "send-sender-action-response",
        ),
        (
            replay(&bench, "psid-request"),
            "error-linking-token-invalid",
        ),
        (
            read(&[("fields", "recipient")]),
            "error-missing-linking-token",
        ),
        (
            bench.bare(Method::GET, "/v2.6/me"),
            "error-access-token-missing",
        ),
        (with("nonsense"), "error-access-token-unparsable"),
        (with("EAAB0"), "error-access-token-invalid"),
        (
            read(&[("appsecret_proof", "0")]),
            "error-appsecret-proof-invalid",
        ),
        (read(&[("fields", "")]), "error-empty-parameter"),
        (read(&[("fields", "*****")]), "error-fields-syntax"),
        (
            send(json!({ "message": { "text": "hi" } })),
            "error-missing-parameter",
        ),
        (
            send(json!({ "recipient": { "id": "2" }, "message": { "text": "hi" } })),
            "error-no-matching-user",
        ),
        (unlink(json!({ "psid": "2" })), "error-no-matching-user"),
        (unlink(json!({})), "error-missing-psid"),
        (unlink(json!({ "psid": "" })), "error-empty-psid"),
        (
            say(json!({ "text": "a", "reply_to": {} })),
            "error-unknown-key",
        ),
        (say(json!({ "text": "a".repeat(2_001) })), "error-too-long"),
        (
            say(json!({ "text": "a", "quick_replies": [reply("a"), long_reply] })),
            "error-too-long-nested",
        ),
        (bench.get("/v2.6/2"), "error-unsupported-get"),
    ] {
        writeln!(shown, "{name}: {}", holds(call, name).await).unwrap();
    }
    bench.platform.clock().freeze();
    bench.platform.clock().advance(Duration::from_secs(301));
    let name = "error-linking-token-expired";
    writeln!(shown, "{name}: {}", holds(ask(&token), name).await).unwrap();
    insta::assert_snapshot!(shown);
}

#[test]
fn events_are_the_golden_ones() {
    let at = |name: &str| message(name)["body"]["entry"][0]["time"].as_u64().unwrap();
    let text = |name: &str, pointer: &str| {
        let message = message(name);
        let item = &message["body"]["entry"][0]["messaging"][0];
        item.pointer(pointer).unwrap().as_str().unwrap().to_owned()
    };
    let item = |name: &str, happening| Item::new(PSID, PAGE, at(name), happening);
    let code = text("event-linked", "/account_linking/authorization_code");
    let said = Message::text(
        text("event-message", "/message/mid"),
        text("event-message", "/message/text"),
    );
    let pressed = Postback::new(
        text("event-postback", "/postback/mid"),
        text("event-postback", "/postback/title"),
        text("event-postback", "/postback/payload"),
    );
    let mut shown = String::new();
    for (name, item) in [
        (
            "event-linked",
            Item::linked(PSID, PAGE, at("event-linked"), &code),
        ),
        (
            "event-unlinked",
            Item::unlinked(PSID, PAGE, at("event-unlinked")),
        ),
        (
            "event-message",
            item("event-message", Happening::Message(said)),
        ),
        (
            "event-postback",
            item("event-postback", Happening::Postback(pressed)),
        ),
    ] {
        let envelope = Envelope::page(PAGE, at(name)).with(item);
        assert_eq!(envelope.to_value(), message(name)["body"], "{name}");
        writeln!(
            shown,
            "{name}: {}",
            String::from_utf8_lossy(&envelope.to_bytes())
        )
        .unwrap();
    }
    insta::assert_snapshot!(shown);
}

#[tokio::test]
async fn a_delivery_travels_as_the_golden_event_does() {
    let bench = bench().await;
    bench.platform.say(PSID, "login").await.unwrap();
    let expected = message("event-message");
    let received = bench.received().await;
    assert_eq!(received[0].url.path(), expected["path"]);
    assert_eq!(received[0].method.as_str(), expected["method"]);
    for (header, value) in expected["headers"].as_object().unwrap() {
        assert_eq!(
            received[0].headers[header.as_str()],
            value.as_str().unwrap()
        );
    }
}

#[test]
fn signed_vectors_come_out_byte_for_byte() {
    for vector in vectors() {
        let config = Config {
            app_secret: vector.secret.clone(),
            ..Config::default()
        };
        let delivery = Delivery::signed_bytes(&config, vector.body.clone().into());
        let header = |name: &str| {
            let found = delivery.headers.iter().find(|(header, _)| header == name);
            found.map(|(_, value)| value.as_str())
        };
        assert_eq!(
            header("x-hub-signature"),
            Some(vector.sha1.as_str()),
            "{}",
            vector.name
        );
        assert_eq!(
            header("x-hub-signature-256"),
            Some(vector.sha256.as_str()),
            "{}",
            vector.name
        );

        let decoded: Value = serde_json::from_str(&vector.body).unwrap();
        assert_eq!(decoded.pointer(&vector.pointer), Some(&json!(vector.value)));
        let entry = &decoded["entry"][0];
        let item = &entry["messaging"][0];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (psid, page) = (text(&item["sender"]["id"]), text(&entry["id"]));
        let (psid, page) = (psid.unwrap(), page.unwrap());
        let at = item["timestamp"].as_u64().unwrap();
        let linking = &item["account_linking"];
        let item = match (
            &linking["authorization_code"],
            text(&item["message"]["text"]),
        ) {
            (Value::String(code), _) => Item::linked(&psid, &page, at, code),
            (_, Some(said)) => {
                let mid = text(&item["message"]["mid"]).unwrap();
                let message = Message::text(mid, said);
                Item::new(&psid, &page, at, Happening::Message(message))
            }
            _ => Item::unlinked(&psid, &page, at),
        };
        let time = entry["time"].as_u64().unwrap();
        assert_eq!(
            Envelope::page(&page, time).with(item).to_bytes(),
            vector.body,
            "{}",
            vector.name
        );
    }
}

#[test]
fn proofs_are_the_golden_ones() {
    for proof in proofs() {
        assert_eq!(
            sha256_hex(&proof.secret, proof.access_token.as_bytes()),
            proof.proof
        );
    }
}

#[tokio::test]
async fn the_linking_url_is_called_as_the_golden_one() {
    let bench = bench().await;
    let redirect =
        "https://facebook.com/messenger_platform/account_linking/?account_linking_token={token}";
    let redirect = RedirectTemplate(redirect.to_owned());
    for (name, button) in [
        ("linking-call", "https://shop.example/authorize"),
        (
            "linking-call-own-query",
            "https://shop.example/authorize?rid=77120934",
        ),
    ] {
        let expected = message(name);
        let pairs = expected["query"].as_array().unwrap();
        let golden_token = pairs
            .iter()
            .find(|pair| pair[0] == "account_linking_token")
            .and_then(|pair| pair[1].as_str())
            .unwrap();
        let opening = bench
            .platform
            .tap_log_in(PSID, button, Some(&redirect))
            .unwrap();
        assert_eq!(opening.account_linking_token.len(), golden_token.len());
        let ours = opening
            .url
            .replace(&opening.account_linking_token, golden_token);
        let target = expected["target"].as_str().unwrap();
        assert_eq!(ours, format!("https://shop.example{target}"), "{name}");
    }
}

#[tokio::test]
async fn the_handshake_is_the_golden_one() {
    let bench = bench().await;
    let challenge = message("verification-response")["body"].clone();
    let challenge = ResponseTemplate::new(200).set_body_string(challenge.as_str().unwrap());
    wiremock::Mock::given(wiremock::matchers::method("GET"))
        .respond_with(challenge)
        .mount(&bench.backend)
        .await;
    let refused = bench.platform.verify_webhook().await.unwrap_err();
    assert!(
        refused.contains("expected the challenge"),
        "a challenge is never repeated"
    );

    let expected = message("verification-request");
    let received = bench.received().await;
    let pairs: Vec<_> = received[0].url.query_pairs().into_owned().collect();
    let golden: Vec<(String, String)> = serde_json::from_value(expected["query"].clone()).unwrap();
    let names =
        |pairs: &[(String, String)]| pairs.iter().map(|pair| pair.0.clone()).collect::<Vec<_>>();
    assert_eq!(names(&pairs), names(&golden));
    assert_eq!(pairs[..2], golden[..2]);
    assert_eq!(pairs[2].1.len(), golden[2].1.len());
    let target = expected["target"].as_str().unwrap();
    let raw = format!("/webhook?{}", received[0].url.query().unwrap());
    assert_eq!(raw.replace(&pairs[2].1, &golden[2].1), target);
    let agent = expected["headers"]["User-Agent"].as_str().unwrap();
    assert_eq!(received[0].headers["user-agent"], agent);
    assert_eq!(bench.platform.config().page_access_token, TOKEN);
}
