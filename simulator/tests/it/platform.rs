//! Starting, stopping, users, the handshake, and what the journal tells.

use std::net::TcpListener;
use std::time::Duration;

use linklab_simulator::journal::What;
use linklab_simulator::webhook::{Delivery, Outcome};
use linklab_simulator::webview::Landing;
use linklab_simulator::{Config, Simulator, StartError};
use reqwest::Client;
use serde_json::json;
use wiremock::matchers::{method, query_param};
use wiremock::{Mock, ResponseTemplate};

use crate::backend::{BUTTON, Bench, PSID, answer, ok};

#[tokio::test]
async fn a_taken_address_is_told_in_a_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap();
    let error = Simulator::start(Config {
        listen,
        ..Config::default()
    })
    .await
    .unwrap_err();
    assert!(matches!(error, StartError::Bind { address, .. } if address == listen));
    assert!(
        error
            .to_string()
            .starts_with(&format!("cannot listen on {listen}: "))
    );
}

#[tokio::test]
async fn stopping_and_dropping_the_last_handle_both_free_the_port() {
    for drop_only in [false, true] {
        let platform = Simulator::start(Config::default()).await.unwrap();
        let address = platform.address();
        let url = platform.graph_url();
        assert!(Client::new().get(&url).send().await.is_ok());
        let clone = platform.clone();
        if drop_only {
            drop(platform);
            assert!(
                Client::new().get(&url).send().await.is_ok(),
                "a clone lives"
            );
            drop(clone);
            // The drop cannot wait, so the port is free a little later.
            let freed = async {
                while TcpListener::bind(address).is_err() {
                    tokio::task::yield_now().await;
                }
            };
            let freed = tokio::time::timeout(Duration::from_secs(10), freed).await;
            freed.expect("the server ends with its last handle");
        } else {
            platform.stop().await;
            clone.stop().await;
            assert!(Client::new().get(&url).send().await.is_err());
        }
    }
}

#[tokio::test]
async fn users_have_ids_that_are_checked_or_made() {
    let platform = Simulator::start(Config::default()).await.unwrap();
    let made = platform.add_user(None, "Ada Example").unwrap();
    assert!(made.parse::<u64>().unwrap() > 1 << 53, "{made}");
    assert_eq!(platform.add_user(Some("007"), "Bo").unwrap(), "007");
    for (psid, part) in [
        ("007", "exists already"),
        ("", "not a PSID"),
        ("12a", "not a PSID"),
        ("123456789012345678901", "not a PSID"),
    ] {
        let error = platform.add_user(Some(psid), "X").unwrap_err();
        assert!(error.to_string().contains(part), "{error}");
    }
    let same_seed = Simulator::start(Config::default()).await.unwrap();
    assert_eq!(same_seed.add_user(None, "Ada Example").unwrap(), made);
}

#[tokio::test]
async fn what_cannot_be_done_is_told_in_a_sentence() {
    let bench = Bench::with(ok(), |config| config.subscribed_fields.clear()).await;
    let platform = &bench.platform;
    let nobody = platform.say("1", "hi").await.unwrap_err().to_string();
    assert!(nobody.contains("no user has the id 1"), "{nobody}");
    let deaf = platform.say(PSID, "hi").await.unwrap_err().to_string();
    assert!(deaf.contains("not subscribed to messages"), "{deaf}");
    let deaf = platform
        .postback(PSID, "A", "B")
        .await
        .unwrap_err()
        .to_string();
    assert!(deaf.contains("not subscribed to messaging_postbacks"));
    let deaf = platform.tap_log_out(PSID).await.unwrap_err().to_string();
    assert!(deaf.contains("not subscribed to messaging_account_linking"));
    let url = platform.tap_log_in(PSID, "shop.example", None).unwrap_err();
    assert!(url.to_string().contains("absolute http or https address"));
    assert!(platform.tap_log_in("1", BUTTON, None).is_err());
    assert!(bench.received().await.is_empty());
}

#[tokio::test]
async fn raw_deliveries_travel_as_they_are_and_change_nothing() {
    let bench = Bench::answering(ok()).await;
    let config = bench.platform.config();
    let mut delivery = Delivery::signed_bytes(config, bench.platform.linked_bytes(PSID, "c"));
    delivery
        .headers
        .retain(|(name, _)| name != "x-hub-signature-256");
    delivery
        .headers
        .push(("Content-Type".to_owned(), "text/plain".to_owned()));
    let start = bench.platform.journal().end();
    let attempt = bench.platform.deliver(delivery.clone()).await;
    assert!(attempt.acknowledged());
    assert_eq!(bench.platform.link_of(PSID), None);
    let received = bench.received().await;
    assert_eq!(received[0].body, delivery.body);
    assert_eq!(received[0].headers["content-type"], "text/plain");
    assert!(!received[0].headers.contains_key("x-hub-signature-256"));
    let (entries, _) = bench.platform.journal().since(start);
    assert!(matches!(&entries[0].what, What::Delivered { psids, .. } if psids == &[PSID]));

    delivery
        .headers
        .push(("bad\nname".to_owned(), String::new()));
    let attempt = bench.platform.deliver(delivery).await;
    assert!(matches!(&attempt.outcome, Outcome::Unreachable(why) if why.contains("header line")));
}

#[tokio::test]
async fn the_handshake_sends_exactly_its_query_beside_the_webhooks_own() {
    let bench = Bench::with(ok(), |config| {
        config.webhook_url = config.webhook_url.take().map(|url| url + "?own=1");
        config.verify_token = "a token/+&".to_owned();
    })
    .await;
    let echo = |request: &wiremock::Request| {
        let challenge = request
            .url
            .query_pairs()
            .find(|(name, _)| name == "hub.challenge");
        let challenge = challenge.map(|(_, value)| value.into_owned());
        ResponseTemplate::new(200).set_body_string(challenge.unwrap_or_default())
    };
    Mock::given(method("GET"))
        .and(query_param("own", "1"))
        .and(query_param("hub.mode", "subscribe"))
        .and(query_param("hub.verify_token", "a token/+&"))
        .respond_with(echo)
        .mount(&bench.backend)
        .await;
    assert_eq!(bench.platform.verify_webhook().await, Ok(()));

    let query = [
        ("hub.challenge", "1"),
        ("hub.mode", "x"),
        ("hub.challenge", "2"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let answer = bench
        .platform
        .handshake(&query, Duration::from_secs(5))
        .await;
    assert!(matches!(
        answer.outcome,
        Outcome::Answered { status: 404, .. }
    ));
    let received = bench.received().await;
    let last = received.last().unwrap();
    let sent = "own=1&hub.challenge=1&hub.mode=x&hub.challenge=2";
    assert_eq!(last.url.query(), Some(sent));
    let agent = "facebookplatform/1.0 (+http://developers.facebook.com)";
    assert_eq!(last.headers["user-agent"], agent);
}

#[tokio::test]
async fn own_time_leaves_out_the_wait_for_the_backend() {
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_millis(600));
    let bench = Bench::answering(slow).await;
    bench.platform.say(PSID, "hi").await.unwrap();
    answer(bench.get("/me")).await;
    let own = bench.platform.own_time();
    assert!(
        own > Duration::ZERO && own < Duration::from_millis(500),
        "{own:?}"
    );
}

#[tokio::test]
async fn the_journal_tells_causes_from_the_tap_to_the_link() {
    let bench = Bench::answering(ok()).await;
    let start = bench.platform.journal().end();
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    bench
        .platform
        .land(&opening, &url, Landing::default())
        .await;
    let (entries, _) = bench.platform.journal().since(start);
    let told: Vec<_> = entries
        .iter()
        .map(|entry| match &entry.what {
            What::Note(text) => format!("{} <- {:?}: {text}", entry.seq, entry.cause),
            What::Delivered { .. } => format!("{} <- {:?}: delivered", entry.seq, entry.cause),
            other => format!("{other:?}"),
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn many_users_link_at_once_without_mixing_codes() {
    let bench = Bench::answering(ok()).await;
    let mut flows = Vec::new();
    for number in 0..40 {
        let platform = bench.platform.clone();
        flows.push(tokio::spawn(async move {
            let psid = platform.add_user(None, "Some Body").unwrap();
            let opening = platform.tap_log_in(&psid, BUTTON, None).unwrap();
            let url = format!("{}&authorization_code=code-{number}", opening.redirect_uri);
            platform.land(&opening, &url, Landing::default()).await;
            assert_eq!(platform.link_of(&psid), Some(format!("code-{number}")));
        }));
    }
    for flow in flows {
        flow.await.unwrap();
    }
    for request in bench.received().await {
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        let item = &body["entry"][0]["messaging"][0];
        let psid = item["sender"]["id"].as_str().unwrap();
        let code = &item["account_linking"]["authorization_code"];
        assert_eq!(
            bench
                .platform
                .link_of(psid)
                .map(|code| json!(code))
                .as_ref(),
            Some(code)
        );
    }
}
