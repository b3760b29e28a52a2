//! What a backend's Graph calls are answered, in every place where parameters may stand.

use linklab_simulator::journal::What;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::backend::{BUTTON, Bench, PSID, ok};

const TOKEN: &str = "PAGE_ACCESS_TOKEN";

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response: Response = request.send().await.expect("the platform answers");
    (
        response.status().as_u16(),
        response.json().await.expect("Graph answers JSON"),
    )
}

#[tokio::test]
async fn the_psid_is_told_for_a_fresh_token() {
    let bench = Bench::answering(ok()).await;
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let client = Client::new();
    let page_id = bench.platform.config().page_id.clone();
    for node in [
        "/me",
        "/me/",
        "/v2.6/me",
        "/v26.0/me/",
        &format!("/{page_id}"),
        &format!("/v5.0/{page_id}"),
    ] {
        let query = [
            ("access_token", TOKEN),
            ("fields", "recipient"),
            ("account_linking_token", &opening.account_linking_token),
        ];
        let (status, body) = answer(client.get(bench.url(node)).query(&query)).await;
        assert_eq!(
            (status, body),
            (200, json!({ "id": page_id, "recipient": PSID })),
            "{node}"
        );
    }
}

#[tokio::test]
async fn a_message_is_answered_and_appears_in_the_conversation() {
    let bench = Bench::answering(ok()).await;
    let journal = bench.platform.journal();
    let start = journal.end();
    let body = json!({ "recipient": { "id": PSID }, "message": { "text": "hi" } });
    let request = Client::new()
        .post(bench.url("/v2.6/me/messages"))
        .query(&[("access_token", TOKEN)])
        .json(&body);
    let (status, body) = answer(request).await;
    assert_eq!((status, &body["recipient_id"]), (200, &json!(PSID)));
    assert!(
        body["message_id"]
            .as_str()
            .is_some_and(|mid| mid.starts_with("m_"))
    );

    let (entries, dropped) = journal.since(start);
    assert_eq!((entries.len(), dropped), (2, 0));
    let What::GraphCall(call) = &entries[0].what else {
        panic!("{:?}", entries[0])
    };
    assert_eq!(
        (call.endpoint.as_str(), call.psid.as_deref(), call.status),
        ("messages", Some(PSID), 200)
    );
    assert_eq!(entries[1].cause, Some(entries[0].seq));
    assert!(
        matches!(&entries[1].what, What::BotSaid { psid, message } if psid == PSID && message["text"] == "hi")
    );
}
