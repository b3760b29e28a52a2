//! Events that follow from what the page does: echoes, receipts and handovers, for apps that ask for them.

use std::time::Duration;

use linklab_simulator::webhook::{Attachment, AttachmentKind, Happening, Message};
use linklab_simulator::{Config, OtherApp};
use serde_json::{Value, json};
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, Request};

use crate::backend::{Bench, PSID, answer, ok};

const LONG: Duration = Duration::from_secs(20);
const OTHER: &str = "263902037430901";

fn subscribed(config: &mut Config, fields: &[&str]) {
    config.subscribed_fields = fields.iter().map(|field| (*field).to_owned()).collect();
}

fn entries(requests: &[Request]) -> Vec<Value> {
    requests
        .iter()
        .map(|request| {
            let body: Value = serde_json::from_slice(&request.body).expect("a delivery is JSON");
            body["entry"][0].clone()
        })
        .collect()
}

async fn other_app() -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ok())
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn what_the_page_says_comes_back_as_an_echo_and_a_receipt() {
    let bench = Bench::with(ok(), |config| {
        subscribed(config, &["message_echoes", "message_deliveries"]);
    })
    .await;
    let message = json!({ "text": "hi", "metadata": "m", "quick_replies": [
        { "content_type": "text", "title": "A", "payload": "B" },
    ] });
    let body = json!({ "recipient": { "id": PSID }, "message": message });
    // The window is open: the user wrote before.
    bench.platform.say(PSID, "hello").await.unwrap_err();
    let (status, said) = answer(bench.post("/me/messages").json(&body)).await;
    assert_eq!(status, 200, "{said}");
    assert!(bench.platform.settled(LONG).await);
    let entries = entries(&bench.received().await);
    let page = &bench.platform.config().page_id;
    let (echo, receipt) = (&entries[0]["messaging"][0], &entries[1]["messaging"][0]);
    assert_eq!(
        (&echo["sender"]["id"], &echo["recipient"]["id"]),
        (&json!(page), &json!(PSID))
    );
    assert_eq!(
        echo["message"],
        json!({
            "mid": said["message_id"], "is_echo": true, "app_id": 1_517_776_481_860_111_u64,
            "metadata": "m", "text": "hi",
        })
    );
    assert_eq!(receipt["delivery"]["mids"], json!([said["message_id"]]));
    assert_eq!(receipt["sender"]["id"], PSID);
    assert!(receipt.get("timestamp").is_none());
}

#[tokio::test]
async fn whoever_does_not_ask_gets_no_echo() {
    let bench = Bench::answering(ok()).await;
    bench.platform.say(PSID, "hello").await.unwrap();
    let body = json!({ "recipient": { "id": PSID }, "message": { "text": "hi" } });
    assert_eq!(answer(bench.post("/me/messages").json(&body)).await.0, 200);
    assert!(bench.platform.settled(LONG).await);
    assert_eq!(bench.received().await.len(), 1);
}

#[tokio::test]
async fn users_read_react_and_send_pictures() {
    let bench = Bench::with(ok(), |config| {
        subscribed(config, &["messages", "message_reads"]);
    })
    .await;
    bench.platform.clock().freeze();
    let picture = Attachment::at(AttachmentKind::Image, "https://files.example/1.png");
    let message = Message::new("m_1").with_attachment(picture);
    let happening = Happening::Message(message);
    bench.platform.happen(PSID, happening).await.unwrap();
    bench.platform.read(PSID).await.unwrap();
    assert!(bench.platform.read("7").await.is_err());
    let entries = entries(&bench.received().await);
    let image = &entries[0]["messaging"][0]["message"]["attachments"][0];
    assert_eq!(image["payload"]["url"], "https://files.example/1.png");
    let watermark = bench.platform.clock().now_ms();
    assert_eq!(
        entries[1]["messaging"][0]["read"],
        json!({ "watermark": watermark })
    );
}

#[tokio::test]
async fn a_passed_conversation_goes_to_the_other_app_and_is_watched_by_the_first() {
    let other = other_app().await;
    let bench = Bench::with(ok(), |config| {
        subscribed(config, &["messages", "standby", "messaging_handovers"]);
        config.other_apps.push(OtherApp {
            app_id: OTHER.to_owned(),
            app_secret: "another secret".to_owned(),
            webhook_url: Some(other.uri()),
            subscribed_fields: ["messages", "messaging_handovers"]
                .map(str::to_owned)
                .to_vec(),
            ..OtherApp::default()
        });
    })
    .await;
    let pass = json!({ "recipient": { "id": PSID }, "target_app_id": OTHER, "metadata": "help" });
    let (status, passed) = answer(bench.post("/me/pass_thread_control").json(&pass)).await;
    assert_eq!(status, 200, "{passed}");
    assert!(bench.platform.settled(LONG).await);
    let app_id = bench.platform.config().app_id.clone();
    let told = entries(&other.received_requests().await.unwrap());
    assert_eq!(
        told[0]["messaging"][0]["pass_thread_control"],
        json!({ "previous_owner_app_id": app_id, "metadata": "help" })
    );
    assert!(bench.received().await.is_empty(), "the passing app knows");

    bench.platform.say(PSID, "hello").await.unwrap();
    assert!(bench.platform.settled(LONG).await);
    let own = entries(&bench.received().await);
    assert!(own[0].get("messaging").is_none());
    assert_eq!(own[0]["standby"][0]["message"]["text"], "hello");
    let told = entries(&other.received_requests().await.unwrap());
    assert_eq!(told[1]["messaging"][0]["message"]["text"], "hello");

    let take = json!({ "recipient": { "id": PSID }, "metadata": "mine" });
    assert_eq!(
        answer(bench.post("/me/take_thread_control").json(&take))
            .await
            .0,
        200
    );
    assert!(bench.platform.settled(LONG).await);
    let told = entries(&other.received_requests().await.unwrap());
    let taken = &told[2]["messaging"][0]["take_thread_control"];
    assert_eq!(
        *taken,
        json!({ "previous_owner_app_id": OTHER, "metadata": "mine" })
    );
}

#[tokio::test]
async fn while_the_page_inbox_is_primary_the_app_only_watches() {
    let bench = Bench::with(ok(), |config| subscribed(config, &["messages", "standby"])).await;
    bench
        .platform
        .set_knob("primary_receiver", "false")
        .unwrap();
    bench.platform.say(PSID, "hello").await.unwrap();
    let entries = entries(&bench.received().await);
    assert_eq!(entries[0]["standby"][0]["message"]["text"], "hello");
}
