//! Faults on purpose, as a backend and a browser meet them on each leg.

use std::time::{Duration, Instant};

use linklab_simulator::fault::{
    After, BrowserFault, ErrorPreset, Fault, GraphFault, Rule, WebhookFault, When,
};
use linklab_simulator::journal::{Cursor, What};
use linklab_simulator::webhook::{Outcome, sha256_hex};
use linklab_simulator::webview::{Landed, Landing, LandingResult};
use reqwest::RequestBuilder;
use serde_json::json;

use crate::backend::{BUTTON, Bench, PSID, answer, ok, refusal};

fn arm(bench: &Bench, rule: Rule) {
    bench
        .platform
        .faults()
        .arm(rule)
        .expect("the premise of the test holds");
}

fn once(fault: Fault) -> Rule {
    Rule::new(fault, When::Next(1))
}

fn send(bench: &Bench, psid: &str) -> RequestBuilder {
    let body = json!({ "recipient": { "id": psid }, "message": { "text": "hi" } });
    bench.post("/v26.0/me/messages").json(&body)
}

/// What the bot has said so far.
fn said(bench: &Bench) -> usize {
    let (entries, _) = bench.platform.journal().since(Cursor::default());
    let said = |what: &What| matches!(what, What::BotSaid { .. });
    entries.iter().filter(|entry| said(&entry.what)).count()
}

async fn link(bench: &Bench) -> Landed {
    let opening = bench
        .platform
        .tap_log_in(PSID, BUTTON, None)
        .expect("the premise of the test holds");
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    bench.platform.land(&opening, &url, Landing::Deliver).await
}

#[tokio::test]
async fn a_preset_refuses_the_next_calls_that_match_and_says_nothing_to_the_user() {
    let bench = Bench::answering(ok()).await;
    let other = bench.platform.add_user(None, "Bo Example").unwrap();
    let busy = Fault::Graph(GraphFault::Error(ErrorPreset::RateLimit));
    arm(
        &bench,
        Rule::new(busy, When::Next(2))
            .on_path("/messages")
            .for_user(PSID),
    );
    assert_eq!(answer(bench.get("/v26.0/me")).await.0, 200);
    assert_eq!(answer(send(&bench, &other)).await.0, 200);
    for _ in 0..2 {
        let (status, code, subcode, message) = refusal(send(&bench, PSID)).await;
        assert_eq!((status, code, subcode), (400, 613, 0));
        assert!(message.contains("exceeded the rate limit"), "{message}");
    }
    assert_eq!(answer(send(&bench, PSID)).await.0, 200);
    assert_eq!(said(&bench), 2);
}

#[tokio::test]
async fn every_preset_is_an_error_in_the_shape_of_graph() {
    let bench = Bench::answering(ok()).await;
    for preset in ErrorPreset::ALL {
        arm(&bench, once(Fault::Graph(GraphFault::Error(preset))));
        let response = send(&bench, PSID).send().await.unwrap();
        assert!(response.status().as_u16() >= 400, "{preset}");
        assert!(
            response.headers().contains_key("x-linklab-hint"),
            "{preset}"
        );
        let body: serde_json::Value = response.json().await.unwrap();
        assert!(body["error"]["fbtrace_id"].is_string(), "{preset}: {body}");
        assert!(body["error"]["message"].is_string(), "{preset}: {body}");
    }
    assert_eq!(said(&bench), 0);
}

#[tokio::test]
async fn a_delayed_answer_is_that_of_a_call_carried_out() {
    let bench = Bench::answering(ok()).await;
    arm(&bench, once(Fault::Graph(GraphFault::Delay { ms: 300 })));
    let started = Instant::now();
    assert_eq!(answer(send(&bench, PSID)).await.0, 200);
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert_eq!(said(&bench), 1);
}

#[tokio::test]
async fn a_reset_gives_no_answer_and_the_rule_says_whether_the_call_was_done() {
    let bench = Bench::answering(ok()).await;
    for (carried_out, expected) in [(false, 0), (true, 1)] {
        arm(
            &bench,
            once(Fault::Graph(GraphFault::Reset { carried_out })),
        );
        let error = send(&bench, PSID).send().await.unwrap_err();
        assert!(error.is_request(), "{error:?}");
        assert_eq!(said(&bench), expected);
    }
    assert_eq!(
        answer(send(&bench, PSID)).await.0,
        200,
        "the next call is well"
    );
}

#[tokio::test]
async fn garbage_is_no_json() {
    let bench = Bench::answering(ok()).await;
    for (carried_out, expected) in [(false, 0), (true, 1)] {
        arm(
            &bench,
            once(Fault::Graph(GraphFault::Garbage { carried_out })),
        );
        let response = send(&bench, PSID).send().await.unwrap();
        assert_eq!(response.status(), 500);
        assert!(
            response
                .text()
                .await
                .unwrap()
                .starts_with("<!DOCTYPE html>")
        );
        assert_eq!(said(&bench), expected);
    }
}

#[tokio::test]
async fn a_wrong_signature_is_of_the_right_shape() {
    let bench = Bench::answering(ok()).await;
    arm(&bench, once(Fault::Webhook(WebhookFault::WrongSignature)));
    bench.platform.say(PSID, "a").await.unwrap();
    bench.platform.say(PSID, "b").await.unwrap();
    let secret = bench.platform.config().app_secret.clone();
    let right: Vec<_> = bench
        .received()
        .await
        .iter()
        .map(|request| {
            let header = request.headers["x-hub-signature-256"].to_str().unwrap();
            let expected = format!("sha256={}", sha256_hex(&secret, &request.body));
            assert_eq!(header.len(), expected.len());
            header == expected
        })
        .collect();
    assert_eq!(right, [false, true]);
}

#[tokio::test]
async fn a_truncated_body_arrives_half_under_the_signature_of_the_whole() {
    let bench = Bench::answering(ok()).await;
    arm(&bench, once(Fault::Webhook(WebhookFault::Truncated)));
    let attempt = bench.platform.say(PSID, "a").await.unwrap();
    let received = bench.received().await;
    assert_eq!(received[0].body, attempt.body[..attempt.body.len() / 2]);
    let secret = &bench.platform.config().app_secret;
    let whole = format!("sha256={}", sha256_hex(secret, &attempt.body));
    assert_eq!(received[0].headers["x-hub-signature-256"], whole.as_str());
}

#[tokio::test]
async fn a_slow_body_arrives_whole_and_late() {
    let bench = Bench::answering(ok()).await;
    arm(&bench, once(Fault::Webhook(WebhookFault::Slow { ms: 300 })));
    let attempt = bench.platform.say(PSID, "a").await.unwrap();
    assert!(attempt.acknowledged(), "{attempt:?}");
    assert!(attempt.elapsed >= Duration::from_millis(300));
    let received = bench.received().await;
    assert_eq!(received[0].body, attempt.body);
    let length = attempt.body.len().to_string();
    assert_eq!(received[0].headers["content-length"], length.as_str());
}

#[tokio::test]
async fn a_cut_delivery_never_arrives_and_is_repeated() {
    let bench = Bench::answering(ok()).await;
    bench.platform.clock().freeze();
    arm(&bench, once(Fault::Webhook(WebhookFault::Cut)));
    let attempt = bench.platform.say(PSID, "a").await.unwrap();
    let Outcome::Unreachable(why) = &attempt.outcome else {
        panic!("{attempt:?}")
    };
    assert!(why.contains("armed fault"), "{why}");
    assert!(bench.received().await.is_empty());
    bench.platform.advance(Duration::from_secs(1)).await;
    assert_eq!(bench.received().await[0].body, attempt.body);
}

#[tokio::test]
async fn a_rule_waits_for_the_state_of_the_user() {
    let bench = Bench::answering(ok()).await;
    let cut = Fault::Webhook(WebhookFault::WrongSignature);
    arm(&bench, once(cut).once(After::Linked));
    bench.platform.say(PSID, "before").await.unwrap();
    assert_eq!(bench.platform.faults().never_fired().len(), 1);
    assert_eq!(link(&bench).await.result, LandingResult::Linked);
    bench.platform.say(PSID, "after").await.unwrap();
    assert!(bench.platform.faults().never_fired().is_empty());
    assert!(bench.platform.faults().armed()[0].spent);
}

#[tokio::test]
async fn a_lost_redirect_decides_nothing_and_the_token_lives() {
    let bench = Bench::answering(ok()).await;
    arm(&bench, once(Fault::Browser(BrowserFault::Lost)));
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    let lost = bench.platform.land(&opening, &url, Landing::Deliver).await;
    assert!(matches!(&lost.result, LandingResult::Aborted(why) if why.contains("lost")));
    assert!(bench.received().await.is_empty());
    let landed = bench.platform.land(&opening, &url, Landing::Deliver).await;
    assert_eq!(landed.result, LandingResult::Linked);

    arm(&bench, once(Fault::Browser(BrowserFault::Lost)));
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    assert!(
        reqwest::get(&url).await.is_err(),
        "a real browser gets no page"
    );
    assert!(
        reqwest::get(&url)
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .contains("Success")
    );
}

#[tokio::test]
async fn a_doubled_redirect_links_once() {
    let bench = Bench::answering(ok()).await;
    arm(&bench, once(Fault::Browser(BrowserFault::Doubled)));
    let landed = link(&bench).await;
    assert!(matches!(&landed.result, LandingResult::Aborted(why) if why.contains("already used")));
    assert_eq!(bench.platform.link_of(PSID).as_deref(), Some("c"));
    assert_eq!(bench.received().await.len(), 1);
}

#[tokio::test]
async fn a_late_redirect_waits_for_platform_time() {
    for (minutes, linked) in [(4, true), (6, false)] {
        let bench = Bench::answering(ok()).await;
        bench.platform.clock().freeze();
        let late = Fault::Browser(BrowserFault::Late {
            ms: minutes * 60_000,
        });
        arm(&bench, once(late));
        let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
        let url = format!("{}&authorization_code=c", opening.redirect_uri);
        let landing = tokio::spawn({
            let platform = bench.platform.clone();
            async move { platform.land(&opening, &url, Landing::Deliver).await }
        });
        while bench.platform.clock().due().is_empty() {
            tokio::task::yield_now().await;
        }
        let advanced = bench.platform.advance(Duration::from_mins(7)).await;
        assert!(advanced.settled);
        assert_eq!(bench.platform.link_of(PSID).is_some(), linked);
        let landed = landing.await.unwrap();
        assert_eq!(landed.result == LandingResult::Linked, linked);
    }
}

#[tokio::test]
async fn a_stale_token_is_one_that_has_expired() {
    let bench = Bench::answering(ok()).await;
    arm(&bench, once(Fault::Browser(BrowserFault::StaleToken)));
    let landed = link(&bench).await;
    assert!(matches!(&landed.result, LandingResult::Aborted(why) if why.contains("expired")));
    assert_eq!(bench.platform.link_of(PSID), None);
    assert_eq!(link(&bench).await.result, LandingResult::Linked);
}

#[tokio::test]
async fn arming_firing_and_disarming_stand_in_the_journal() {
    let bench = Bench::answering(ok()).await;
    let start = bench.platform.journal().end();
    let faults = bench.platform.faults();
    let rule = once(Fault::Webhook(WebhookFault::Truncated));
    let id = faults.arm(rule).unwrap();
    bench.platform.say(PSID, "a").await.unwrap();
    faults.disarm(id);
    let (entries, _) = bench.platform.journal().since(start);
    let notes: Vec<_> = entries
        .iter()
        .filter_map(|entry| match &entry.what {
            What::Note(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    insta::assert_snapshot!(notes.join("\n"));
}

#[tokio::test]
async fn one_call_of_a_batch_can_be_refused() {
    let bench = Bench::answering(ok()).await;
    let busy = Fault::Graph(GraphFault::Error(ErrorPreset::Temporary));
    arm(&bench, once(busy).on_path("/messages"));
    let body = format!("recipient={{\"id\":\"{PSID}\"}}&message={{\"text\":\"hi\"}}");
    let send = json!({ "method": "POST", "relative_url": "me/messages", "body": body });
    let read = json!({ "method": "GET", "relative_url": "me" });
    let batch = json!({ "batch": [read, send, send] });
    let (status, answers) = answer(bench.post("/").json(&batch)).await;
    assert_eq!(status, 200, "{answers}");
    let codes: Vec<_> = answers
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| answer["code"].as_u64().unwrap())
        .collect();
    assert_eq!(codes, [200, 400, 200], "{answers}");
    assert_eq!(said(&bench), 1);
}
