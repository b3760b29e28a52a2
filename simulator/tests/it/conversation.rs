//! Rules of the conversation: the 24 hours, who is reached how, who controls it, under whose name.

use std::time::Duration;

use linklab_simulator::journal::What;
use linklab_simulator::world::Alias;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::backend::{Bench, PSID, answer, ok, refusal};

fn to(bench: &Bench, recipient: &Value, more: &Value) -> RequestBuilder {
    let mut body = json!({ "recipient": recipient, "message": { "text": "hi" } });
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    bench.post("/me/messages").json(&body)
}

fn user() -> Value {
    json!({ "id": PSID })
}

#[tokio::test]
async fn the_window_closes_after_24_hours_and_opens_with_the_next_word() {
    let bench = Bench::answering(ok()).await;
    let clock = bench.platform.clock();
    clock.freeze();
    bench.platform.say(PSID, "hi").await.unwrap();
    let bare = |more: Value| to(&bench, &user(), &more);
    let tagged = |tag: &str| bare(json!({ "messaging_type": "MESSAGE_TAG", "tag": tag }));
    clock.advance(Duration::from_hours(24));
    assert_eq!(answer(bare(json!({}))).await.0, 200);
    clock.advance(Duration::from_millis(1));
    let refused = refusal(bare(json!({}))).await;
    assert_eq!((refused.0, refused.1, refused.2), (400, 10, 2_018_278));
    assert!(
        refused
            .3
            .starts_with("(#10) This message is sent outside of allowed window.")
    );
    let seen = json!({ "recipient": user(), "sender_action": "mark_seen" });
    assert_eq!(answer(bench.post("/me/messages").json(&seen)).await.0, 200);
    assert_eq!(answer(tagged("ACCOUNT_UPDATE")).await.0, 200);
    assert_eq!(answer(tagged("human_agent")).await.0, 200);
    clock.advance(Duration::from_hours(24 * 6));
    assert_eq!(refusal(tagged("HUMAN_AGENT")).await.2, 2_018_278);
    assert_eq!(answer(tagged("CONFIRMED_EVENT_UPDATE")).await.0, 200);
    bench.platform.set_knob("window_enforced", "false").unwrap();
    assert_eq!(answer(bare(json!({}))).await.0, 200);
    bench.platform.set_knob("window_enforced", "true").unwrap();
    bench.platform.postback(PSID, "Help", "HELP").await.unwrap();
    assert_eq!(answer(bare(json!({}))).await.0, 200);
}

#[tokio::test]
async fn other_names_reach_the_user_and_a_consent_is_used_up() {
    let bench = Bench::answering(ok()).await;
    let give = |address| bench.platform.add_alias(PSID, address).unwrap();
    give(Alias::UserRef("guest-1".to_owned()));
    give(Alias::OneTimeNotifToken("once".to_owned()));
    let guest = answer(to(&bench, &json!({ "user_ref": "guest-1" }), &json!({}))).await;
    assert_eq!((guest.0, guest.1.get("recipient_id")), (200, None));
    assert!(guest.1["message_id"].is_string());

    bench.platform.clock().advance(Duration::from_hours(48));
    let once = || {
        to(
            &bench,
            &json!({ "one_time_notif_token": "once" }),
            &json!({}),
        )
    };
    let first = answer(once()).await;
    assert_eq!((first.0, &first.1["recipient_id"]), (200, &json!(PSID)));
    assert_eq!(refusal(once()).await.2, 2_018_001);
    let stranger = to(
        &bench,
        &json!({ "phone_number": "+15105551234", "name": {} }),
        &json!({}),
    );
    assert_eq!(refusal(stranger).await.2, 2_018_001);
    let nobody = bench.platform.add_alias("1", Alias::PostId("p".to_owned()));
    assert!(
        nobody
            .unwrap_err()
            .to_string()
            .contains("no user has the id 1")
    );
}

#[tokio::test]
async fn a_conversation_that_another_app_controls_is_closed_to_this_one() {
    let bench = Bench::answering(ok()).await;
    let other = "999000111222333";
    let call = |edge: &str, more: Value| {
        let mut body = json!({ "recipient": user() });
        for (name, value) in more.as_object().expect("an object") {
            body[name] = value.clone();
        }
        bench.post(&format!("/v2.6/me/{edge}")).json(&body)
    };
    let own = bench.platform.config().app_id.clone();
    let owner = || answer(bench.get("/me/thread_owner").query(&[("recipient", PSID)]));
    let of = |app_id: &str| json!({ "data": [{ "thread_owner": { "app_id": app_id } }] });
    let success = (200, json!({ "success": true }));
    assert_eq!(owner().await, (200, of(&own)));
    let pass = || {
        call(
            "pass_thread_control",
            json!({ "target_app_id": other, "metadata": "please" }),
        )
    };
    assert_eq!(answer(pass()).await, success);
    assert_eq!(owner().await.1, of(other));
    let closed = refusal(to(&bench, &user(), &json!({}))).await;
    assert_eq!((closed.1, closed.2), (10, 2_018_300));
    assert_eq!(refusal(pass()).await.2, 2_018_300);
    assert_eq!(
        answer(call("request_thread_control", json!({}))).await,
        success
    );
    assert_eq!(owner().await.1, of(other));
    assert_eq!(
        answer(call("take_thread_control", json!({}))).await,
        success
    );
    assert_eq!(answer(to(&bench, &user(), &json!({}))).await.0, 200);

    let missing = refusal(call("pass_thread_control", json!({}))).await.3;
    assert_eq!(missing, "(#100) The parameter target_app_id is required");
    let inbox = json!({ "data": [{ "id": "263902037430900", "name": "Page Inbox" }] });
    assert_eq!(
        answer(bench.get("/me/secondary_receivers")).await,
        (200, inbox)
    );

    bench
        .platform
        .set_knob("primary_receiver", "false")
        .unwrap();
    assert_eq!(
        refusal(bench.get("/me/secondary_receivers")).await.2,
        2_018_171
    );
    assert_eq!(
        refusal(call("take_thread_control", json!({}))).await.2,
        2_018_171
    );
    assert_eq!(refusal(to(&bench, &user(), &json!({}))).await.2, 2_018_300);
}

#[tokio::test]
async fn personas_are_made_listed_used_and_deleted() {
    let bench = Bench::answering(ok()).await;
    let make = |name: &str| {
        let body = json!({ "name": name, "profile_picture_url": "https://shop.example/p.png" });
        answer(bench.post("/me/personas").json(&body))
    };
    let mut ids = Vec::new();
    for name in ["Ada", "Bo", "Cy"] {
        ids.push(make(name).await.1["id"].as_str().expect("an id").to_owned());
    }
    let shown = |at: usize, name: &str| json!({ "name": name, "profile_picture_url": "https://shop.example/p.png", "id": ids[at] });
    let read = answer(bench.get(&format!("/v4.0/{}", ids[0]))).await;
    assert_eq!(read, (200, shown(0, "Ada")));
    let list = |query: &[(&str, &str)]| answer(bench.get("/me/personas").query(query));
    let page = list(&[("limit", "2")]).await.1;
    assert_eq!(page["data"], json!([shown(2, "Cy"), shown(1, "Bo")]));
    assert!(
        page["paging"]["next"]
            .as_str()
            .unwrap()
            .contains("/personas?limit=2&after=")
    );
    let after = page["paging"]["cursors"]["after"].as_str().unwrap();
    let rest = list(&[("limit", "2"), ("after", after)]).await.1;
    assert_eq!(rest["data"], json!([shown(0, "Ada")]));
    assert_eq!(rest["paging"].get("next"), None);

    let speak = || to(&bench, &user(), &json!({ "persona_id": ids[0] }));
    assert_eq!(answer(speak()).await.0, 200);
    let delete = || {
        bench
            .bare(Method::DELETE, &format!("/{}", ids[0]))
            .bearer_auth("PAGE_ACCESS_TOKEN")
    };
    assert_eq!(answer(delete()).await, (200, json!({ "success": true })));
    assert_eq!(refusal(delete()).await.2, 33);
    assert_eq!(refusal(speak()).await.1, 100);
}

#[tokio::test]
async fn what_passes_against_the_official_words_is_remarked_in_a_header_alone() {
    let bench = Bench::answering(ok()).await;
    let text_in_json = json!({ "recipient": user().to_string(), "message": "{\"text\": \"hi\"}" });
    let response = bench
        .post("/me/messages")
        .json(&text_in_json)
        .send()
        .await
        .unwrap();
    assert_eq!(response.status(), 200);
    let hint = response.headers()["x-linklab-hint"].to_str().unwrap();
    assert!(
        hint.contains("messaging_type is documented as required"),
        "{hint}"
    );
    assert!(
        hint.contains("recipient is JSON text inside a JSON body"),
        "{hint}"
    );
    let (entries, _) = bench
        .platform
        .journal()
        .since(linklab_simulator::journal::Cursor(0));
    assert!(
        matches!(&entries.last().unwrap().what, What::BotSaid { message, .. } if message["text"] == "hi")
    );
}
