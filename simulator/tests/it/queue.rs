//! The queue of deliveries: what one can see in it and do to it.

use std::time::{Duration, Instant};

use linklab_simulator::webhook::{BatchShape, DeliveryView, QueueError, Stage, sha256_hex};
use linklab_simulator::webview::{Landing, LandingResult};
use linklab_simulator::{Config, OtherApp, Simulator};
use serde_json::Value;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::backend::{BUTTON, Bench, PSID, ok};

const LONG: Duration = Duration::from_secs(20);

/// Lets the user say these texts while the queue is paused.
async fn queued(bench: &Bench, texts: &[&str]) -> Vec<DeliveryView> {
    bench.platform.queue().pause();
    for text in texts {
        let kept = bench
            .platform
            .say(PSID, text)
            .await
            .expect_err("nothing is sent while the queue is paused")
            .to_string();
        assert!(kept.contains("waits as delivery"), "{kept}");
    }
    bench.platform.queue().waiting()
}

fn texts_of(request: &Request) -> Vec<String> {
    let body: Value =
        serde_json::from_slice(&request.body).expect("a delivery is an envelope of messages");
    let mut texts = Vec::new();
    for entry in body["entry"]
        .as_array()
        .expect("a delivery is an envelope of messages")
    {
        for item in entry["messaging"]
            .as_array()
            .expect("a delivery is an envelope of messages")
        {
            texts.push(
                item["message"]["text"]
                    .as_str()
                    .expect("a delivery is an envelope of messages")
                    .to_owned(),
            );
        }
    }
    texts
}

async fn arrived(bench: &Bench) -> Vec<String> {
    let received = bench.received().await;
    received.iter().flat_map(texts_of).collect()
}

fn is_signed(request: &Request, secret: &str) -> bool {
    let expected = format!("sha256={}", sha256_hex(secret, &request.body));
    request.headers["x-hub-signature-256"] == expected.as_str()
}

#[tokio::test]
async fn a_paused_queue_sends_step_by_step_and_in_order() {
    let bench = Bench::answering(ok()).await;
    let waiting = queued(&bench, &["a", "b", "c"]).await;
    assert_eq!(waiting.len(), 3);
    assert!(bench.received().await.is_empty());
    let queue = bench.platform.queue();
    assert!(queue.step().await.unwrap().acknowledged());
    assert_eq!(arrived(&bench).await, ["a"]);
    let first = queue.get(waiting[0].id).unwrap();
    assert_eq!((first.stage, first.tried.len()), (Stage::Acknowledged, 1));
    queue.resume();
    assert!(bench.platform.settled(LONG).await);
    assert_eq!(arrived(&bench).await, ["a", "b", "c"]);
    assert!(queue.step().await.is_none());
    assert!(!queue.is_paused());
    assert_eq!(queue.list().len(), 3);
}

#[tokio::test]
async fn a_login_that_comes_back_to_a_paused_queue_is_decided_by_the_delivery() {
    let bench = Bench::answering(ok()).await;
    let platform = &bench.platform;
    platform.queue().pause();
    let opening = platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    let landed = platform.land(&opening, &url, Landing::Deliver).await;
    assert_eq!(landed.result, LandingResult::Held);
    assert!(landed.page.contains("held back"));
    assert_eq!(platform.link_of(PSID), None);
    platform.queue().step().await.unwrap();
    assert_eq!(platform.link_of(PSID).as_deref(), Some("c"));
}

#[tokio::test]
async fn a_login_whose_event_is_taken_out_is_aborted_and_says_so() {
    let bench = Bench::answering(ok()).await;
    let platform = &bench.platform;
    platform.queue().pause();
    let opening = platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    platform.land(&opening, &url, Landing::Deliver).await;
    let start = platform.journal().end();
    let id = platform.queue().waiting()[0].id;
    platform.queue().remove(id).unwrap();
    assert_eq!(platform.queue().get(id).unwrap().stage, Stage::Dropped);
    assert_eq!(platform.queue().remove(id), Err(QueueError::NotWaiting(id)));
    let (entries, _) = platform.journal().since(start);
    let told = format!("{entries:?}");
    assert!(told.contains("taken out of the queue"), "{told}");
    assert!(told.contains("aborted"), "{told}");
    platform.queue().resume();
    assert!(platform.settled(LONG).await);
    assert_eq!(platform.link_of(PSID), None);
    assert!(bench.received().await.is_empty());
}

#[tokio::test]
async fn duplicates_and_redeliveries_have_the_same_bytes_and_signatures() {
    let bench = Bench::answering(ok()).await;
    let waiting = queued(&bench, &["a/ä"]).await;
    let queue = bench.platform.queue();
    let copy = queue.duplicate(waiting[0].id).unwrap();
    assert_ne!(copy, waiting[0].id);
    assert!(queue.redeliver(waiting[0].id).await.unwrap().acknowledged());
    queue.resume();
    assert!(bench.platform.settled(LONG).await);
    assert!(queue.redeliver(copy).await.unwrap().acknowledged());
    let received = bench.received().await;
    assert_eq!(received.len(), 4);
    for request in &received {
        assert_eq!(request.body, received[0].body);
        assert!(is_signed(request, &bench.platform.config().app_secret));
    }
}

#[tokio::test]
async fn an_edited_delivery_is_signed_anew() {
    let bench = Bench::answering(ok()).await;
    let waiting = queued(&bench, &["a"]).await;
    let queue = bench.platform.queue();
    let body = String::from_utf8(waiting[0].body.to_vec()).unwrap();
    let edited = body.replace("\"a\"", "\"edited\"");
    queue.edit(waiting[0].id, edited.clone().into()).unwrap();
    queue.resume();
    assert!(bench.platform.settled(LONG).await);
    let again = body.replace("\"a\"", "\"again\"");
    queue.resend_edited(waiting[0].id, again.into()).unwrap();
    assert!(bench.platform.settled(LONG).await);
    assert_eq!(arrived(&bench).await, ["edited", "again"]);
    for request in bench.received().await {
        assert!(is_signed(&request, &bench.platform.config().app_secret));
    }
    let late = queue.edit(waiting[0].id, edited.into());
    assert_eq!(late, Err(QueueError::NotWaiting(waiting[0].id)));
}

#[tokio::test]
async fn a_delayed_delivery_waits_for_its_platform_time_and_is_overtaken() {
    let bench = Bench::answering(ok()).await;
    bench.platform.clock().freeze();
    let waiting = queued(&bench, &["late", "soon"]).await;
    let queue = bench.platform.queue();
    queue.delay(waiting[0].id, Duration::from_mins(10)).unwrap();
    queue.resume();
    assert!(bench.platform.settled(LONG).await);
    assert_eq!(arrived(&bench).await, ["soon"]);
    let nothing = bench.platform.advance(Duration::from_mins(9)).await;
    assert!(nothing.fired.is_empty());
    let advanced = bench.platform.advance(Duration::from_mins(2)).await;
    assert!(advanced.settled);
    assert!(advanced.fired[0].label.contains("delayed"));
    assert_eq!(arrived(&bench).await, ["soon", "late"]);
}

#[tokio::test]
async fn several_deliveries_become_one_post_of_either_shape() {
    for (shape, entries) in [(BatchShape::OneEntry, 1), (BatchShape::ManyEntries, 3)] {
        let bench = Bench::answering(ok()).await;
        let waiting = queued(&bench, &["a", "b", "c"]).await;
        let ids: Vec<_> = waiting.iter().map(|view| view.id).collect();
        let queue = bench.platform.queue();
        assert_eq!(queue.batch(&ids[..1], shape), Err(QueueError::NoBatch));
        let twice = [ids[0], ids[0]];
        assert_eq!(queue.batch(&twice, shape), Err(QueueError::NoBatch));
        queue.batch(&ids, shape).unwrap();
        queue.resume();
        assert!(bench.platform.settled(LONG).await);
        let received = bench.received().await;
        assert_eq!(received.len(), 1);
        assert_eq!(texts_of(&received[0]), ["a", "b", "c"]);
        let body: Value = serde_json::from_slice(&received[0].body).unwrap();
        assert_eq!(body["entry"].as_array().map(Vec::len), Some(entries));
        assert!(is_signed(&received[0], &bench.platform.config().app_secret));
        assert_eq!(queue.get(ids[1]).unwrap().stage, Stage::Merged);
    }
}

#[tokio::test]
async fn a_batched_login_is_linked_by_the_batch() {
    let bench = Bench::answering(ok()).await;
    let platform = &bench.platform;
    queued(&bench, &["a"]).await;
    let opening = platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    platform.land(&opening, &url, Landing::Deliver).await;
    let ids: Vec<_> = platform.queue().waiting().iter().map(|v| v.id).collect();
    platform.queue().batch(&ids, BatchShape::OneEntry).unwrap();
    platform.queue().step().await.unwrap();
    assert_eq!(platform.link_of(PSID).as_deref(), Some("c"));
}

#[tokio::test]
async fn a_shuffle_and_an_order_are_followed() {
    let bench = Bench::answering(ok()).await;
    let waiting = queued(&bench, &["a", "b", "c"]).await;
    let queue = bench.platform.queue();
    let ids: Vec<_> = waiting.iter().map(|view| view.id).collect();
    let orders: std::collections::BTreeSet<Vec<_>> = (0..40)
        .map(|seed| {
            queue.reorder(&ids).unwrap();
            queue.shuffle(seed);
            queue.waiting().iter().map(|view| view.id).collect()
        })
        .collect();
    assert_eq!(orders.len(), 6, "every order of three is reached");
    queue.reorder(&[ids[2], ids[0], ids[1]]).unwrap();
    queue.resume();
    assert!(bench.platform.settled(LONG).await);
    assert_eq!(arrived(&bench).await, ["c", "a", "b"]);
}

#[tokio::test]
async fn the_events_of_one_user_wait_for_each_other_unless_told_otherwise() {
    for (in_order, least, most) in [("true", 1_000, 20_000), ("false", 500, 990)] {
        let slow = ok().set_delay(Duration::from_millis(500));
        let bench = Bench::answering(slow).await;
        let platform = &bench.platform;
        platform.set_knob("user_order", in_order).unwrap();
        let started = Instant::now();
        let (first, second) = tokio::join!(platform.say(PSID, "a"), platform.say(PSID, "b"));
        let took = started.elapsed().as_millis();
        assert!(first.unwrap().acknowledged() && second.unwrap().acknowledged());
        assert!((least..most).contains(&took), "{in_order}: {took} ms");
    }
}

#[tokio::test]
async fn users_do_not_wait_for_each_other() {
    let slow = ok().set_delay(Duration::from_millis(500));
    let bench = Bench::answering(slow).await;
    let platform = &bench.platform;
    let other = platform.add_user(None, "Bo Example").unwrap();
    let started = Instant::now();
    let (first, second) = tokio::join!(platform.say(PSID, "a"), platform.say(&other, "b"));
    assert!(first.unwrap().acknowledged() && second.unwrap().acknowledged());
    assert!(started.elapsed() < Duration::from_millis(990));
}

#[tokio::test]
async fn every_app_of_the_page_gets_the_event_signed_with_its_own_secret() {
    let other = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(500))
        .mount(&other)
        .await;
    let bench = Bench::with(ok(), |config| {
        config.other_apps.push(OtherApp {
            app_id: "263902037430900".to_owned(),
            app_secret: "another secret".to_owned(),
            webhook_url: Some(other.uri()),
            subscribed_fields: vec!["messages".to_owned()],
            ..OtherApp::default()
        });
    })
    .await;
    let attempt = bench.platform.say(PSID, "hi").await.unwrap();
    assert!(attempt.acknowledged(), "the configured app counts");
    bench.platform.postback(PSID, "A", "B").await.unwrap();
    assert!(bench.platform.settled(LONG).await);
    assert_eq!(bench.received().await.len(), 2);
    let received = other.received_requests().await.unwrap();
    assert_eq!(received.len(), 1, "it is not subscribed to postbacks");
    assert!(is_signed(&received[0], "another secret"));
    let health = bench.platform.queue().health();
    let failing: Vec<_> = health
        .iter()
        .filter(|(_, health)| health.failing_since_ms.is_some())
        .map(|(app_id, _)| app_id.as_str())
        .collect();
    assert_eq!(failing, ["263902037430900"]);
}

#[tokio::test]
async fn apps_with_problems_are_all_told_at_once() {
    let twin = OtherApp {
        app_id: Config::default().app_id,
        webhook_url: Some("ftp://x".to_owned()),
        ..OtherApp::default()
    };
    let config = Config {
        other_apps: vec![twin],
        ..Config::default()
    };
    let problems = config.validate().unwrap_err().problems;
    assert_eq!(problems.len(), 3, "{problems:?}");
}

#[tokio::test]
async fn a_stop_leaves_nobody_waiting() {
    let slow = ok().set_delay(LONG);
    let bench = Bench::answering(slow).await;
    let platform = bench.platform.clone();
    let says: Vec<_> = ["a", "b"]
        .map(|text| {
            let platform = platform.clone();
            tokio::spawn(async move { platform.say(PSID, text).await })
        })
        .into();
    while platform.queue().list().len() < 2 {
        tokio::task::yield_now().await;
    }
    let stopped = tokio::time::timeout(Duration::from_secs(5), platform.stop());
    stopped.await.expect("the stop waits for no backend");
    for say in says {
        assert!(say.await.unwrap().is_err());
    }
    drop(Simulator::start(Config::default()).await.unwrap());
}

#[tokio::test]
async fn what_is_not_over_outlives_the_platform() {
    let bench = Bench::answering(ok()).await;
    bench.platform.clock().freeze();
    let waiting = queued(&bench, &["a", "late"]).await;
    let queue = bench.platform.queue();
    queue.delay(waiting[1].id, Duration::from_mins(1)).unwrap();
    let saved = serde_json::to_string(&queue.save()).unwrap();
    let now_ms = bench.platform.clock().now_ms();
    bench.platform.stop().await;

    let again = Simulator::start(bench.platform.config().clone())
        .await
        .unwrap();
    again.clock().freeze();
    again.clock().set(now_ms);
    let saved = serde_json::from_str(&saved).unwrap();
    again.queue().restore(saved).unwrap();
    assert!(again.settled(LONG).await);
    assert_eq!(arrived(&bench).await, ["a"]);
    again.advance(Duration::from_mins(2)).await;
    assert_eq!(arrived(&bench).await, ["a", "late"]);
    let received = bench.received().await;
    assert!(is_signed(&received[1], &again.config().app_secret));
    again.queue().clear();
    assert!(again.queue().list().is_empty());
    again.stop().await;
}
