//! From the tap to the link, and every way in which it is aborted.

use std::time::Duration;

use linklab_simulator::webhook::{sha1_hex, sha256_hex};
use linklab_simulator::webview::{Landing, LandingResult};

use crate::backend::{BUTTON, Bench, PSID, ok};

#[tokio::test]
async fn an_acknowledged_event_links_the_user() {
    let bench = Bench::answering(ok()).await;
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let back = format!(
        "{}&authorization_code=a%2Fb%40c%25%C3%A4%F0%9F%98%80",
        opening.redirect_uri
    );
    let landed = bench.platform.land(&opening, &back, Landing::Deliver).await;

    assert_eq!(landed.result, LandingResult::Linked);
    assert_eq!(landed.authorization_code.as_deref(), Some("a/b@c%ä😀"));
    assert_eq!(bench.platform.link_of(PSID).as_deref(), Some("a/b@c%ä😀"));
    assert!(
        landed
            .page
            .contains("<title>Account Linking Success</title>")
    );

    let received = bench.received().await;
    assert_eq!(received.len(), 1);
    let secret = &bench.platform.config().app_secret;
    let header = |name: &str| received[0].headers[name].to_str().unwrap().to_owned();
    assert_eq!(
        header("x-hub-signature-256"),
        format!("sha256={}", sha256_hex(secret, &received[0].body))
    );
    assert_eq!(
        header("x-hub-signature"),
        format!("sha1={}", sha1_hex(secret, &received[0].body))
    );
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("user-agent"), "facebookexternalua");
    assert_eq!(
        Some(received[0].body.as_slice()),
        landed.event_bytes.as_deref()
    );
    assert!(String::from_utf8_lossy(&received[0].body).contains(
        r#""authorization_code":"a\/b\u0040c\u0025\u00e4\ud83d\ude00","status":"linked""#
    ));
}

#[tokio::test]
async fn a_token_is_good_for_299_seconds_and_not_for_301() {
    let bench = Bench::answering(ok()).await;
    bench.platform.clock().freeze();
    let early = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    bench.platform.clock().advance(Duration::from_secs(299));
    let back = |redirect: &str| format!("{redirect}&authorization_code=c");
    let landed = bench
        .platform
        .land(&early, &back(&early.redirect_uri), Landing::Deliver)
        .await;
    assert_eq!(landed.result, LandingResult::Linked);

    let late = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    bench.platform.clock().advance(Duration::from_secs(301));
    let landed = bench
        .platform
        .land(&late, &back(&late.redirect_uri), Landing::Deliver)
        .await;
    assert_eq!(
        landed.result,
        LandingResult::Aborted("token expired 1 s ago".to_owned())
    );
    assert_eq!(bench.received().await.len(), 1);
}
