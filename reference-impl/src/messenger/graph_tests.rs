//! The Graph client against a platform that answers well, badly, late and not at all.

use serde_json::{Value, json};
use wiremock::{
    Mock, MockServer, ResponseTemplate,
    matchers::{body_json, header, method, path, query_param},
};

use super::*;
use crate::messenger::message::Message;

const TOKEN: &str = "page token +/=%";

fn client(server: &MockServer) -> Graph {
    Graph::new(&format!("{}/v2.6/", server.uri()), Secret::new(TOKEN))
}

async fn answering(status: u16, body: &str) -> MockServer {
    let server = MockServer::start().await;
    let answer = ResponseTemplate::new(status).set_body_raw(body.to_owned(), "application/json");
    Mock::given(wiremock::matchers::any())
        .respond_with(answer)
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn the_psid_is_asked_for_as_documented() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/v2.6/me"))
        .and(query_param("access_token", TOKEN))
        .and(query_param("fields", "recipient"))
        .and(query_param("account_linking_token", "a+b/c=%"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({"id": "1", "recipient": "26628309676818465"})),
        )
        .expect(1)
        .mount(&server)
        .await;
    assert_eq!(
        client(&server).psid("a+b/c=%").await.unwrap(),
        "26628309676818465"
    );
}

#[tokio::test]
async fn unlinking_is_asked_for_as_documented() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v2.6/me/unlink_accounts"))
        .and(query_param("access_token", TOKEN))
        .and(header("content-type", "application/json"))
        .and(body_json(json!({"psid": "00123"})))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(json!({"result": "unlink account success"})),
        )
        .expect(1)
        .mount(&server)
        .await;
    client(&server).unlink("00123").await.unwrap();
}

#[tokio::test]
async fn a_message_goes_to_the_send_api() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v2.6/me/messages"))
        .respond_with(
            ResponseTemplate::new(200)
                .set_body_json(json!({"recipient_id": "7", "message_id": "m_1"})),
        )
        .expect(1)
        .mount(&server)
        .await;
    let message = Message::Text("Hello".to_owned());
    client(&server)
        .send(&Outgoing {
            psid: "7",
            message: &message,
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn every_golden_error_is_understood() {
    let mut understood = Vec::new();
    for golden in linklab_fixtures::all_golden() {
        let body = &golden.message["body"];
        if body["error"].is_object() {
            let status = golden.message["status"].as_u64().unwrap_or(400);
            let server = answering(u16::try_from(status).unwrap(), &body.to_string()).await;
            let error = client(&server).unlink("7").await.unwrap_err();
            understood.push(json!({ "name": golden.name, "error": error.to_string(), "repeat": error.is_worth_repeating() }));
        }
    }
    assert!(
        understood.len() >= 10,
        "the fixtures hold fewer errors than the protocol names: {}",
        understood.len()
    );
    insta::assert_json_snapshot!(understood);
}

/// The golden request that the platform received, as its fixture writes it.
async fn received(server: &MockServer) -> Value {
    let requests = server.received_requests().await.unwrap();
    let request = &requests[0];
    let mut query: Vec<_> = request.url.query_pairs().into_owned().collect();
    query.sort();
    json!({
        "method": request.method.as_str(),
        "path": request.url.path(),
        "query": query,
        "body": serde_json::from_slice::<Value>(&request.body).unwrap_or_default(),
    })
}

fn golden_request(name: &str) -> Value {
    let golden = &linklab_fixtures::golden(name).unwrap().message;
    let mut query: Vec<(String, String)> = serde_json::from_value(golden["query"].clone()).unwrap();
    query.sort();
    json!({ "method": golden["method"], "path": golden["path"], "query": query, "body": golden["body"] })
}

fn golden_answer(name: &str) -> String {
    linklab_fixtures::golden(name).unwrap().message["body"].to_string()
}

#[tokio::test]
async fn the_golden_conversations_are_held() {
    let token = Secret::new("PAGE_ACCESS_TOKEN");
    let graph = |server: &MockServer| Graph::new(&format!("{}/v2.6", server.uri()), token.clone());

    let server = answering(200, &golden_answer("psid-response")).await;
    let request = golden_request("psid-request");
    let asked = |name: &str| {
        let query = request["query"].as_array().unwrap();
        query.iter().find(|pair| pair[0] == name).unwrap()[1]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let psid = graph(&server)
        .psid(&asked("account_linking_token"))
        .await
        .unwrap();
    assert_eq!(received(&server).await, request);
    insta::assert_snapshot!(psid, @"25193847560281743");

    let server = answering(200, &golden_answer("unlink-response")).await;
    let request = golden_request("unlink-request");
    graph(&server)
        .unlink(request["body"]["psid"].as_str().unwrap())
        .await
        .unwrap();
    assert_eq!(received(&server).await, request);

    let server = answering(200, &golden_answer("send-message-response")).await;
    let request = golden_request("send-text-request");
    let message = Message::Text(
        request["body"]["message"]["text"]
            .as_str()
            .unwrap()
            .to_owned(),
    );
    let psid = request["body"]["recipient"]["id"].as_str().unwrap();
    graph(&server)
        .send(&Outgoing {
            psid,
            message: &message,
        })
        .await
        .unwrap();
    assert_eq!(received(&server).await, request);
}

#[tokio::test]
async fn answers_of_the_wrong_shape_are_not_believed() {
    for (status, body) in [
        (200, "{}"),
        (200, "<html>"),
        (200, ""),
        (200, r#"{"recipient": 26628309676818465}"#),
        (200, r#"{"recipient": null}"#),
        (502, "<html>Bad gateway</html>"),
        (302, ""),
    ] {
        let server = answering(status, body).await;
        let error = client(&server).psid("T").await.unwrap_err();
        assert_eq!(error, GraphError::Unreadable { status }, "{body}");
    }
}

#[tokio::test]
async fn an_error_object_under_status_200_is_an_error() {
    let body = r#"{"error":{"message":"(#10301) Account linking token expired","type":"OAuthException","code":10301}}"#;
    let server = answering(200, body).await;
    let error = client(&server).psid("T").await.unwrap_err();
    assert!(
        matches!(error, GraphError::Refused { code: 10301, .. }),
        "{error}"
    );
}

#[tokio::test]
async fn a_token_in_an_error_message_is_taken_out() {
    let body =
        json!({ "error": { "message": format!("Malformed access token {TOKEN}"), "code": 190 } });
    let server = answering(400, &body.to_string()).await;
    let error = client(&server).unlink("7").await.unwrap_err().to_string();
    assert!(
        error.ends_with("Malformed access token [redacted]"),
        "{error}"
    );
}

#[tokio::test]
async fn a_flood_is_not_read_to_its_end() {
    let server = answering(200, &"x".repeat(LONGEST_ANSWER + 1)).await;
    assert_eq!(
        client(&server).unlink("7").await,
        Err(GraphError::Unreadable { status: 200 })
    );
}

#[tokio::test]
async fn a_refused_connection_is_told_apart_and_never_shows_the_token() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let error = Graph::new(&address, Secret::new(TOKEN))
        .unlink("7")
        .await
        .unwrap_err();
    assert_eq!(error, GraphError::Unreachable);
    assert!(!format!("{error} {error:?}").contains("page"));
}

#[tokio::test]
async fn a_slow_platform_is_given_up() {
    let server = MockServer::start().await;
    let late = ResponseTemplate::new(200)
        .set_delay(Duration::from_mins(1))
        .set_body_json(Value::Null);
    Mock::given(wiremock::matchers::any())
        .respond_with(late)
        .mount(&server)
        .await;
    let mut graph = client(&server);
    graph.http = reqwest::Client::builder()
        .timeout(Duration::from_millis(100))
        .no_proxy()
        .build()
        .unwrap();
    assert_eq!(graph.unlink("7").await, Err(GraphError::NoAnswer));
}
