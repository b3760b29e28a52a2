//! Several calls in one, and what tokens are good for.

use linklab_simulator::journal::What;
use linklab_simulator::webhook::sha256_hex;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::backend::{Bench, PSID, TOKEN, answer, ok, refusal};

fn batch(bench: &Bench, items: &Value) -> RequestBuilder {
    bench.bare(Method::POST, "/v2.6/").json(&json!({
        "access_token": TOKEN, "batch": items, "include_headers": false
    }))
}

fn message(text: &str) -> String {
    format!("recipient={{\"id\":\"{PSID}\"}}&message={{\"text\":\"{text}\"}}")
}

#[tokio::test]
async fn calls_are_done_in_order_and_answered_as_texts() {
    let bench = Bench::answering(ok()).await;
    let start = bench.platform.journal().end();
    let items = json!([
        { "method": "POST", "relative_url": "me/messages", "body": message("one") },
        { "method": "GET", "relative_url": format!("v3.0/{PSID}?fields=first_name") },
        { "method": "GET", "relative_url": "2" },
        { "method": "post", "relative_url": "me/messages", "body": message("two") },
    ]);
    let (status, answers) = answer(batch(&bench, &items)).await;
    let answers = answers.as_array().unwrap();
    assert_eq!((status, answers.len()), (200, 4));
    assert_eq!(answers[0].get("headers"), None);
    let body = |at: usize| -> Value {
        serde_json::from_str(answers[at]["body"].as_str().unwrap()).unwrap()
    };
    assert_eq!(
        (&answers[0]["code"], &body(0)["recipient_id"]),
        (&json!(200), &json!(PSID))
    );
    assert_eq!(body(1), json!({ "first_name": "Ada", "id": PSID }));
    assert_eq!(
        (&answers[2]["code"], &body(2)["error"]["error_subcode"]),
        (&json!(400), &json!(33))
    );

    let (entries, _) = bench.platform.journal().since(start);
    let said: Vec<_> = entries
        .iter()
        .filter_map(|entry| match &entry.what {
            What::BotSaid { message, .. } => message["text"].as_str(),
            _ => None,
        })
        .collect();
    assert_eq!(said, ["one", "two"]);
    let calls = entries.iter().filter_map(|entry| match &entry.what {
        What::GraphCall(call) => Some((call.endpoint.as_str(), entry.cause.is_some())),
        _ => None,
    });
    let expected = [
        ("messages", true),
        ("profile", true),
        ("profile", true),
        ("messages", true),
        ("batch", false),
    ];
    assert_eq!(calls.collect::<Vec<_>>(), expected);
}

#[tokio::test]
async fn a_call_may_take_values_from_an_earlier_one_and_depend_on_it() {
    let bench = Bench::answering(ok()).await;
    let persona = "name=Ada&profile_picture_url=https://shop.example/p.png";
    let items = json!([
        { "method": "POST", "relative_url": "me/personas", "body": persona, "name": "made" },
        { "method": "GET", "relative_url": "{result=made:$.id}", "depends_on": "made" },
        { "method": "GET", "relative_url": "2", "name": "failed" },
        { "method": "GET", "relative_url": "me", "depends_on": "failed" },
        { "method": "GET", "relative_url": "{result=nobody:$.id}" },
    ]);
    let answers = answer(batch(&bench, &items)).await.1;
    assert_eq!(answers[0], Value::Null);
    assert!(
        answers[1]["body"]
            .as_str()
            .unwrap()
            .contains("\"name\":\"Ada\"")
    );
    assert_eq!(answers[2]["code"], 400);
    assert_eq!(answers[3], Value::Null);
    assert_eq!(answers[4]["code"], 400);
}

#[tokio::test]
async fn headers_come_along_unless_they_are_declined() {
    let bench = Bench::answering(ok()).await;
    let items = json!([{ "method": "GET", "relative_url": "me" }]).to_string();
    let call = bench.post("/").form(&[("batch", items.as_str())]);
    let answers = answer(call).await.1;
    let headers = answers[0]["headers"].as_array().unwrap();
    let expected = json!({ "name": "Content-Type", "value": "application/json; charset=UTF-8" });
    assert!(headers.contains(&expected), "{headers:?}");
}

#[tokio::test]
async fn a_batch_is_bounded_and_holds_no_batch() {
    let bench = Bench::answering(ok()).await;
    let many = vec![json!({ "method": "GET", "relative_url": "me" }); 51];
    let many = refusal(batch(&bench, &json!(many))).await.3;
    assert_eq!(
        many,
        "(#100) Too many requests in batch message. Maximum batch size is 50"
    );
    let inner = json!([{ "method": "POST", "relative_url": "", "body": "batch=[]" }]);
    assert_eq!(
        refusal(batch(&bench, &inner)).await.3,
        "(#100) param batch[0][relative_url] must be non-empty."
    );
    let inner = json!([{ "method": "POST", "relative_url": "/", "body": "batch=[]" }]);
    assert_eq!(answer(batch(&bench, &inner)).await.1[0]["code"], 400);
    assert_eq!(
        refusal(batch(&bench, &json!([]))).await.3,
        "(#100) param batch must be non-empty."
    );
    let other = json!([{ "method": "GET", "relative_url": "me?access_token=EAABad" }]);
    assert_eq!(answer(batch(&bench, &other)).await.1[0]["code"], 400);
}

#[tokio::test]
async fn a_proof_can_be_demanded_and_batches_pass_theirs_on() {
    let bench = Bench::answering(ok()).await;
    bench
        .platform
        .set_knob("appsecret_proof_needed", "true")
        .unwrap();
    let message = "API calls from the server require an appsecret_proof argument".to_owned();
    assert_eq!(refusal(bench.get("/me")).await, (400, 100, 0, message));
    let proof = sha256_hex(&bench.platform.config().app_secret, TOKEN.as_bytes());
    let with = bench.get("/me").query(&[("appsecret_proof", &proof)]);
    assert_eq!(answer(with).await.0, 200);
    let items = json!([{ "method": "GET", "relative_url": "me" }]).to_string();
    let without = answer(bench.post("/").form(&[("batch", &items)])).await.1;
    assert_eq!(without[0]["code"], 400);
    let call = bench
        .post("/")
        .form(&[("batch", &items), ("appsecret_proof", &proof)]);
    assert_eq!(answer(call).await.1[0]["code"], 200);
}

#[tokio::test]
async fn tokens_are_told_apart() {
    let bench = Bench::answering(ok()).await;
    let config = bench.platform.config().clone();
    let app_token = format!("{}|{}", config.app_id, config.app_secret);
    let ask = |token: &str| {
        let call = bench.bare(Method::GET, "/v3.0/debug_token");
        call.query(&[("input_token", token), ("access_token", &app_token)])
    };
    let page = answer(ask(TOKEN)).await.1;
    assert_eq!(page["data"]["is_valid"], true);
    assert_eq!(page["data"]["type"], "PAGE");
    assert_eq!(page["data"]["profile_id"], config.page_id.as_str());
    assert_eq!(answer(ask(&app_token)).await.1["data"]["type"], "APP");
    let bad = answer(ask("EAABad")).await.1;
    assert_eq!(bad["data"]["is_valid"], false);
    assert_eq!(bad["data"]["error"]["code"], 190);

    let app = bench.bare(Method::GET, &format!("/{}", config.app_id));
    let app = answer(app.query(&[("access_token", &app_token)])).await.1;
    assert_eq!(
        (&app["name"], &app["id"]),
        (&json!(config.app_name), &json!(config.app_id))
    );
    let wrong = bench
        .bare(Method::GET, "/me")
        .query(&[("access_token", &app_token)]);
    let expected = "(#210) A page access token is required to request this resource.".to_owned();
    assert_eq!(refusal(wrong).await, (400, 210, 0, expected));
}
