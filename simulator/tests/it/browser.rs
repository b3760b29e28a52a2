//! The platform's own `redirect_uri`, as a real browser meets it.

use linklab_simulator::webview::Landing;
use reqwest::Client;

use crate::backend::{BUTTON, Bench, PSID, ok};

async fn open(url: &str) -> (u16, String) {
    let response = Client::new()
        .get(url)
        .send()
        .await
        .expect("the platform answers");
    assert_eq!(
        response.headers()["content-type"],
        "text/html; charset=utf-8"
    );
    assert_eq!(response.headers()["cache-control"], "no-store");
    let policy = response.headers()["content-security-policy"]
        .to_str()
        .expect("ASCII");
    assert!(policy.starts_with("default-src 'none'"));
    (
        response.status().as_u16(),
        response.text().await.expect("a page"),
    )
}

#[tokio::test]
async fn a_browser_that_comes_back_with_a_code_is_linked() {
    let bench = Bench::answering(ok()).await;
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let own = format!(
        "{}/messenger_platform/account_linking/?account_linking_token={}",
        bench.platform.graph_url(),
        opening.account_linking_token
    );
    assert_eq!(opening.redirect_uri, own);
    let (status, page) = open(&format!("{own}&authorization_code=c")).await;
    assert_eq!(status, 200);
    assert!(page.contains("<title>Account Linking Success</title>"));
    assert!(page.contains(r#"<meta name="viewport" content="width=device-width"#));
    assert_eq!(bench.platform.link_of(PSID).as_deref(), Some("c"));

    let (status, page) = open(&format!("{own}&authorization_code=c")).await;
    assert_eq!(status, 200);
    assert!(page.contains("<title>Account Linking Failed</title>"));
    assert!(page.contains("already used"));
}

#[tokio::test]
async fn the_trailing_slash_may_be_missing() {
    let bench = Bench::answering(ok()).await;
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let bare = opening.redirect_uri.replace("linking/?", "linking?");
    let (_, page) = open(&format!("{bare}&authorization_code=c")).await;
    assert!(page.contains("Account Linking Success"));
}

#[tokio::test]
async fn every_failure_is_a_page_that_says_why_and_nothing_is_sent() {
    let bench = Bench::answering(ok()).await;
    let path = format!(
        "{}/messenger_platform/account_linking/",
        bench.platform.graph_url()
    );
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    for (url, why) in [
        (path.clone(), "carries no account_linking_token"),
        (
            format!("{path}?account_linking_token=&authorization_code=c"),
            "not one that this platform made",
        ),
        (
            format!("{path}?account_linking_token=%3Cscript%3E&authorization_code=c"),
            "not one that this platform made",
        ),
        (
            opening.redirect_uri.clone(),
            "no authorization_code came back",
        ),
    ] {
        let (status, page) = open(&url).await;
        assert_eq!(status, 200, "{url}");
        assert!(page.contains("<title>Account Linking Failed</title>"));
        assert!(page.contains(why), "{page}");
        assert!(!page.contains("<script"));
    }
    assert!(bench.received().await.is_empty());
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    let landed = bench.platform.land(&opening, &url, Landing::Deliver).await;
    assert!(landed.page.contains("Account Linking Success"));
}

#[tokio::test]
async fn every_answer_carries_the_platforms_date() {
    let bench = Bench::answering(ok()).await;
    bench.platform.clock().freeze();
    bench.platform.clock().set(784_111_777_000);
    let base = bench.platform.graph_url();
    for path in [
        "/messenger_platform/account_linking/",
        "/messenger_platform/webview/",
        "/messenger_platform/extensions/context",
        "/en_US/messenger.Extensions.js",
        "/v26.0/me",
        "/nowhere",
    ] {
        let response = Client::new().get(format!("{base}{path}")).send().await;
        let response = response.expect("the platform answers");
        let dates: Vec<_> = response.headers().get_all("date").iter().collect();
        assert_eq!(dates, ["Sun, 06 Nov 1994 08:49:37 GMT"], "{path}");
    }
}
