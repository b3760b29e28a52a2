//! The webhook over real sockets: handshake, signatures, batches, redelivery, order.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::time;
use wiremock::{Mock, ResponseTemplate, matchers::path};

use crate::{
    backend::{NOON, Running, VERIFY_TOKEN, start, start_with},
    person::Person,
    platform::{code_in, item, linked, linking_page, notification, said, sign, unlinked},
};

async fn code_for(backend: &Running, username: &str, token: &str) -> String {
    code_in(
        &Person::new(backend)
            .link(username, &linking_page(token))
            .await,
    )
}

async fn shake(backend: &Running, query: &str) -> (u16, String, String) {
    let answer = reqwest::get(backend.url(&format!("/webhook?{query}")))
        .await
        .unwrap();
    let kind = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    (answer.status().as_u16(), kind, answer.text().await.unwrap())
}

#[tokio::test]
async fn the_handshake_echoes_the_challenge_as_plain_text() {
    let backend = start().await;
    let query = format!(
        "hub.challenge=%3Cb%3E1158201444%3C%2Fb%3E&hub.verify_token={VERIFY_TOKEN}&hub.mode=subscribe"
    );
    let (status, kind, body) = shake(&backend, &query).await;
    assert_eq!(
        (status, kind.as_str(), body.as_str()),
        (200, "text/plain; charset=utf-8", "<b>1158201444</b>")
    );
}

#[tokio::test]
async fn a_handshake_that_is_not_the_platforms_is_refused() {
    let backend = start().await;
    for query in [
        "",
        "hub.mode=subscribe&hub.challenge=c4",
        "hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=c4",
        "hub.mode=unsubscribe&hub.verify_token=verify-me&hub.challenge=c4",
        "hub.mode=subscribe&hub.verify_token=verify-me",
        "hub.mode=subscribe&hub.verify_token=verify-me&hub.verify_token=verify-me&hub.challenge=c4",
        "hub.mode=subscribe&hub.verify_token=wrong&hub.verify_token=verify-me&hub.challenge=c4",
    ] {
        let (status, _, body) = shake(&backend, query).await;
        assert_eq!(status, 403, "{query}");
        assert!(!body.contains("c4"));
    }
}

#[tokio::test]
async fn only_signed_events_have_an_effect() {
    let backend = start().await;
    let code = code_for(&backend, "ann", "T1").await;
    let body = notification(&[linked("7", &code, NOON)]).into_bytes();
    let good = sign(&body);
    let upper = good.to_uppercase().replace("SHA256", "sha256");
    let other_bytes = sign(b"{}");
    for headers in [
        [("x-unsigned", "")],
        [("x-hub-signature-256", "")],
        [("x-hub-signature-256", "sha256=")],
        [("x-hub-signature-256", &good[..40])],
        [("x-hub-signature-256", &other_bytes)],
        [("x-hub-signature", &good)],
    ] {
        assert_eq!(
            backend.post(body.clone(), &headers).await,
            403,
            "{headers:?}"
        );
    }
    assert_eq!(backend.name_behind("7").await, None);
    assert_eq!(
        backend.post(body, &[("x-hub-signature-256", &upper)]).await,
        200
    );
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Ann"));
    let unlinking = notification(&[unlinked("7", NOON)]).into_bytes();
    assert_eq!(backend.post(unlinking, &[("x-unsigned", "")]).await, 403);
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Ann"));
}

#[tokio::test]
async fn one_batch_links_everybody_in_it() {
    let backend = start().await;
    let mut items = vec![item("9", NOON, json!({ "nobody_knows": {} })), json!(7)];
    for number in 0..6 {
        let username = if number % 2 == 0 {
            "ann"
        } else {
            "bob@coffee.test"
        };
        let code = code_for(&backend, username, &format!("T{number}")).await;
        items.push(linked(&format!("7{number}"), &code, NOON));
    }
    assert_eq!(backend.deliver(&items).await, 200);
    for number in 0..6 {
        let expected = if number % 2 == 0 { "Ann" } else { "Bob" };
        assert_eq!(
            backend.name_behind(&format!("7{number}")).await.as_deref(),
            Some(expected)
        );
    }
}

#[tokio::test]
async fn the_same_event_on_eight_connections_links_and_greets_once() {
    let mut backend = start().await;
    let code = code_for(&backend, "ann", "T1").await;
    let event = [linked("7", &code, NOON)];
    let statuses = futures_util::future::join_all((0..8).map(|_| backend.deliver(&event))).await;
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!(backend.deliver(&event).await, 200);
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Ann"));
    backend.stop().await;
    assert_eq!(backend.messages_so_far("7").await.len(), 1);
}

#[tokio::test]
async fn a_used_code_is_refused_for_anybody_else() {
    let backend = start().await;
    let code = code_for(&backend, "ann", "T1").await;
    backend.deliver(&[linked("7", &code, NOON)]).await;
    assert_eq!(backend.deliver(&[linked("8", &code, NOON)]).await, 200);
    assert_eq!(backend.name_behind("8").await, None);
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Ann"));
}

#[tokio::test]
async fn codes_that_were_never_issued_link_and_greet_nobody() {
    let mut backend = start().await;
    let code = code_for(&backend, "ann", "T1").await;
    let swapped: String = code
        .chars()
        .map(|c| {
            if c.is_lowercase() {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect();
    for bad in [
        json!("unknown"),
        json!(code[..10]),
        json!(swapped),
        json!(""),
        json!(null),
        json!(7),
        json!([code]),
        json!({}),
    ] {
        let event = item(
            "7",
            NOON,
            json!({ "account_linking": { "status": "linked", "authorization_code": bad } }),
        );
        assert_eq!(backend.deliver(&[event]).await, 200, "{bad}");
    }
    assert_eq!(backend.name_behind("7").await, None);
    backend.stop().await;
    assert_eq!(backend.messages_so_far("7").await.len(), 0);
}

#[tokio::test]
async fn event_time_decides_not_arrival() {
    let backend = start().await;
    let code = code_for(&backend, "ann", "T1").await;
    backend.deliver(&[unlinked("7", NOON + 2000)]).await;
    backend.deliver(&[linked("7", &code, NOON + 1000)]).await;
    assert_eq!(backend.name_behind("7").await, None);

    let code = code_for(&backend, "ann", "T2").await;
    backend.deliver(&[linked("8", &code, NOON + 2000)]).await;
    backend.deliver(&[unlinked("8", NOON + 1000)]).await;
    assert_eq!(backend.name_behind("8").await.as_deref(), Some("Ann"));
}

#[tokio::test]
async fn an_old_event_replayed_after_unlinking_stays_without_effect() {
    let backend = start().await;
    let code = code_for(&backend, "ann", "T1").await;
    let old = [linked("7", &code, NOON)];
    backend.deliver(&old).await;
    backend.deliver(&[unlinked("7", NOON + 1000)]).await;
    assert_eq!(backend.deliver(&old).await, 200);
    assert_eq!(backend.name_behind("7").await, None);
    let code = code_for(&backend, "ann", "T2").await;
    backend.deliver(&[linked("7", &code, NOON + 2000)]).await;
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Ann"));
}

#[tokio::test]
async fn a_person_who_links_again_has_the_new_account_only() {
    let backend = start().await;
    for (token, username, name, time) in [
        ("T1", "ann", "Ann", NOON),
        ("T2", "bob@coffee.test", "Bob", NOON + 1000),
    ] {
        let code = code_for(&backend, username, token).await;
        backend.deliver(&[linked("7", &code, time)]).await;
        assert_eq!(backend.name_behind("7").await.as_deref(), Some(name));
    }
}

#[tokio::test]
async fn a_slow_platform_never_delays_the_acknowledgement() {
    let backend = start().await;
    let slow = ResponseTemplate::new(200)
        .set_delay(Duration::from_secs(5))
        .set_body_json(json!({ "message_id": "m" }));
    Mock::given(path("/me/messages"))
        .respond_with(slow)
        .with_priority(1)
        .mount(&backend.graph)
        .await;
    let code = code_for(&backend, "ann", "T1").await;
    let before = Instant::now();
    for number in 0..20 {
        backend
            .deliver(&[said("7", &format!("m{number}"), "hello")])
            .await;
    }
    assert_eq!(backend.deliver(&[linked("7", &code, NOON)]).await, 200);
    assert!(
        before.elapsed() < Duration::from_secs(5),
        "{:?}",
        before.elapsed()
    );
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Ann"));
}

#[tokio::test]
async fn a_failing_send_is_tried_again_and_keeps_the_link() {
    let backend = start().await;
    let code = code_for(&backend, "ann", "T1").await;
    let busy = ResponseTemplate::new(503).set_body_string("busy");
    Mock::given(path("/me/messages"))
        .respond_with(busy)
        .with_priority(1)
        .up_to_n_times(2)
        .mount(&backend.graph)
        .await;
    backend.deliver(&[linked("7", &code, NOON)]).await;
    // A failure is written a moment after it was answered, so the clock moves until the next try comes.
    let tried = async {
        while backend.messages_so_far("7").await.len() < 3 {
            backend.clock.advance(Duration::from_secs(1));
            time::sleep(Duration::from_millis(20)).await;
        }
    };
    time::timeout(Duration::from_secs(15), tried)
        .await
        .expect("it is tried a third time");
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Ann"));
}

#[tokio::test]
async fn a_redelivered_message_is_answered_once() {
    let mut backend = start().await;
    for mid in ["m1", "m1", "m2"] {
        backend.deliver(&[said("7", mid, "whoami")]).await;
    }
    backend.stop().await;
    let messages = backend.messages_so_far("7").await;
    assert_eq!(messages.len(), 2);
    let button = &messages[0]["attachment"]["payload"]["buttons"][0];
    assert_eq!(
        *button,
        json!({ "type": "account_link", "url": backend.url("/authorize") })
    );
}

#[tokio::test]
async fn signed_nonsense_is_acknowledged_and_harms_nobody() {
    let backend = start().await;
    let deep = format!(
        r#"{{"object":"page","entry":[{}{}]}}"#,
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    for body in [
        "",
        "{",
        "null",
        "[]",
        "7",
        "{}",
        r#"{"object":"page"}"#,
        r#"{"object":"page","entry":{}}"#,
        r#"{"object":"page","entry":[{"id":7}]}"#,
        "\u{0}",
        &deep,
    ] {
        assert_eq!(
            backend.post(body.as_bytes().to_vec(), &[]).await,
            200,
            "{body:.60}"
        );
    }
    assert_eq!(
        backend.post(b"{\"object\":\"\xff\"}".to_vec(), &[]).await,
        200
    );
    let code = code_for(&backend, "ann", "T1").await;
    let large = format!(
        "{}{}",
        notification(&[linked("7", &code, NOON)]),
        " ".repeat(5 * 1024 * 1024)
    );
    assert_eq!(backend.post(large.into_bytes(), &[]).await, 200);
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Ann"));
    assert_eq!(backend.post(vec![b' '; 9 * 1024 * 1024], &[]).await, 413);
}

#[tokio::test]
async fn strict_mode_links_only_the_psid_that_the_platform_named() {
    let backend = start_with(|config| config.confirm_psid = true).await;
    let owner = ResponseTemplate::new(200).set_body_json(json!({ "id": "1", "recipient": "7" }));
    Mock::given(path("/me"))
        .respond_with(owner)
        .up_to_n_times(1)
        .mount(&backend.graph)
        .await;
    let code = code_for(&backend, "ann", "T1").await;
    backend.deliver(&[linked("8", &code, NOON)]).await;
    assert_eq!(backend.name_behind("8").await, None);
    backend.deliver(&[linked("7", &code, NOON)]).await;
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Ann"));

    let expired =
        json!({ "error": { "message": "(#10301) Account linking token expired", "code": 10301 } });
    let expired = ResponseTemplate::new(400).set_body_json(expired);
    Mock::given(path("/me"))
        .respond_with(expired)
        .mount(&backend.graph)
        .await;
    let end = Person::new(&backend).link("ann", &linking_page("T2")).await;
    assert_eq!(end, crate::platform::return_address("T2"));
}
