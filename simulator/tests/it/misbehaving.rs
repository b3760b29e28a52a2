//! Backends that answer wrongly, late, or not at all: linking aborts and says why.

use std::time::{Duration, Instant};

use linklab_simulator::webhook::Outcome;
use linklab_simulator::webview::{Landed, Landing, LandingResult};
use linklab_simulator::{Config, Simulator};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::backend::{BUTTON, Bench, PSID};

async fn link(platform: &Simulator) -> Landed {
    let opening = platform
        .tap_log_in(PSID, BUTTON, None)
        .expect("the user is there");
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    let landed = platform.land(&opening, &url, Landing::Deliver).await;
    assert_eq!(platform.link_of(PSID), None);
    assert!(
        landed
            .page
            .contains("<title>Account Linking Failed</title>")
    );
    landed
}

fn aborted(text: &str) -> LandingResult {
    LandingResult::Aborted(text.to_owned())
}

#[tokio::test]
async fn an_error_status_aborts() {
    for status in [500, 404, 400, 304] {
        let bench = Bench::answering(ResponseTemplate::new(status)).await;
        let landed = link(&bench.platform).await;
        assert_eq!(
            landed.result,
            aborted(&format!("webhook answered {status}"))
        );
    }
}

#[tokio::test]
async fn any_2xx_acknowledges() {
    for status in [200, 202, 204] {
        let bench = Bench::answering(ResponseTemplate::new(status)).await;
        let attempt = bench.platform.say(PSID, "hi").await.unwrap();
        assert!(attempt.acknowledged(), "{status}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = MockServer::start().await;
    let moved = ResponseTemplate::new(307).insert_header("location", elsewhere.uri());
    let bench = Bench::answering(moved).await;
    let landed = link(&bench.platform).await;
    assert_eq!(landed.result, aborted("webhook answered 307"));
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_late_answer_aborts_at_the_time_out() {
    let late = ResponseTemplate::new(200).set_delay(Duration::from_secs(30));
    let bench = Bench::with(late, |config| {
        config.ack_timeout = Duration::from_millis(200);
    })
    .await;
    let started = Instant::now();
    let landed = link(&bench.platform).await;
    assert!(started.elapsed() < Duration::from_secs(10));
    let expected = aborted("webhook did not answer within 200 ms");
    assert_eq!(landed.result, expected);
    let attempt = landed.attempt.unwrap();
    assert!(matches!(attempt.outcome, Outcome::TimedOut));
    assert!(attempt.elapsed >= Duration::from_millis(200));
}

#[tokio::test]
async fn nobody_listening_aborts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let platform = Simulator::start(Config {
        webhook_url: Some(format!("http://127.0.0.1:{port}/webhook")),
        ..Config::default()
    })
    .await
    .unwrap();
    platform.add_user(Some(PSID), "Ada Example").unwrap();
    let landed = link(&platform).await;
    let LandingResult::Aborted(reason) = &landed.result else {
        panic!("{landed:?}")
    };
    assert!(reason.starts_with("webhook could not be reached: "));
    assert!(reason.contains("refused"), "{reason}");
    assert!(
        platform
            .verify_webhook()
            .await
            .unwrap_err()
            .contains("refused")
    );
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_of_the_answer_aborts() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let _ = stream.read(&mut request).await.unwrap();
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf")
            .await
            .unwrap();
    });
    let platform = Simulator::start(Config {
        webhook_url: Some(format!("http://127.0.0.1:{port}/")),
        ..Config::default()
    })
    .await
    .unwrap();
    platform.add_user(Some(PSID), "Ada Example").unwrap();
    let attempt = link(&platform).await.attempt.unwrap();
    let unreachable = matches!(attempt.outcome, Outcome::Unreachable(_));
    assert!(unreachable, "{attempt:?}");
    server.await.unwrap();
}

#[tokio::test]
async fn without_a_webhook_url_every_delivery_says_so() {
    let platform = Simulator::start(Config::default()).await.unwrap();
    platform.add_user(Some(PSID), "Ada Example").unwrap();
    let landed = link(&platform).await;
    let expected = aborted("webhook could not be reached: no webhook_url is configured");
    assert_eq!(landed.result, expected);
}

#[tokio::test]
async fn a_great_answer_is_cut_off_at_64_kib() {
    let great = ResponseTemplate::new(200).set_body_bytes(vec![b'x'; 1 << 20]);
    let bench = Bench::answering(great).await;
    let attempt = bench.platform.say(PSID, "hi").await.unwrap();
    let Outcome::Answered { body, .. } = attempt.outcome else {
        panic!("{attempt:?}")
    };
    assert_eq!(body.len(), 64 * 1024);
}

#[tokio::test]
async fn a_handshake_counts_only_when_the_body_is_the_challenge() {
    for (answer, part) in [
        (
            ResponseTemplate::new(404),
            "HTTP Status Code = 404; HTTP Message = Not Found",
        ),
        (
            ResponseTemplate::new(200).set_body_string("Error, wrong token"),
            "expected the challenge",
        ),
        (ResponseTemplate::new(200), "expected the challenge"),
        (
            ResponseTemplate::new(200).set_delay(Duration::from_secs(30)),
            "curl_errno = 28; curl_error = Operation timed out",
        ),
    ] {
        let backend = MockServer::start().await;
        Mock::given(method("GET"))
            .respond_with(answer)
            .mount(&backend)
            .await;
        let platform = Simulator::start(Config {
            webhook_url: Some(backend.uri()),
            ack_timeout: Duration::from_millis(500),
            ..Config::default()
        })
        .await
        .unwrap();
        let error = platform.verify_webhook().await.unwrap_err();
        let opening = "(#2200) Callback verification failed with the following errors: ";
        assert!(error.starts_with(opening), "{error}");
        assert!(error.contains(part), "{error}");
    }
}
