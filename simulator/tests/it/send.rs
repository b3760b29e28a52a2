//! What the Send API takes, and the sentence for everything that it does not take.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use linklab_simulator::journal::What;
use serde_json::{Value, json};

use crate::backend::{Bench, PSID, answer, ok, refusal};

fn message(message: &Value) -> Value {
    json!({ "recipient": { "id": PSID }, "messaging_type": "RESPONSE", "message": message })
}

fn buttons(buttons: &Value) -> Value {
    template(&json!({ "template_type": "button", "text": "Please log in", "buttons": buttons }))
}

fn template(payload: &Value) -> Value {
    message(&json!({ "attachment": { "type": "template", "payload": payload } }))
}

fn card(element: &Value) -> Value {
    template(&json!({ "template_type": "generic", "elements": [element] }))
}

#[tokio::test]
async fn a_message_is_answered_and_appears_in_the_conversation() {
    let bench = Bench::answering(ok()).await;
    let journal = bench.platform.journal();
    let start = journal.end();
    let call = bench.post("/v2.6/me/messages");
    let (status, body) = answer(call.json(&message(&json!({ "text": "hi" })))).await;
    assert_eq!((status, &body["recipient_id"]), (200, &json!(PSID)));
    let mid = body["message_id"].as_str();
    assert!(mid.is_some_and(|mid| mid.starts_with("m_")));

    let (entries, dropped) = journal.since(start);
    assert_eq!((entries.len(), dropped), (2, 0));
    let What::GraphCall(call) = &entries[0].what else {
        panic!("{entries:?}")
    };
    let told = (call.endpoint.as_str(), call.psid.as_deref(), call.status);
    assert_eq!(told, ("messages", Some(PSID), 200));
    assert_eq!(entries[1].cause, Some(entries[0].seq));
    assert!(
        matches!(&entries[1].what, What::BotSaid { psid, message } if psid == PSID && message["text"] == "hi")
    );
}

#[tokio::test]
async fn a_form_may_hold_json_in_either_quotes() {
    let bench = Bench::answering(ok()).await;
    for quoted in [
        format!(r#"{{"id":"{PSID}"}}"#),
        format!("{{'id':'{PSID}'}}"),
    ] {
        let form = [
            ("recipient", quoted.as_str()),
            ("message", r#"{"text":"hi"}"#),
        ];
        assert_eq!(answer(bench.post("/me/messages").form(&form)).await.0, 200);
        assert_eq!(answer(bench.post("/me/messages").query(&form)).await.0, 200);
    }
}

#[tokio::test]
async fn sender_actions_are_answered_without_a_message_id_and_say_nothing() {
    let bench = Bench::answering(ok()).await;
    let journal = bench.platform.journal();
    let start = journal.end();
    for action in ["typing_on", "TYPING_OFF", "mark_seen"] {
        let body = json!({ "recipient": { "id": PSID }, "sender_action": action });
        let expected = json!({ "recipient_id": PSID });
        let call = bench.post("/me/messages").json(&body);
        assert_eq!(answer(call).await, (200, expected));
    }
    let (entries, _) = journal.since(start);
    assert_eq!(entries.len(), 3);
}

#[tokio::test]
async fn everything_that_linking_bots_send_is_taken() {
    let bench = Bench::answering(ok()).await;
    let link = json!({ "type": "account_link", "url": "https://shop.example/authorize?a=1" });
    let unlink = json!({ "type": "account_unlink" });
    for body in [
        buttons(&json!([link, unlink])),
        buttons(&json!([{ "type": "account_link", "url": "http://127.0.0.1:8080/authorize" }])),
        buttons(&json!([{ "type": "account_link", "url": "http://localhost/authorize" }])),
        buttons(&json!([
            { "type": "web_url", "title": "Shop", "url": "http://shop.example" },
            { "type": "postback", "title": "Help", "payload": "HELP" },
            { "type": "phone_number", "title": "Call", "payload": "+15105551234" },
        ])),
        card(&json!({ "title": "Welcome", "subtitle": "…", "buttons": [link] })),
        card(
            &json!({ "title": "Welcome", "image_url": "https://shop.example/a.png",
            "default_action": { "type": "web_url", "url": "https://shop.example" } }),
        ),
        message(&json!({ "text": "?", "metadata": "m", "quick_replies": [
            { "content_type": "text", "title": "Yes", "payload": "YES" },
            { "content_type": "text", "title": "No", "payload": 0 },
            { "content_type": "user_email" },
        ] })),
        message(
            &json!({ "attachment": { "type": "IMAGE", "payload": { "url": "https://x.example/a.png" } } }),
        ),
        message(
            &json!({ "attachment": { "type": "audio", "payload": { "url": "http://x.example/a.mp3", "is_reusable": true } } }),
        ),
        json!({ "recipient": { "id": PSID }, "message": { "text": "a" }, "reply_to": { "mid": "m_1" },
            "notification_type": "SILENT_PUSH", "messaging_type": "message_tag", "tag": "HUMAN_AGENT" }),
        json!({ "recipient": { "id": PSID }, "sender_action": "react",
            "payload": { "message_id": "m_1", "reaction": "love" } }),
        json!({ "recipient": { "id": PSID }, "sender_action": "unreact", "payload": { "message_id": "m_1" } }),
        message(&json!({ "text": "é".repeat(2_000) })),
        json!({ "recipient": { "id": PSID }, "message": { "text": "no type" }, "tag": "X", "unknown": 1 }),
    ] {
        let call = bench.post("/me/messages").json(&body);
        let (status, answer) = answer(call).await;
        assert_eq!(status, 200, "{body}: {answer}");
    }
}

#[tokio::test]
async fn every_template_is_taken() {
    let bench = Bench::answering(ok()).await;
    let airport = |code: &str| json!({ "airport_code": code, "city": "Paris", "terminal": "T4", "gate": "G8" });
    let flight = json!({
        "flight_number": "KL123", "departure_airport": airport("CDG"), "arrival_airport": airport("AMS"),
        "flight_schedule": { "boarding_time": "2016-01-05T15:05", "departure_time": "2016-01-05T15:45" },
    });
    let mut leg = flight.clone();
    for (key, value) in [
        ("connection_id", "c001"),
        ("segment_id", "s001"),
        ("travel_class", "business"),
    ] {
        leg[key] = json!(value);
    }
    let post = json!({ "type": "postback", "title": "A", "payload": "A" });
    let questions = json!([{ "id": "q", "type": "csat", "title": "How was it?", "follow_up": { "type": "free_form" } }]);
    for payload in [
        json!({ "template_type": "button", "text": "a", "buttons": [post], "sharable": true }),
        json!({ "template_type": "generic", "image_aspect_ratio": "square", "elements": [{ "title": "a", "buttons": [post] }] }),
        json!({ "template_type": "media", "elements": [
            { "media_type": "video", "url": "https://www.facebook.com/page/videos/1/", "buttons": [post] },
        ] }),
        json!({ "template_type": "list", "top_element_style": "compact", "buttons": [post], "elements": [
            { "title": "a", "subtitle": "b", "default_action": { "type": "web_url", "url": "https://x.example" } },
            { "title": "c", "image_url": "https://x.example/a.png" },
        ] }),
        json!({ "template_type": "receipt", "recipient_name": "Ada", "order_number": "1", "currency": "USD",
            "payment_method": "Visa 2345", "timestamp": "1428444852", "order_url": "http://x.example/1",
            "address": { "street_1": "1 Road", "street_2": "", "city": "Menlo Park", "postal_code": "94025",
                "state": "CA", "country": "US" },
            "summary": { "subtotal": 75.0, "shipping_cost": 4.95, "total_tax": 6.19, "total_cost": 56.14 },
            "adjustments": [{ "name": "Discount", "amount": 20 }],
            "elements": [{ "title": "Shirt", "price": 50, "quantity": 2, "image_url": "https://x.example/a.png" }] }),
        json!({ "template_type": "product", "elements": [{ "id": "1" }, { "id": 2 }] }),
        json!({ "template_type": "coupon", "title": "10% off", "coupon_code": "10OFF" }),
        json!({ "template_type": "customer_feedback", "title": "Rate us", "subtitle": "please", "button_title": "Rate",
            "feedback_screens": [{ "questions": questions }],
            "business_privacy": { "url": "https://x.example/privacy" }, "expires_in_days": 3 }),
        json!({ "template_type": "one_time_notif_req", "title": "When it is back", "payload": "BACK" }),
        json!({ "template_type": "notification_messages", "title": "News", "payload": "NEWS" }),
        json!({ "template_type": "airline_boardingpass", "intro_message": "You are checked in", "locale": "en_US",
            "boarding_pass": [{ "passenger_name": "ADA", "pnr_number": "CG4X7U", "seat": "74J",
                "auxiliary_fields": [{ "label": "Terminal", "value": "T1" }],
                "logo_image_url": "https://x.example/l.png", "above_bar_code_image_url": "https://x.example/b.png",
                "qr_code": "M1", "flight_info": flight }] }),
        json!({ "template_type": "airline_checkin", "intro_message": "Check in", "locale": "en_US",
            "flight_info": [flight], "checkin_url": "https://x.example/checkin" }),
        json!({ "template_type": "airline_itinerary", "intro_message": "Your plan", "locale": "en_US",
            "pnr_number": "ABCDEF", "passenger_info": [{ "passenger_id": "p001", "name": "Ada" }],
            "flight_info": [leg], "passenger_segment_info": [
                { "segment_id": "s001", "passenger_id": "p001", "seat": "12A", "seat_type": "Business" },
            ], "price_info": [{ "title": "Fuel", "amount": "1597", "currency": "USD" }],
            "base_price": "12206", "tax": "200", "total_price": "14003", "currency": "USD" }),
        json!({ "template_type": "airline_update", "intro_message": "Delayed", "update_type": "delay",
            "locale": "en_US", "pnr_number": "CF23G2", "update_flight_info": flight }),
    ] {
        let call = bench.post("/me/messages").json(&template(&payload));
        let (status, answer) = answer(call).await;
        assert_eq!(status, 200, "{payload}: {answer}");
    }
}

#[tokio::test]
async fn every_refusal_names_the_place_and_says_nothing_to_the_user() {
    let bench = Bench::answering(ok()).await;
    let journal = bench.platform.journal();
    let start = journal.end();
    let post = json!({ "type": "postback", "title": "A", "payload": "A" });
    let link = |url: &str| buttons(&json!([{ "type": "account_link", "url": url }]));
    let reply = |title: &str| json!({ "content_type": "text", "title": title, "payload": "P" });
    let long_title = "a title of 21 letters";
    let cases = [
        json!({ "message": { "text": "hi" } }),
        json!({ "recipient": "x", "message": { "text": "hi" } }),
        json!({ "recipient": {}, "message": { "text": "hi" } }),
        json!({ "recipient": { "id": "" }, "message": { "text": "hi" } }),
        json!({ "recipient": { "id": { "id": PSID } }, "message": { "text": "hi" } }),
        json!({ "recipient": { "id": "1" }, "message": { "text": "hi" } }),
        json!({ "recipient": { "user_ref": "1" }, "message": { "text": "hi" } }),
        json!({ "recipient": { "psid": PSID }, "message": { "text": "hi" } }),
        json!({ "recipient": { "id": PSID } }),
        json!({ "recipient": { "id": PSID }, "message": { "text": "a" }, "sender_action": "typing_on" }),
        json!({ "recipient": { "id": PSID }, "sender_action": "dance" }),
        json!({ "recipient": { "id": PSID }, "messaging_type": "X", "message": { "text": "a" } }),
        json!({ "recipient": { "id": PSID }, "messaging_type": "MESSAGE_TAG", "message": { "text": "a" } }),
        json!({ "recipient": { "id": PSID }, "messaging_type": "MESSAGE_TAG", "tag": "X", "message": { "text": "a" } }),
        json!({ "recipient": { "id": PSID }, "notification_type": "LOUD", "message": { "text": "a" } }),
        json!({ "recipient": { "id": PSID }, "persona_id": "1", "message": { "text": "a" } }),
        json!({ "recipient": { "id": PSID }, "reply_to": {}, "message": { "text": "a" } }),
        json!({ "recipient": { "id": PSID }, "sender_action": "react" }),
        json!({ "recipient": { "id": PSID }, "sender_action": "react", "payload": { "message_id": "m_1" } }),
        message(&json!("hi")),
        message(&json!({ "metadata": "m" })),
        message(&json!({ "text": "" })),
        message(&json!({ "text": 7 })),
        message(&json!({ "text": "a", "attachment": {} })),
        message(&json!({ "text": "a", "reply_to": { "mid": "m" } })),
        message(&json!({ "text": "a".repeat(2_001) })),
        message(&json!({ "text": "a", "quick_replies": [] })),
        message(&json!({ "text": "a", "quick_replies": vec![reply("a"); 14] })),
        message(&json!({ "text": "a", "quick_replies": [reply("a"), reply(long_title)] })),
        message(&json!({ "text": "a", "quick_replies": [{ "content_type": "location" }] })),
        message(
            &json!({ "attachment": { "type": "image", "payload": { "address": "https://x.example/a.png" } } }),
        ),
        message(&json!({ "attachment": { "type": "image", "payload": { "is_reusable": true } } })),
        message(&json!({ "attachment": { "type": "image", "payload": { "url": "a.png" } } })),
        message(&json!({ "attachment": { "type": "picture", "payload": {} } })),
        message(&json!({ "attachment": { "type": "template" } })),
        template(&json!({ "template_type": "receipt" })),
        template(&json!({ "template_type": "receipts" })),
        template(&json!({ "template_type": "media", "elements": [{ "media_type": "image" }] })),
        template(
            &json!({ "template_type": "media", "elements": [{ "media_type": "image", "url": "https://x.example/a.png" }] }),
        ),
        template(
            &json!({ "template_type": "list", "elements": [{ "title": "a", "subtitle": "b" }] }),
        ),
        template(&json!({ "template_type": "coupon", "title": "a" })),
        template(
            &json!({ "template_type": "airline_update", "update_type": "late", "locale": "en_US" }),
        ),
        template(&json!({ "text": "a" })),
        buttons(&json!([])),
        buttons(&json!("a")),
        buttons(&json!([post, post, post, post])),
        buttons(&json!([{ "type": "login" }])),
        buttons(&json!([{ "type": "postback", "title": long_title, "payload": "A" }])),
        buttons(&json!([{ "type": "postback", "title": "A" }])),
        buttons(&json!([{ "type": "account_link" }])),
        buttons(
            &json!([{ "type": "account_link", "url": "https://x.example", "title": "Log in" }]),
        ),
        buttons(&json!([{ "type": "account_unlink", "title": "Log out" }])),
        link("http://shop.example/authorize"),
        link("http://localhost.example/authorize"),
        link("/authorize"),
        link(""),
        template(&json!({ "template_type": "button", "text": "a".repeat(641), "buttons": [post] })),
        template(
            &json!({ "template_type": "generic", "elements": vec![json!({ "title": "a", "subtitle": "b" }); 11] }),
        ),
        card(&json!({ "title": "alone" })),
        card(&json!({ "subtitle": "no title" })),
        card(&json!({ "title": "a".repeat(81), "subtitle": "b" })),
        card(&json!({ "title": "a", "buttons": [{ "type": "account_link", "url": "x" }] })),
    ];
    let mut read = String::new();
    for case in cases {
        let call = bench.post("/me/messages").json(&case);
        let (status, code, subcode, message) = refusal(call).await;
        assert_eq!((status, code), (400, 100), "{case}");
        let shown: String = case.to_string().chars().take(150).collect();
        writeln!(read, "{shown}\n    {subcode} {message}").expect("a String takes every write");
    }
    insta::assert_snapshot!(read);
    let (entries, _) = journal.since(start);
    let spoke = |what: &What| matches!(what, What::BotSaid { .. });
    assert!(!entries.iter().any(|entry| spoke(&entry.what)));
}

#[tokio::test]
async fn held_sends_hang_for_one_user_until_the_guard_drops() {
    let bench = Bench::answering(ok()).await;
    let other = bench.platform.add_user(None, "Bo Example").unwrap();
    let guard = bench.platform.hold_sends_to(PSID, Duration::from_mins(1));
    let free = json!({ "recipient": { "id": other }, "message": { "text": "hi" } });
    assert_eq!(answer(bench.post("/me/messages").json(&free)).await.0, 200);

    let held = bench
        .post("/me/messages")
        .json(&message(&json!({ "text": "hi" })));
    let held = tokio::spawn(answer(held));
    assert_eq!(answer(bench.get("/me")).await.0, 200);
    assert!(!held.is_finished());
    drop(guard);
    assert_eq!(held.await.unwrap().0, 200);

    let limit = Duration::from_millis(50);
    let _guard = bench.platform.hold_sends_to(PSID, limit);
    let started = Instant::now();
    let held = bench
        .post("/me/messages")
        .json(&message(&json!({ "text": "hi" })));
    assert_eq!(answer(held).await.0, 200);
    assert!(started.elapsed() >= limit);
    assert!(bench.platform.own_time() < started.elapsed() + limit);
}

#[tokio::test]
async fn a_held_message_is_sent_even_if_its_caller_gives_up() {
    let bench = Bench::answering(ok()).await;
    let guard = bench.platform.hold_sends_to(PSID, Duration::from_mins(1));
    let start = bench.platform.journal().end();
    let call = bench
        .post("/me/messages")
        .json(&message(&json!({ "text": "late" })))
        .timeout(Duration::from_millis(200));
    assert!(call.send().await.unwrap_err().is_timeout());
    assert!(bench.platform.journal().since(start).0.is_empty());
    drop(guard);
    let said = bench
        .platform
        .journal()
        .wait_for(start, Duration::from_secs(10), |entry| {
            matches!(&entry.what, What::BotSaid { message, .. } if message["text"] == "late")
        })
        .await;
    assert!(said.is_some());
}

#[tokio::test]
async fn stopping_ends_what_is_held() {
    let bench = Bench::answering(ok()).await;
    let _guard = bench.platform.hold_sends_to(PSID, Duration::from_mins(1));
    let held = bench
        .post("/me/messages")
        .json(&message(&json!({ "text": "hi" })));
    let held = tokio::spawn(held.send());
    assert_eq!(answer(bench.get("/me")).await.0, 200);
    let stopped = tokio::time::timeout(Duration::from_secs(10), bench.platform.stop()).await;
    assert!(stopped.is_ok());
    let _ = held.await;
}
