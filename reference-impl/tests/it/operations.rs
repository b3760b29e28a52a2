//! What operators see: health, figures, and how much of a stranger's patience the sockets have.

use std::time::Duration;

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time,
};

use crate::{
    backend::{ADMIN_TOKEN, NOON, Running, start, start_with},
    person::Person,
    platform::{code_in, linked, linking_page},
};

async fn figures(backend: &Running, token: &str) -> (u16, String) {
    let answer = reqwest::Client::new()
        .get(backend.url("/metrics"))
        .bearer_auth(token)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn figures_count_links_for_whoever_holds_the_token() {
    let backend = start().await;
    let address = Person::new(&backend).link("ann", &linking_page("T1")).await;
    let event = [linked("7", &code_in(&address), NOON)];
    for _ in 0..2 {
        backend.deliver(&event).await;
    }
    backend.messages_to("7", 1).await;
    let (status, text) = figures(&backend, ADMIN_TOKEN).await;
    assert_eq!(status, 200);
    for line in [
        "linking_events_total{outcome=\"Linked\"} 1",
        "linking_events_total{outcome=\"Repeated\"} 1",
        "linking_logins_total{right=\"1\"} 1",
    ] {
        assert!(text.contains(line), "{line} is missing in {text}");
    }
    assert!(!text.contains("ann") && !text.contains("T1"), "{text}");
    assert_eq!(
        figures(&backend, "a guess that is long enough").await.0,
        401
    );
    let closed = start_with(|config| config.admin_token = None).await;
    assert_eq!(figures(&closed, ADMIN_TOKEN).await.0, 404);
}

#[tokio::test]
async fn health_tells_of_the_database_and_the_outbox() {
    let backend = start().await;
    let health: Value = reqwest::get(backend.url("/healthz"))
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let expected = serde_json::json!({
        "database": true,
        "outbox": { "waiting": 0, "oldest_ms": 0, "given_up": 0, "left_out": 0 },
    });
    assert_eq!(health, expected);
}

#[tokio::test]
async fn stopping_waits_for_a_request_that_is_under_way() {
    let mut backend = start().await;
    let mut slow = TcpStream::connect(backend.address).await.unwrap();
    let head = "POST /login HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\n12345";
    slow.write_all(head.as_bytes()).await.unwrap();
    // The request is under way once another one, sent later, has been answered.
    reqwest::get(backend.url("/healthz")).await.unwrap();
    let finish = async {
        time::sleep(Duration::from_millis(100)).await;
        slow.write_all(b"67890").await.unwrap();
        let mut answer = String::new();
        slow.read_to_string(&mut answer).await.unwrap();
        answer
    };
    let ((), answer) = tokio::join!(backend.stop(), finish);
    assert!(answer.starts_with("HTTP/1.1 403"), "{answer}");
}
