//! Attachments: by address, by upload, by id.

use linklab_simulator::journal::What;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

use crate::backend::{Bench, PSID, answer, ok, refusal};

fn parts(
    call: RequestBuilder,
    texts: &[(&str, &Value)],
    media_type: &str,
    file: &[u8],
) -> RequestBuilder {
    let mut body = Vec::new();
    for (name, value) in texts {
        let head =
            format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(head.as_bytes());
    }
    let head = format!(
        "--cut\r\nContent-Disposition: form-data; name=\"filedata\"; filename=\"a.png\"\r\n\
         Content-Type: {media_type}\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--cut--\r\n");
    call.header(CONTENT_TYPE, "multipart/form-data; boundary=cut")
        .body(body)
}

fn image(payload: &Value) -> Value {
    json!({ "attachment": { "type": "image", "payload": payload } })
}

fn send(bench: &Bench, message: &Value) -> RequestBuilder {
    let body =
        json!({ "recipient": { "id": PSID }, "messaging_type": "RESPONSE", "message": message });
    bench.post("/me/messages").json(&body)
}

/// The address under which the last message shows its attachment.
fn shown(bench: &Bench) -> String {
    let (entries, _) = bench
        .platform
        .journal()
        .since(linklab_simulator::journal::Cursor(0));
    let said = entries.iter().rev().find_map(|entry| match &entry.what {
        What::BotSaid { message, .. } => Some(message.clone()),
        _ => None,
    });
    let said = said.expect("a message");
    said["attachment"]["payload"]["url"]
        .as_str()
        .expect("an address")
        .to_owned()
}

#[tokio::test]
async fn an_upload_is_kept_shown_and_sent_again_by_its_id() {
    let bench = Bench::answering(ok()).await;
    let message = image(&json!({ "is_reusable": true }));
    let call = parts(
        bench.post("/me/message_attachments"),
        &[("message", &message)],
        "image/png",
        b"\x89PNG",
    );
    let (status, body) = answer(call).await;
    let id = body["attachment_id"].as_str().expect("an id").to_owned();
    assert_eq!((status, body.as_object().unwrap().len()), (200, 1));

    let again = answer(send(&bench, &image(&json!({ "attachment_id": id })))).await;
    assert_eq!((again.0, again.1.get("attachment_id")), (200, None));
    let picture = Client::new().get(shown(&bench)).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/png");
    assert_eq!(&picture.bytes().await.unwrap()[..], b"\x89PNG");

    let media = |id: &str| {
        json!({ "attachment": { "type": "template", "payload": {
        "template_type": "media", "elements": [{ "media_type": "image", "attachment_id": id }]
    } } })
    };
    assert_eq!(answer(send(&bench, &media(&id))).await.0, 200);
    assert_eq!(refusal(send(&bench, &media("1"))).await.2, 2_018_074);
    let as_video = json!({ "attachment": { "type": "video", "payload": { "attachment_id": id } } });
    assert_eq!(refusal(send(&bench, &as_video)).await.2, 2_018_047);
    let foreign = image(&json!({ "attachment_id": "1" }));
    assert_eq!(refusal(send(&bench, &foreign)).await.2, 2_018_074);
}

#[tokio::test]
async fn a_message_may_carry_its_file_and_be_kept_under_way() {
    let bench = Bench::answering(ok()).await;
    let recipient = json!({ "id": PSID });
    let upload = |payload: &Value, media_type: &str| {
        let message = image(payload);
        let texts = [("recipient", &recipient), ("message", &message)];
        parts(bench.post("/me/messages"), &texts, media_type, b"bytes")
    };
    let (status, body) = answer(upload(&json!({}), "image/jpeg")).await;
    assert_eq!((status, body.get("attachment_id")), (200, None));
    let kept = answer(upload(&json!({ "is_reusable": true }), "image/jpeg"))
        .await
        .1;
    assert!(kept["attachment_id"].is_string() && kept["message_id"].is_string());
    assert_eq!(refusal(upload(&json!({}), "audio/mpeg")).await.2, 2_018_047);

    // A page of markup must not become a page of this platform.
    answer(upload(&json!({}), "image/svg+xml")).await;
    let picture = Client::new().get(shown(&bench)).send().await.unwrap();
    assert_eq!(
        picture.headers()["content-type"],
        "application/octet-stream"
    );
}

#[tokio::test]
async fn an_upload_above_25_mib_is_too_big_and_a_large_one_passes() {
    let bench = Bench::answering(ok()).await;
    let upload = |length: usize| {
        let message = json!({ "attachment": { "type": "file", "payload": {} } });
        let call = bench.post("/me/message_attachments");
        parts(
            call,
            &[("message", &message)],
            "application/pdf",
            &vec![b'x'; length],
        )
    };
    assert_eq!(answer(upload(3 << 20)).await.0, 200);
    let refused = refusal(upload((25 << 20) + 1)).await;
    assert_eq!((refused.1, refused.2), (100, 2_018_109));
}

#[tokio::test]
async fn an_address_is_fetched_when_the_knob_says_so() {
    let bench = Bench::answering(ok()).await;
    let picture = ResponseTemplate::new(200).set_body_raw(&b"png"[..], "image/png");
    Mock::given(method("GET"))
        .and(path("/a.png"))
        .respond_with(picture)
        .mount(&bench.backend)
        .await;
    let at = |file: &str| image(&json!({ "url": format!("{}/{file}", bench.backend.uri()) }));
    assert_eq!(answer(send(&bench, &at("b.png"))).await.0, 200);
    bench
        .platform
        .set_knob("attachments_fetched", "true")
        .unwrap();
    assert_eq!(answer(send(&bench, &at("a.png"))).await.0, 200);
    let gone = refusal(send(&bench, &at("b.png"))).await;
    assert_eq!((gone.1, gone.2), (100, 2_018_008));
    let url = format!("{}/a.png", bench.backend.uri());
    let film = json!({ "attachment": { "type": "video", "payload": { "url": url } } });
    assert_eq!(refusal(send(&bench, &film)).await.2, 2_018_047);
}

#[tokio::test]
async fn an_address_that_is_kept_leads_there() {
    let bench = Bench::answering(ok()).await;
    let message = image(&json!({ "url": "https://shop.example/a.png", "is_reusable": "true" }));
    let body = answer(
        bench
            .post("/me/message_attachments")
            .json(&json!({ "message": message })),
    )
    .await
    .1;
    let id = body["attachment_id"].clone();
    assert_eq!(
        answer(send(&bench, &image(&json!({ "attachment_id": id }))))
            .await
            .0,
        200
    );
    let client = Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let picture = client.get(shown(&bench)).send().await.unwrap();
    assert_eq!(picture.headers()["location"], "https://shop.example/a.png");
}
