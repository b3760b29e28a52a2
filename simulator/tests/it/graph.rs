//! What a backend's reads are answered, in every place where parameters may stand.

use std::time::Duration;

use linklab_simulator::journal::What;
use linklab_simulator::webhook::sha256_hex;
use reqwest::{Client, Method};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::backend::{BUTTON, Bench, PSID, TOKEN, answer, ok, refusal};

fn token(bench: &Bench) -> String {
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None);
    opening.expect("the user is there").account_linking_token
}

#[tokio::test]
async fn the_psid_is_told_under_every_name_of_the_page() {
    let bench = Bench::answering(ok()).await;
    let token = token(&bench);
    let page_id = bench.platform.config().page_id.clone();
    let nodes = ["/me", "/me/", "/v2.6/me", "/v26.0/me/"].map(str::to_owned);
    let by_id = [format!("/{page_id}"), format!("/v5.0/{page_id}/")];
    for node in nodes.iter().chain(&by_id) {
        let call = bench.get(node).query(&[
            ("fields", "recipient"),
            ("account_linking_token", token.as_str()),
        ]);
        let expected = json!({ "id": page_id, "recipient": PSID });
        assert_eq!(answer(call).await, (200, expected), "{node}");
    }
}

#[tokio::test]
async fn other_fields_may_be_asked_for_together() {
    let bench = Bench::answering(ok()).await;
    let token = token(&bench);
    let page_id = &bench.platform.config().page_id;
    let name = &bench.platform.config().page_name;
    let call = bench.get("/me").query(&[
        ("fields", "name, recipient"),
        ("account_linking_token", token.as_str()),
    ]);
    let expected = json!({ "id": page_id, "name": name, "recipient": PSID });
    assert_eq!(answer(call).await.1, expected);
    let without = bench.get("/me").query(&[("account_linking_token", &token)]);
    assert_eq!(
        answer(without).await.1,
        json!({ "id": page_id, "name": name })
    );
    let unknown = refusal(bench.get("/me").query(&[("fields", "recipients")])).await;
    assert!(unknown.3.contains("nonexisting field (recipients)"));
}

#[tokio::test]
async fn reading_leaves_the_token_usable_until_it_expires() {
    let bench = Bench::answering(ok()).await;
    bench.platform.clock().freeze();
    let token = token(&bench);
    let query = [("fields", "recipient"), ("account_linking_token", &token)];
    let call = || bench.get("/me").query(&query);
    assert_eq!(answer(call()).await.0, 200);
    bench.platform.clock().advance(Duration::from_secs(299));
    assert_eq!(answer(call()).await.0, 200);
    bench.platform.clock().advance(Duration::from_secs(2));
    let message = "(#10301) Account linking token expired".to_owned();
    assert_eq!(refusal(call()).await, (400, 10_301, 0, message));
}

#[tokio::test]
async fn a_linking_token_that_is_unknown_or_missing_is_refused() {
    let bench = Bench::answering(ok()).await;
    let ask = |token: &str| {
        let call = bench.get("/me").query(&[("fields", "recipient")]);
        call.query(&[("account_linking_token", token)])
    };
    let mut changed = token(&bench);
    changed.replace_range(60..62, "__");
    for text in ["x", changed.as_str(), &format!("{} ", token(&bench))] {
        let (status, code, _, message) = refusal(ask(text)).await;
        let expected = (400, 10_303, "(#10303) Invalid account_linking_token");
        assert_eq!((status, code, message.as_str()), expected, "{text}");
    }
    let missing = "(#100) The parameter account_linking_token is required";
    assert_eq!(refusal(ask("")).await.3, missing);
    let absent = bench.get("/me").query(&[("fields", "recipient")]);
    assert_eq!(refusal(absent).await.3, missing);
}

#[tokio::test]
async fn the_token_may_stand_in_query_body_or_header() {
    let bench = Bench::answering(ok()).await;
    let bare = |method| bench.bare(method, "/me/unlink_accounts");
    for call in [
        bare(Method::POST).query(&[("access_token", TOKEN), ("psid", PSID)]),
        bare(Method::POST).form(&[("access_token", TOKEN), ("psid", PSID)]),
        bare(Method::POST).json(&json!({ "access_token": TOKEN, "psid": PSID })),
        bare(Method::POST)
            .bearer_auth(TOKEN)
            .form(&[("psid", PSID)]),
    ] {
        assert_eq!(answer(call).await.0, 200);
    }
}

#[tokio::test]
async fn calls_without_a_good_token_are_refused() {
    let bench = Bench::answering(ok()).await;
    let with = |token: &str| {
        let call = bench.bare(Method::GET, "/me");
        call.query(&[("access_token", token)])
    };
    let missing = refusal(bench.bare(Method::GET, "/me")).await;
    assert_eq!((missing.0, missing.1), (400, 2_500));
    let unparsable = refusal(with("PAGE_ACCESS_TOKEN%20")).await;
    assert_eq!(unparsable.1, 190);
    assert!(unparsable.3.ends_with("Cannot parse access token"));
    let invalid = refusal(with("EAABwzLixnjYBO0")).await;
    assert_eq!(
        (invalid.1, invalid.3.as_str()),
        (190, "Invalid OAuth access token.")
    );
}

#[tokio::test]
async fn a_proof_is_checked_when_it_is_sent() {
    let bench = Bench::answering(ok()).await;
    let proof = sha256_hex(&bench.platform.config().app_secret, TOKEN.as_bytes());
    let good = bench.get("/me").query(&[("appsecret_proof", &proof)]);
    assert_eq!(answer(good).await.0, 200);
    let bad = bench.get("/me").query(&[("appsecret_proof", "0")]);
    let message = "Invalid appsecret_proof provided in the API argument".to_owned();
    assert_eq!(refusal(bad).await, (400, 100, 0, message));
}

#[tokio::test]
async fn a_profile_is_read_by_psid() {
    let bench = Bench::answering(ok()).await;
    let (status, body) = answer(bench.get(&format!("/v2.6/{PSID}"))).await;
    assert_eq!((status, &body["id"]), (200, &json!(PSID)));
    assert_eq!(body["first_name"], "Ada");
    assert_eq!(body["last_name"], "Example");
    let picture = body["profile_pic"].as_str().unwrap();
    let picture = Client::new().get(picture).send().await.unwrap();
    assert_eq!(picture.headers()["content-type"], "image/svg+xml");
    let some = bench
        .get(&format!("/{PSID}"))
        .query(&[("fields", "first_name, locale")]);
    let expected = json!({ "first_name": "Ada", "id": PSID });
    assert_eq!(answer(some).await.1, expected);
    let nobody = refusal(bench.get("/2")).await;
    assert_eq!((nobody.0, nobody.1, nobody.2), (400, 100, 33));
    assert!(
        nobody
            .3
            .starts_with("Unsupported get request. Object with ID '2'")
    );
}

#[tokio::test]
async fn unknown_calls_get_an_error_in_the_shape_of_graph_and_a_line_in_the_journal() {
    let bench = Bench::answering(ok()).await;
    for (method, path) in [
        (Method::POST, "/me?fields=recipient"),
        (Method::GET, "/v2.6/me/messages"),
        (Method::DELETE, "/me/messenger_profiles"),
        (Method::GET, "/"),
        (Method::GET, "/v2.6"),
        (Method::GET, "/favicon.ico"),
        (Method::PUT, "/a/b/c"),
    ] {
        let journal = bench.platform.journal();
        let start = journal.end();
        let call = bench.bare(method.clone(), path).bearer_auth(TOKEN);
        let response = call.send().await.unwrap();
        assert_eq!(response.status(), 400, "{path}");
        assert!(response.headers().contains_key("x-linklab-hint"));
        let body: serde_json::Value = response.json().await.unwrap();
        let verb = method.as_str().to_lowercase();
        let message = body["error"]["message"].as_str().unwrap();
        let opening = format!("Unsupported {verb} request. ");
        assert!(message.starts_with(&opening), "{message}");
        let (entries, _) = journal.since(start);
        let What::GraphCall(call) = &entries[0].what else {
            panic!("{entries:?}")
        };
        assert_eq!(call.endpoint, "unknown");
        assert_eq!(body["error"]["fbtrace_id"], call.trace.as_str());
    }
}

#[tokio::test]
async fn a_body_above_the_limit_is_refused_and_the_platform_lives_on() {
    let bench = Bench::answering(ok()).await;
    let great = bench.post("/me/messages").body(vec![b' '; (1 << 20) + 1]);
    assert_eq!(refusal(great).await.0, 413);
    assert_eq!(answer(bench.get("/me")).await.0, 200);
}

#[tokio::test]
async fn a_chunked_body_is_read() {
    let bench = Bench::answering(ok()).await;
    let mut stream = TcpStream::connect(bench.platform.address()).await.unwrap();
    let body = format!(r#"{{"psid":"{PSID}"}}"#);
    let request = format!(
        "POST /me/unlink_accounts?access_token={TOKEN} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK"), "{response}");
    assert!(response.ends_with(r#"{"result":"unlink account success"}"#));
}

#[tokio::test]
async fn answers_carry_the_observed_headers_and_the_platforms_own_date() {
    let bench = Bench::answering(ok()).await;
    bench.platform.clock().freeze();
    bench.platform.clock().advance(Duration::from_hours(24));
    let response = bench.get("/v3.1/me").send().await.unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("facebook-api-version"), "v3.1");
    assert_eq!(header("content-type"), "application/json; charset=UTF-8");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("access-control-allow-origin"), "*");
    let real = std::time::UNIX_EPOCH + Duration::from_millis(bench.platform.clock().now_ms());
    assert_eq!(header("date"), httpdate::fmt_http_date(real));
    let refused = bench.bare(Method::GET, "/me").send().await.unwrap();
    let challenge = refused.headers()["www-authenticate"].to_str().unwrap();
    assert!(challenge.starts_with(r#"OAuth "Facebook Platform" "invalid_request" "An active"#));
}
