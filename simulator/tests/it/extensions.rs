//! Messenger Extensions as a page in an ordinary webview meets them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use linklab_simulator::webview::Tapped;
use linklab_simulator::world::Entry;
use reqwest::Client;
use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use serde_json::{Value, json};

use crate::backend::{Bench, PSID, answer, ok};

const PAGE: &str = "https://shop.example/menu?day=1";

async fn whitelisting() -> Bench {
    let bench = Bench::answering(ok()).await;
    let profile = json!({"whitelisted_domains": ["https://shop.example/"]});
    let (status, body) = answer(bench.post("/me/messenger_profile").json(&profile)).await;
    assert_eq!(status, 200, "{body}");
    bench
}

fn payload_of(signed_request: &str) -> Value {
    let (_, payload) = signed_request.split_once('.').expect("two parts");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).expect("base64url"))
        .expect("a JSON payload")
}

#[tokio::test]
async fn the_signed_request_is_the_payload_under_the_app_secret() {
    let bench = whitelisting().await;
    bench.platform.clock().freeze();
    bench.platform.clock().set(1_504_046_380_999);
    let context = bench.platform.context(PSID, PAGE).unwrap();
    assert_eq!(
        payload_of(&context.signed_request),
        json!({
            "psid": PSID,
            "algorithm": "HMAC-SHA256",
            "thread_type": "USER_TO_PAGE",
            "tid": PSID,
            "issued_at": 1_504_046_380,
            "page_id": 1_691_462_197_845_448_u64,
        })
    );
    let (signature, payload) = context.signed_request.split_once('.').unwrap();
    let secret = &bench.platform.config().app_secret;
    let expected = linklab_simulator::webhook::sha256_hex(secret, payload.as_bytes());
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    assert_eq!(hex::encode(signature), expected);
}

#[tokio::test]
async fn only_whitelisted_pages_learn_who_the_user_is() {
    let bench = whitelisting().await;
    for url in [
        "https://evil.example/",
        "http://shop.example/",
        "https://www.shop.example/",
        "https://shop.example.evil.example/",
        "https://shop.example:444/",
        "not an address",
    ] {
        let why = bench.platform.context(PSID, url).unwrap_err().to_string();
        assert!(why.contains("whitelisted_domains"), "{url}: {why}");
    }
    let button = |extensions: bool| json!({"type": "web_url", "title": "Menu", "url": PAGE, "messenger_extensions": extensions});
    for asked in [true, false] {
        let tapped = bench.platform.tap_button(PSID, &button(asked)).await;
        let Tapped::Page(page) = tapped.unwrap() else {
            panic!("a page was to open");
        };
        assert_eq!(page.extensions, asked);
    }
}

#[tokio::test]
async fn a_page_asks_with_the_cookie_of_its_webview() {
    let bench = whitelisting().await;
    let tapped = bench.platform.open_from(PSID, Entry::UrlButton, PAGE);
    let Tapped::Page(page) = tapped.unwrap() else {
        panic!("a page was to open");
    };
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let started = client.get(&page.start_url).send().await.unwrap();
    let cookie = started.headers()[SET_COOKIE].to_str().unwrap();
    let cookie = cookie.split(';').next().unwrap();

    let base = bench.platform.graph_url();
    let script = format!("{base}/en_US/messenger.Extensions.js");
    let script = client.get(script).send().await.unwrap();
    assert_eq!(
        script.headers()["content-type"],
        "text/javascript; charset=utf-8"
    );
    let script = script.text().await.unwrap();
    assert!(script.contains("window.MessengerExtensions") && script.contains("extAsyncInit"));
    assert!(script.contains("/messenger_platform/extensions/context?app_id="));

    let ask = async |app_id: &str, cookie: &str, origin: &str| {
        let url = format!("{base}/messenger_platform/extensions/context?app_id={app_id}");
        let request = client
            .get(url)
            .header(COOKIE, cookie)
            .header(ORIGIN, origin);
        let response = request.send().await.unwrap();
        assert_eq!(response.headers()["access-control-allow-origin"], origin);
        assert_eq!(
            response.headers()["access-control-allow-credentials"],
            "true"
        );
        response.json::<Value>().await.unwrap()
    };
    let app_id = &bench.platform.config().app_id;
    let told = ask(app_id, cookie, "https://shop.example").await;
    assert_eq!((&told["psid"], &told["tid"]), (&json!(PSID), &json!(PSID)));
    assert_eq!(
        payload_of(told["signed_request"].as_str().unwrap())["psid"],
        PSID
    );
    for (app_id, cookie, origin, why) in [
        ("1", cookie, "https://shop.example", "the app is"),
        (app_id, "", "https://shop.example", "no webview"),
        (
            app_id,
            cookie,
            "https://evil.example",
            "whitelisted_domains",
        ),
    ] {
        let refused = ask(app_id, cookie, origin).await;
        assert!(
            refused["error"].as_str().unwrap().contains(why),
            "{refused}"
        );
        assert_eq!(refused.get("psid"), None);
    }
}
