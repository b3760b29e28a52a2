//! From the tap to the link, and every way in which it is aborted.

use std::time::Duration;

use linklab_simulator::webhook::{Delivery, sha1_hex, sha256_hex};
use linklab_simulator::webview::{Landed, Landing, LandingResult, Opening, RedirectTemplate};
use linklab_simulator::{Config, Simulator};

use crate::backend::{BUTTON, Bench, PSID, ok};

async fn land(platform: &Simulator, opening: &Opening, appended: &str) -> Landed {
    let url = format!("{}{appended}", opening.redirect_uri);
    platform.land(opening, &url, Landing::Deliver).await
}

fn why(landed: &Landed) -> &str {
    match &landed.result {
        LandingResult::Aborted(reason) => reason,
        other => panic!("not aborted: {other:?}"),
    }
}

#[tokio::test]
async fn an_acknowledged_event_links_the_user() {
    let bench = Bench::answering(ok()).await;
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let code = "&authorization_code=a%2Fb%40c%25%C3%A4%F0%9F%98%80";
    let landed = land(&bench.platform, &opening, code).await;

    assert_eq!(landed.result, LandingResult::Linked);
    assert_eq!(landed.psid.as_deref(), Some(PSID));
    assert_eq!(landed.authorization_code.as_deref(), Some("a/b@c%ä😀"));
    assert_eq!(bench.platform.link_of(PSID).as_deref(), Some("a/b@c%ä😀"));
    assert!(
        landed
            .page
            .contains("<title>Account Linking Success</title>")
    );

    let received = bench.received().await;
    assert_eq!(received.len(), 1);
    let body = &received[0].body;
    let secret = &bench.platform.config().app_secret;
    let header = |name: &str| received[0].headers[name].to_str().unwrap().to_owned();
    let sha256 = format!("sha256={}", sha256_hex(secret, body));
    assert_eq!(header("x-hub-signature-256"), sha256);
    let sha1 = format!("sha1={}", sha1_hex(secret, body));
    assert_eq!(header("x-hub-signature"), sha1);
    assert_eq!(header("content-type"), "application/json");
    assert_eq!(header("user-agent"), "facebookexternalua");
    assert_eq!(Some(body.as_slice()), landed.event_bytes.as_deref());
    let escaped = r#""account_linking":{"authorization_code":"a\/b\u0040c\u0025\u00e4\ud83d\ude00","status":"linked"}"#;
    assert!(String::from_utf8_lossy(body).contains(escaped));
}

#[tokio::test]
async fn a_token_is_good_for_299_seconds_and_not_for_301() {
    let bench = Bench::answering(ok()).await;
    bench.platform.clock().freeze();
    let early = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    bench.platform.clock().advance(Duration::from_secs(299));
    let landed = land(&bench.platform, &early, "&authorization_code=c").await;
    assert_eq!(landed.result, LandingResult::Linked);

    let late = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    bench.platform.clock().advance(Duration::from_secs(312));
    let landed = land(&bench.platform, &late, "&authorization_code=d").await;
    assert_eq!(why(&landed), "token expired 12 s ago");
    assert_eq!(bench.received().await.len(), 1);
    assert_eq!(bench.platform.link_of(PSID).as_deref(), Some("c"));
}

#[tokio::test]
async fn a_return_without_a_usable_code_sends_nothing_and_leaves_the_token_usable() {
    let bench = Bench::with(ok(), |config| config.code_limit = 8).await;
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    for (appended, reason) in [
        ("", "no authorization_code came back"),
        ("&code=1", "no authorization_code came back"),
        ("#&authorization_code=1", "no authorization_code came back"),
        ("&authorization_code=", "the authorization_code is empty"),
        (
            "&authorization_code=123456789",
            "the authorization_code has 9 characters, at most 8 are allowed",
        ),
    ] {
        let landed = land(&bench.platform, &opening, appended).await;
        assert_eq!(why(&landed), reason, "{appended}");
        assert!(
            landed
                .page
                .contains("<title>Account Linking Failed</title>")
        );
        assert!(landed.event.is_none() && landed.attempt.is_none());
    }
    assert!(bench.received().await.is_empty());
    let landed = land(&bench.platform, &opening, "&authorization_code=12345678").await;
    assert_eq!(landed.result, LandingResult::Linked);
}

#[tokio::test]
async fn a_code_uses_the_token_up() {
    let bench = Bench::answering(ok()).await;
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    land(&bench.platform, &opening, "&authorization_code=first").await;
    let again = land(&bench.platform, &opening, "&authorization_code=second").await;
    assert!(why(&again).contains("already used"), "{}", why(&again));
    assert_eq!(bench.platform.link_of(PSID).as_deref(), Some("first"));
    assert_eq!(bench.received().await.len(), 1);
}

#[tokio::test]
async fn an_older_token_stays_usable_and_the_newest_link_is_kept() {
    let bench = Bench::answering(ok()).await;
    let older = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let newer = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    assert_ne!(older.account_linking_token, newer.account_linking_token);
    land(&bench.platform, &newer, "&authorization_code=1").await;
    land(&bench.platform, &older, "&authorization_code=2").await;
    assert_eq!(bench.platform.link_of(PSID).as_deref(), Some("2"));
    assert_eq!(bench.received().await.len(), 2);
}

#[tokio::test]
async fn tokens_of_others_are_refused() {
    let bench = Bench::answering(ok()).await;
    let other = bench.platform.add_user(None, "Bo Example").unwrap();
    let mine = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let theirs = bench.platform.tap_log_in(&other, BUTTON, None).unwrap();

    let url = format!("{}&authorization_code=c", theirs.redirect_uri);
    let landed = bench.platform.land(&mine, &url, Landing::Deliver).await;
    assert!(why(&landed).contains("another login"), "{}", why(&landed));

    let lost = "https://facebook.com/messenger_platform/account_linking/?authorization_code=c";
    let landed = bench.platform.land(&mine, lost, Landing::Deliver).await;
    assert!(why(&landed).contains("no account_linking_token"));

    let elsewhere = Simulator::start(Config {
        page_id: "1691462197845449".to_owned(),
        ..Config::default()
    })
    .await
    .unwrap();
    elsewhere.add_user(Some(PSID), "Ada Example").unwrap();
    let foreign = elsewhere.tap_log_in(PSID, BUTTON, None).unwrap();
    let landed = land(&bench.platform, &foreign, "&authorization_code=c").await;
    assert!(why(&landed).contains("another login"), "{}", why(&landed));

    let mut garbled = mine.clone();
    garbled.account_linking_token.replace_range(40..41, "~");
    let landed = bench
        .platform
        .land(&garbled, &mine.redirect_uri, Landing::Deliver)
        .await;
    assert!(why(&landed).contains("not one that this platform made"));

    assert!(bench.received().await.is_empty());
    let landed = land(&bench.platform, &mine, "&authorization_code=c").await;
    assert_eq!(landed.result, LandingResult::Linked);
}

#[tokio::test]
async fn a_redirect_uri_without_a_token_may_come_back_without_one() {
    let bench = Bench::answering(ok()).await;
    let template = RedirectTemplate("https://evil.example:8443/done".to_owned());
    let opening = bench
        .platform
        .tap_log_in(PSID, BUTTON, Some(&template))
        .unwrap();
    let landed = land(&bench.platform, &opening, "?authorization_code=a+b").await;
    assert_eq!(landed.result, LandingResult::Linked);
    assert_eq!(landed.authorization_code.as_deref(), Some("a b"));
}

#[tokio::test]
async fn an_app_without_the_subscription_cannot_link() {
    let bench = Bench::with(ok(), |config| {
        config
            .subscribed_fields
            .retain(|field| field != "messaging_account_linking");
    })
    .await;
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let landed = land(&bench.platform, &opening, "&authorization_code=c").await;
    assert_eq!(why(&landed), "not subscribed to messaging_account_linking");
    assert!(landed.page.contains("Subscribe the app"));
    assert!(bench.received().await.is_empty());
    assert_eq!(bench.platform.link_of(PSID), None);
}

#[tokio::test]
async fn a_held_landing_is_decided_by_the_callers_delivery() {
    let bench = Bench::answering(ok()).await;
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    let landed = bench.platform.land(&opening, &url, Landing::Hold).await;
    assert_eq!(landed.result, LandingResult::Held);
    assert!(bench.received().await.is_empty());
    assert_eq!(bench.platform.link_of(PSID), None);

    let event = landed.event_bytes.unwrap();
    let delivery = Delivery::signed_bytes(bench.platform.config(), event);
    let attempt = bench.platform.deliver(delivery).await;
    assert!(attempt.acknowledged());
    assert_eq!(bench.platform.link_of(PSID), None);
    let result = bench.platform.conclude_held(&opening, &attempt);
    assert_eq!(result, LandingResult::Linked);
    assert_eq!(bench.platform.link_of(PSID).as_deref(), Some("c"));
    let twice = bench.platform.conclude_held(&opening, &attempt);
    assert!(matches!(twice, LandingResult::Aborted(_)), "{twice:?}");
}
