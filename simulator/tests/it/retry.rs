//! Failing webhooks: retries, the alert, the cut, and the way out of it, all in platform time.

use std::time::Duration;

use linklab_simulator::journal::{Cursor, What};
use linklab_simulator::webhook::{Health, Retries, Stage};
use linklab_simulator::webview::{Landing, LandingResult};
use wiremock::matchers::method;
use wiremock::{Mock, ResponseTemplate};

use crate::backend::{BUTTON, Bench, PSID, ok};

/// A backend that fails so often and then acknowledges; the clock stands.
async fn failing(times: u64) -> Bench {
    let bench = Bench::answering(ok()).await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(500))
        .up_to_n_times(times)
        .with_priority(1)
        .mount(&bench.backend)
        .await;
    bench.platform.clock().freeze();
    bench
}

fn health(bench: &Bench) -> Health {
    bench.platform.queue().health()[0].1
}

fn notes(bench: &Bench, part: &str) -> usize {
    let (entries, _) = bench.platform.journal().since(Cursor::default());
    let notes = entries.iter().filter(|entry| match &entry.what {
        What::Note(text) => text.starts_with(part),
        _ => false,
    });
    notes.count()
}

#[tokio::test]
async fn a_failed_delivery_is_repeated_with_the_same_bytes_until_it_is_acknowledged() {
    let bench = failing(2).await;
    let attempt = bench.platform.say(PSID, "hi").await.unwrap();
    assert!(
        !attempt.acknowledged(),
        "the first attempt is what the caller sees"
    );
    assert!(health(&bench).failing_since_ms.is_some());
    let advanced = bench.platform.advance(Duration::from_mins(1)).await;
    assert!(advanced.settled);
    assert_eq!(advanced.fired.len(), 2, "{:?}", advanced.fired);
    let received = bench.received().await;
    assert_eq!(received.len(), 3);
    assert!(
        received
            .iter()
            .all(|request| request.body == received[0].body)
    );
    let delivery = &bench.platform.queue().list()[0];
    assert_eq!(delivery.stage, Stage::Acknowledged);
    let times: Vec<_> = delivery
        .tried
        .iter()
        .map(|tried| tried.at_ms - delivery.queued_ms)
        .collect();
    assert_eq!(times, [0, 1_000, 6_000]);
    assert_eq!(health(&bench), Health::default());
    assert!(
        bench.platform.clock().due().is_empty(),
        "the alarms are off"
    );
}

#[tokio::test]
async fn the_end_of_the_ladder_is_the_end() {
    let bench = failing(u64::MAX).await;
    bench.platform.set_knob("retries", "fast").unwrap();
    bench.platform.say(PSID, "hi").await.unwrap();
    bench.platform.advance(Duration::from_mins(5)).await;
    let delivery = &bench.platform.queue().list()[0];
    assert_eq!(delivery.stage, Stage::GivenUp);
    assert_eq!(delivery.tried.len(), Retries::Fast.ladder().len() + 1);
}

#[tokio::test]
async fn without_retries_one_attempt_is_all() {
    let bench = failing(1).await;
    bench.platform.set_knob("retries", "off").unwrap();
    bench.platform.say(PSID, "hi").await.unwrap();
    bench.platform.advance(Duration::from_mins(10)).await;
    assert_eq!(bench.received().await.len(), 1);
}

#[tokio::test]
async fn a_later_event_overtakes_one_that_waits_for_its_retry() {
    let bench = failing(1).await;
    bench.platform.say(PSID, "first").await.unwrap();
    assert!(
        bench
            .platform
            .say(PSID, "second")
            .await
            .unwrap()
            .acknowledged()
    );
    bench.platform.advance(Duration::from_secs(5)).await;
    let bodies: Vec<_> = bench
        .received()
        .await
        .iter()
        .map(|request| String::from_utf8_lossy(&request.body).contains("first"))
        .collect();
    assert_eq!(bodies, [true, false, true]);
}

#[tokio::test]
async fn an_hour_of_failing_alerts_then_cuts_off_and_somebody_must_enable_again() {
    for (patience, minutes) in [("current", 60), ("legacy", 480)] {
        let bench = failing(u64::MAX).await;
        let platform = &bench.platform;
        platform.set_knob("webhook_patience", patience).unwrap();
        platform.say(PSID, "lost").await.unwrap();
        platform.advance(Duration::from_mins(14)).await;
        assert_eq!(
            (
                health(&bench).alerted_ms,
                notes(&bench, "alert: the webhook of app")
            ),
            (None, 0)
        );
        platform.advance(Duration::from_mins(2)).await;
        assert!(health(&bench).alerted_ms.is_some());
        assert_eq!(notes(&bench, "alert: the webhook of app"), 1);
        platform.advance(Duration::from_mins(minutes - 17)).await;
        assert_eq!(health(&bench).disabled_ms, None, "{patience}");
        platform.advance(Duration::from_mins(2)).await;
        assert!(health(&bench).disabled_ms.is_some(), "{patience}");
        assert_eq!(platform.queue().list()[0].stage, Stage::GivenUp);

        let deaf = platform.say(PSID, "hi").await.unwrap_err().to_string();
        assert!(deaf.contains("subscribed_apps"), "{deaf}");
        bench.backend.reset().await;
        Mock::given(method("POST"))
            .respond_with(ok())
            .mount(&bench.backend)
            .await;
        let app_id = platform.config().app_id.clone();
        platform.queue().enable(&app_id).unwrap();
        assert!(platform.say(PSID, "again").await.unwrap().acknowledged());
        assert_eq!(health(&bench), Health::default());
        assert!(platform.queue().enable("5").is_err());
    }
}

#[tokio::test]
async fn a_linked_event_is_repeated_but_its_linking_stays_aborted() {
    for (knob, attempts) in [("true", 2), ("false", 1)] {
        let bench = failing(1).await;
        let platform = &bench.platform;
        platform.set_knob("retry_linked", knob).unwrap();
        let opening = platform.tap_log_in(PSID, BUTTON, None).unwrap();
        let url = format!("{}&authorization_code=c", opening.redirect_uri);
        let landed = platform.land(&opening, &url, Landing::Deliver).await;
        let aborted = LandingResult::Aborted("webhook answered 500".to_owned());
        assert_eq!(landed.result, aborted);
        platform.advance(Duration::from_mins(1)).await;
        assert_eq!(bench.received().await.len(), attempts, "{knob}");
        assert_eq!(platform.link_of(PSID), None);
    }
}

#[tokio::test]
async fn the_legacy_time_out_is_twenty_seconds() {
    let slow = ok().set_delay(Duration::from_millis(400));
    let bench = Bench::with(slow, |config| {
        config.ack_timeout = Duration::from_millis(100);
    })
    .await;
    assert!(!bench.platform.say(PSID, "a").await.unwrap().acknowledged());
    bench
        .platform
        .set_knob("webhook_patience", "legacy")
        .unwrap();
    assert!(bench.platform.say(PSID, "b").await.unwrap().acknowledged());
}
