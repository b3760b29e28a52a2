//! The admin endpoints open with the token in the header, and with nothing else.

use serde_json::json;

use crate::backend::{ADMIN_TOKEN, start, start_with};

#[tokio::test]
async fn without_the_token_there_is_no_answer() {
    let backend = start().await;
    let client = reqwest::Client::new();
    for authorization in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        ADMIN_TOKEN,
        &format!("Basic {ADMIN_TOKEN}"),
    ] {
        let links = client
            .get(backend.url("/admin/links/7"))
            .header("authorization", authorization);
        assert_eq!(links.send().await.unwrap().status(), 401, "{authorization}");
        let unlink = client
            .post(backend.url("/admin/unlink"))
            .header("authorization", authorization);
        assert_eq!(
            unlink
                .body(r#"{"psid":"7"}"#)
                .send()
                .await
                .unwrap()
                .status(),
            401
        );
    }
    let in_the_address = format!("/admin/links/7?token={ADMIN_TOKEN}");
    assert_eq!(
        client
            .get(backend.url(&in_the_address))
            .send()
            .await
            .unwrap()
            .status(),
        401
    );
    assert_eq!(backend.graph.received_requests().await.unwrap().len(), 0);
}

#[tokio::test]
async fn without_a_configured_token_there_are_no_endpoints() {
    let backend = start_with(|config| config.admin_token = None).await;
    let links = reqwest::Client::new()
        .get(backend.url("/admin/links/7"))
        .bearer_auth("");
    assert_eq!(links.send().await.unwrap().status(), 404);
}

#[tokio::test]
async fn an_order_that_is_not_one_is_refused_with_the_right_form() {
    let backend = start().await;
    for body in [
        "",
        "{}",
        r#"{"psid":7}"#,
        r#"{"psid":""}"#,
        &"x".repeat(10_000),
    ] {
        let order = reqwest::Client::new()
            .post(backend.url("/admin/unlink"))
            .bearer_auth(ADMIN_TOKEN);
        let status = order.body(body.to_owned()).send().await.unwrap().status();
        assert!(status == 400 || status == 413, "{body:.20}");
    }
    assert_eq!(
        backend.link_of("7").await,
        json!({ "psid": "7", "linked": false, "account": null })
    );
}
