//! Subscriptions by the Graph API: the handshake, both levels, and what is delivered afterwards.

use linklab_simulator::config::OtherApp;
use reqwest::{Method, RequestBuilder};
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, Request, ResponseTemplate};

use crate::backend::{BUTTON, Bench, PSID, answer, ok, refusal};

fn app_token(bench: &Bench) -> String {
    let config = bench.platform.config();
    format!("{}|{}", config.app_id, config.app_secret)
}

fn subscriptions(bench: &Bench, method: Method) -> RequestBuilder {
    let path = format!("/v3.2/{}/subscriptions", bench.platform.config().app_id);
    bench
        .bare(method, &path)
        .query(&[("access_token", app_token(bench))])
}

fn asked(bench: &Bench, callback: &str, fields: &str) -> RequestBuilder {
    subscriptions(bench, Method::POST).form(&[
        ("object", "page"),
        (
            "callback_url",
            &format!("{}{callback}", bench.backend.uri()),
        ),
        ("verify_token", "another token"),
        ("fields", fields),
        ("include_values", "true"),
    ])
}

async fn echoing(bench: &Bench, at: &str) {
    let echo = |request: &Request| {
        let of = |wanted: &str| {
            let mut pairs = request.url.query_pairs();
            pairs
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        assert_eq!(of("hub.verify_token").as_deref(), Some("another token"));
        ResponseTemplate::new(200).set_body_string(of("hub.challenge").unwrap_or_default())
    };
    Mock::given(method("GET"))
        .and(path(at))
        .respond_with(echo)
        .mount(&bench.backend)
        .await;
    Mock::given(method("POST"))
        .and(path(at))
        .respond_with(ok())
        .mount(&bench.backend)
        .await;
}

#[tokio::test]
async fn a_verified_subscription_moves_the_deliveries() {
    let bench = Bench::answering(ok()).await;
    echoing(&bench, "/other").await;
    let success = (200, json!({ "success": true }));
    let call = asked(&bench, "/other", "messages, messaging_account_linking");
    assert_eq!(answer(call).await, success);
    let listed = json!({ "data": [{
        "object": "page",
        "callback_url": format!("{}/other", bench.backend.uri()),
        "active": true,
        "fields": [
            { "name": "messages", "version": "v26.0" },
            { "name": "messaging_account_linking", "version": "v26.0" },
        ],
    }] });
    assert_eq!(
        answer(subscriptions(&bench, Method::GET)).await,
        (200, listed)
    );
    bench.platform.say(PSID, "hi").await.unwrap();
    let received = bench.backend.received_requests().await.unwrap();
    assert_eq!(received.last().unwrap().url.path(), "/other");
    // The page's level still names postbacks; the app's level does not any more.
    let postback = bench
        .platform
        .postback(PSID, "Help", "HELP")
        .await
        .unwrap_err();
    assert!(
        postback
            .to_string()
            .contains("the app is not subscribed to messaging_postbacks")
    );

    let some =
        subscriptions(&bench, Method::DELETE).query(&[("object", "page"), ("fields", "messages")]);
    assert_eq!(answer(some).await, success);
    assert!(bench.platform.say(PSID, "hi").await.is_err());
    assert_eq!(answer(subscriptions(&bench, Method::DELETE)).await, success);
    let none = (200, json!({ "data": [] }));
    assert_eq!(answer(subscriptions(&bench, Method::GET)).await, none);
}

#[tokio::test]
async fn a_backend_that_is_not_verified_is_refused_and_nothing_changes() {
    let bench = Bench::answering(ok()).await;
    Mock::given(method("GET"))
        .and(path("/wrong"))
        .respond_with(ResponseTemplate::new(200).set_body_string("OK"))
        .mount(&bench.backend)
        .await;
    let missing = refusal(asked(&bench, "/missing", "messages")).await;
    let expected = "(#2200) Callback verification failed with the following errors: \
                    HTTP Status Code = 404; HTTP Message = Not Found";
    assert_eq!(
        (missing.0, missing.1, missing.3.as_str()),
        (400, 2_200, expected)
    );
    let wrong = refusal(asked(&bench, "/wrong", "messages")).await.3;
    assert!(
        wrong.contains("HTTP Status Code = 200; expected the challenge"),
        "{wrong}"
    );
    bench.platform.postback(PSID, "Help", "HELP").await.unwrap();

    let unknown = refusal(asked(&bench, "/wrong", "messages,letters")).await.3;
    assert!(
        unknown.starts_with("(#100) Param fields[1] must be one of {messages, "),
        "{unknown}"
    );
    let plain = subscriptions(&bench, Method::POST).form(&[
        ("object", "page"),
        ("callback_url", "http://shop.example/webhook"),
        ("verify_token", "t"),
        ("fields", "messages"),
    ]);
    let expected = "(#100) callback_url should represent a valid URL";
    assert_eq!(refusal(plain).await.3, expected);
    let page_token = bench.get(&format!(
        "/{}/subscriptions",
        bench.platform.config().app_id
    ));
    let expected = (
        400,
        15,
        0,
        "(#15) This method must be called with an app access_token.".to_owned(),
    );
    assert_eq!(refusal(page_token).await, expected);
}

#[tokio::test]
async fn both_levels_must_name_a_field() {
    let bench = Bench::answering(ok()).await;
    let edge = "/v3.2/me/subscribed_apps";
    let config = bench.platform.config();
    let (name, id) = (&config.app_name, &config.app_id);
    let all = [
        "messages",
        "messaging_postbacks",
        "messaging_account_linking",
    ];
    let of = |fields: &[&str]| json!({ "data": [{ "name": name, "id": id, "subscribed_fields": fields }] });
    assert_eq!(answer(bench.get(edge)).await, (200, of(&all)));

    let some = bench
        .post(edge)
        .json(&json!({ "subscribed_fields": ["messages"] }));
    assert_eq!(answer(some).await, (200, json!({ "success": true })));
    assert_eq!(answer(bench.get(edge)).await.1, of(&["messages"]));
    bench.platform.say(PSID, "hi").await.unwrap();
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    let landed = bench
        .platform
        .land(
            &opening,
            &url,
            linklab_simulator::webview::Landing::default(),
        )
        .await;
    assert!(
        format!("{:?}", landed.result).contains("not subscribed to messaging_account_linking"),
        "{:?}",
        landed.result
    );

    let gone = bench
        .bare(Method::DELETE, edge)
        .bearer_auth("PAGE_ACCESS_TOKEN");
    assert_eq!(answer(gone).await, (200, json!({ "success": true })));
    assert_eq!(answer(bench.get(edge)).await.1, json!({ "data": [] }));
    let silent = bench.platform.say(PSID, "hi").await.unwrap_err();
    assert!(
        silent
            .to_string()
            .contains("the page has not subscribed the app")
    );

    let without = refusal(bench.post(edge)).await;
    assert_eq!(
        without.3,
        "(#100) The parameter subscribed_fields is required"
    );
    let before = answer(bench.post("/v2.6/me/subscribed_apps")).await;
    assert_eq!(before, (200, json!({ "success": true })));
    assert_eq!(answer(bench.get(edge)).await.1, of(&all));
}

#[tokio::test]
async fn every_app_of_the_page_subscribes_for_itself() {
    let bench = Bench::with(ok(), |config| {
        config.other_apps = vec![OtherApp {
            app_id: "999000111222333".to_owned(),
            app_secret: "another secret".to_owned(),
            verify_token: "t".to_owned(),
            ..OtherApp::default()
        }];
    })
    .await;
    echoing(&bench, "/third").await;
    let edge = "/v3.2/999000111222333/subscriptions";
    let own = "999000111222333|another secret";
    let form = [
        ("object", "page"),
        ("callback_url", &format!("{}/third", bench.backend.uri())),
        ("verify_token", "another token"),
        ("fields", "messages"),
    ];
    let call = |token: &str| {
        bench
            .bare(Method::POST, edge)
            .query(&[("access_token", token)])
            .form(&form)
    };
    assert_eq!(refusal(call(&app_token(&bench))).await.2, 33);
    assert_eq!(answer(call(own)).await, (200, json!({ "success": true })));
    let page = bench.platform.page();
    let of = |app_id: &str| page.subscriptions.of(app_id).unwrap().clone();
    assert_eq!(of("999000111222333").fields, ["messages"]);
    assert_ne!(of(&bench.platform.config().app_id).fields, ["messages"]);
}
