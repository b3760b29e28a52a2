//! Unlinking by the user and by the backend.

use std::time::Duration;

use linklab_simulator::journal::What;
use linklab_simulator::webview::Landing;
use serde_json::json;

use crate::backend::{BUTTON, Bench, PSID, answer, ok, refusal};

async fn linked(bench: &Bench) {
    let opening = bench
        .platform
        .tap_log_in(PSID, BUTTON, None)
        .expect("the user is there");
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    bench.platform.land(&opening, &url, Landing::Deliver).await;
    assert!(bench.platform.link_of(PSID).is_some());
}

#[tokio::test]
async fn tapping_log_out_unlinks_and_tells_the_backend_each_time() {
    let bench = Bench::answering(ok()).await;
    linked(&bench).await;
    for _ in 0..2 {
        let attempt = bench.platform.tap_log_out(PSID).await.unwrap();
        assert!(attempt.acknowledged());
        assert_eq!(bench.platform.link_of(PSID), None);
        let body = String::from_utf8_lossy(&attempt.body).into_owned();
        let tail = r#""account_linking":{"status":"unlinked"}}]}]}"#;
        assert!(body.ends_with(tail), "{body}");
    }
    assert_eq!(bench.received().await.len(), 3);
}

#[tokio::test]
async fn the_call_unlinks_and_the_event_follows_on_its_own() {
    let bench = Bench::answering(ok()).await;
    linked(&bench).await;
    let journal = bench.platform.journal();
    let start = journal.end();
    let call = bench
        .post("/v2.6/me/unlink_accounts")
        .json(&json!({ "psid": PSID }));
    let expected = json!({ "result": "unlink account success" });
    assert_eq!(answer(call).await, (200, expected));
    assert_eq!(bench.platform.link_of(PSID), None);

    let within = Duration::from_secs(10);
    let delivered = journal
        .wait_for(
            start,
            within,
            |entry| matches!(&entry.what, What::Delivered { psids, .. } if psids == &[PSID]),
        )
        .await
        .expect("the unlinked event is delivered");
    let cause = delivered.cause.expect("the call is its cause");
    let (entries, _) = journal.since(start);
    let call = entries.iter().find(|entry| entry.seq == cause).unwrap();
    assert!(
        matches!(&call.what, What::GraphCall(call) if call.endpoint == "unlink_accounts" && call.psid.as_deref() == Some(PSID))
    );
}

#[tokio::test]
async fn the_knob_turns_the_event_off() {
    let bench = Bench::with(ok(), |config| config.unlinked_event_after_api = false).await;
    linked(&bench).await;
    let (status, _) = answer(bench.post("/me/unlink_accounts").form(&[("psid", PSID)])).await;
    assert_eq!((status, bench.platform.link_of(PSID)), (200, None));
    // An event of the call would be under way by now and arrive within this whole round trip.
    bench.platform.say(PSID, "hi").await.unwrap();
    let received = bench.received().await;
    let unlinked = |body: &[u8]| String::from_utf8_lossy(body).contains("unlinked");
    assert!(!received.iter().any(|request| unlinked(&request.body)));
}

#[tokio::test]
async fn the_psid_may_stand_in_json_form_or_query_and_unlinking_twice_succeeds() {
    let bench = Bench::answering(ok()).await;
    let edge = "/v2.6/me/unlink_accounts";
    let with_page = format!("/{}/unlink_accounts/", bench.platform.config().page_id);
    for call in [
        bench.post(edge).json(&json!({ "psid": PSID })),
        bench.post(edge).form(&[("psid", PSID)]),
        bench.post(edge).query(&[("psid", PSID)]),
        bench.post(&with_page).json(&json!({ "psid": PSID })),
    ] {
        assert_eq!(answer(call).await.0, 200);
    }
}

#[tokio::test]
async fn a_psid_that_is_missing_empty_or_unknown_is_refused() {
    let bench = Bench::answering(ok()).await;
    let edge = "/me/unlink_accounts";
    let parameter = |text: &str| (400, 100, 0, format!("(#100) {text}"));
    let missing = parameter("The parameter psid is required");
    assert_eq!(refusal(bench.post(edge)).await, missing);
    let empty = parameter("param psid must be non-empty.");
    let call = bench.post(edge).json(&json!({ "psid": "" }));
    assert_eq!(refusal(call).await, empty);
    let call = bench.post(edge).json(&json!({ "psid": "1" }));
    let unknown = (
        400,
        100,
        2_018_001,
        "(#100) No matching user found".to_owned(),
    );
    assert_eq!(refusal(call).await, unknown);
}
