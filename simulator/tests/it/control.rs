//! The control plane as programs use it, and as foreign pages do not.

use std::time::Duration;

use linklab_simulator::Simulator;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};

use crate::backend::{BUTTON, Bench, PSID, TOKEN, answer, ok};

const CODE: &str = "c0de-of-this-login";

/// Status and JSON of one operation.
async fn call(bench: &Bench, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
    let mut request = bench.bare(method, &format!("/_linklab{path}"));
    if let Some(body) = body {
        request = request.json(&body);
    }
    answer(request).await
}

async fn get(bench: &Bench, path: &str) -> Value {
    let (status, value) = call(bench, Method::GET, path, None).await;
    assert_eq!(status, 200, "{path}: {value}");
    value
}

async fn post(bench: &Bench, path: &str, body: Value) -> Value {
    let (status, value) = call(bench, Method::POST, path, Some(body)).await;
    assert_eq!(status, 200, "{path}: {value}");
    value
}

async fn logged_in(bench: &Bench) {
    let opening = post(
        bench,
        &format!("/users/{PSID}/log-in"),
        json!({ "url": BUTTON }),
    )
    .await;
    let back = opening["redirect_uri"]
        .as_str()
        .expect("a login has a way back");
    let url = format!("{back}&authorization_code={CODE}");
    let landed = post(bench, "/land", json!({ "url": url })).await;
    assert_eq!(landed["result"], "linked", "{landed}");
}

/// A value that fits a field of the document, by its name or else its type.
fn example(name: &str, schema: &Value) -> Value {
    match name {
        "fault" => json!({ "graph": { "error": "rate_limit" } }),
        "when" => json!({ "next": 1 }),
        "after" => json!("linked"),
        "steps" => json!([{ "kind": "note" }]),
        "button" => json!({ "type": "phone_number", "payload": "+1" }),
        "client" => json!("android"),
        "entry" => json!("url_button"),
        "url" => json!(BUTTON),
        "psid" => json!("4711"),
        "shape" => json!("one_entry"),
        "value" => json!(false),
        "event" => json!({ "unheard_of": {} }),
        _ => match schema["type"].as_str() {
            Some("integer") => json!(1),
            Some("boolean") => json!(true),
            Some("array") => json!([1]),
            Some("object") => json!({}),
            _ => json!("text"),
        },
    }
}

#[tokio::test]
async fn every_operation_of_the_document_is_served_as_it_says() {
    let bench = Bench::answering(ok()).await;
    let document = get(&bench, "/openapi.json").await;
    let mut places = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            places.push(format!("{} {path}", method.to_uppercase()));
            let fields = &operation["requestBody"]["content"]["application/json"]["schema"];
            let body = fields["properties"].as_object().map(|properties| {
                let pairs = properties.iter();
                let pairs = pairs.map(|(name, schema)| (name.clone(), example(name, schema)));
                Value::Object(pairs.collect())
            });
            let mut at = path
                .replace("{psid}", PSID)
                .replace("{name}", "token_burned");
            for part in ["{id}", "{seq}", "{app_id}"] {
                at = at.replace(part, "999999");
            }
            let mut request = bench.bare(method.to_uppercase().parse().unwrap(), &at);
            for parameter in operation["parameters"].as_array().unwrap() {
                if parameter["in"] == "query" {
                    let name = parameter["name"].as_str().unwrap();
                    let value = match name {
                        "format" => "text",
                        "after" | "since" | "within_ms" | "limit" => "1",
                        "status" => "200",
                        _ => "note",
                    };
                    if name != "format" {
                        request = request.query(&[(name, value)]);
                    }
                }
            }
            if let Some(body) = body {
                request = request.json(&body);
            }
            let response = request.send().await.unwrap();
            let (status, kind) = (
                response.status(),
                response.headers()["content-type"].clone(),
            );
            if status == StatusCode::OK {
                let expected = &operation["responses"]["200"]["content"];
                let kind = kind.to_str().unwrap().split(';').next().unwrap().to_owned();
                assert!(!expected[&kind].is_null(), "{at} answers {kind}");
            } else {
                let told: Value = response.json().await.unwrap();
                let code = told["error"]["code"].as_str().unwrap_or_default();
                assert!(
                    ["not_found", "refused"].contains(&code),
                    "{method} {at}: {status} {told}"
                );
            }
        }
    }
    insta::assert_snapshot!(places.join("\n"));
}

#[tokio::test]
async fn what_is_not_served_is_told_in_a_sentence() {
    let bench = Bench::answering(ok()).await;
    let say = format!("/users/{PSID}/say");
    for (method, path, body, status, part) in [
        (
            Method::GET,
            "/nothing",
            None,
            404,
            "there is no GET /_linklab/nothing",
        ),
        (Method::GET, "/clock/freeze", None, 405, "use POST"),
        (Method::GET, "/users/1", None, 404, "no user has the id 1"),
        (Method::GET, "/users?limit=0", None, 400, "limit is 0"),
        (
            Method::GET,
            "/users?limits=1",
            None,
            400,
            "no parameter \"limits\"",
        ),
        (
            Method::GET,
            "/journal/wait?within_ms=60001",
            None,
            400,
            "too long",
        ),
        (
            Method::POST,
            &say,
            Some(json!({ "txt": "a" })),
            400,
            "unknown field",
        ),
        (Method::POST, &say, None, 400, "missing field"),
        (
            Method::POST,
            "/faults",
            Some(json!({ "fault": { "webhook": "cut" }, "when": { "next": 0 } })),
            400,
            "never fire",
        ),
        (
            Method::PUT,
            "/knobs/none",
            Some(json!({ "value": "1" })),
            404,
            "there is no knob",
        ),
        (
            Method::POST,
            "/users",
            Some(json!({ "name": "B", "psid": PSID })),
            409,
            "exists already",
        ),
    ] {
        let (got, value) = call(&bench, method, path, body).await;
        let message = value["error"]["message"].as_str().unwrap_or_default();
        assert_eq!(got, status, "{path}: {value}");
        assert!(message.contains(part), "{path}: {message}");
    }
    let great = "x".repeat(1024 * 1024);
    let (status, _) = call(&bench, Method::POST, &say, Some(json!({ "text": great }))).await;
    assert_eq!(status, 413);
}

#[tokio::test]
async fn foreign_pages_and_foreign_names_are_refused() {
    let bench = Bench::answering(ok()).await;
    let own = bench.platform.graph_url();
    for (name, value, status) in [
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("origin", own.as_str(), 200),
        ("host", "evil.example", 403),
        ("sec-fetch-site", "cross-site", 403),
    ] {
        let request = bench.bare(Method::GET, "/_linklab/environment");
        let (got, body) = answer(request.header(name, value)).await;
        assert_eq!(got, status, "{name}: {value}");
        assert_eq!(body["APP_SECRET"].is_string(), status == 200);
    }
    let form = bench
        .bare(Method::POST, &format!("/_linklab/users/{PSID}/say"))
        .header("content-type", "text/plain")
        .body(r#"{"text":"hi"}"#);
    assert_eq!(answer(form).await.0, 415);
    assert!(bench.received().await.is_empty());
}

#[tokio::test]
async fn a_login_over_http_links_and_its_story_can_be_asked_for() {
    let bench = Bench::answering(ok()).await;
    logged_in(&bench).await;
    let user = get(&bench, &format!("/users/{PSID}")).await;
    assert_eq!(
        (&user["linked"], &user["client"]),
        (&json!(true), &json!("ios"))
    );
    let message = json!({ "recipient": { "id": PSID }, "message": { "text": "hi" } });
    answer(bench.post("/me/messages").json(&message)).await;
    let said = get(&bench, &format!("/journal/wait?kind=bot_said&psid={PSID}")).await;
    let chain = get(&bench, &format!("/journal/{}/chain", said["entry"]["seq"])).await;
    assert_eq!(chain["chain"].as_array().unwrap().len(), 5, "{chain}");
    assert_eq!(
        get(&bench, "/journal/count?kind=delivered").await["count"],
        1
    );
    let steps =
        json!({ "steps": [{ "text": "tapped" }, { "kind": "delivered" }, { "kind": "bot_said" }] });
    assert_eq!(
        post(&bench, "/journal/sequence", steps).await["found"],
        true
    );
    let steps = json!({ "steps": [{ "kind": "bot_said" }, { "kind": "delivered" }] });
    assert_eq!(
        post(&bench, "/journal/sequence", steps).await["missing_step"],
        1
    );
    let opening = post(
        &bench,
        &format!("/users/{PSID}/log-in"),
        json!({ "url": BUTTON }),
    )
    .await;
    let back = opening["redirect_uri"].as_str().unwrap();
    post(&bench, "/land", json!({ "url": back })).await;
    let ends = get(&bench, &format!("/users/{PSID}/linkings")).await;
    let linked: Vec<_> = ends["linkings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|end| &end["linked"])
        .collect();
    assert_eq!(linked, [true, false]);
    assert!(ends["linkings"][1]["advice"].is_string());
}

#[tokio::test]
async fn only_the_environment_block_holds_secrets() {
    let bench = Bench::answering(ok()).await;
    logged_in(&bench).await;
    answer(bench.get("/me")).await;
    let secret = bench.platform.config().app_secret.clone();
    let mut everything = String::new();
    for path in [
        "/status",
        "/users",
        "/clock",
        "/queue",
        "/queue/1",
        "/webhooks",
        "/faults",
        "/knobs",
        "/journal",
        "/journal/export",
        "/journal/export?format=har",
        "/openapi.json",
    ] {
        let response = bench
            .bare(Method::GET, &format!("/_linklab{path}"))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), 200, "{path}");
        everything += &response.text().await.unwrap();
    }
    for hidden in [CODE, TOKEN, "VERIFY_TOKEN", &secret] {
        assert!(!everything.contains(hidden), "{hidden}");
    }
    assert_eq!(
        get(&bench, "/environment").await["PAGE_ACCESS_TOKEN"],
        TOKEN
    );
    let block = bench.bare(Method::GET, "/_linklab/environment?format=env");
    let block = block.send().await.unwrap().text().await.unwrap();
    assert!(block.contains(&format!("GRAPH_API_URL={}\n", bench.platform.graph_url())));
}

#[tokio::test]
async fn clock_queue_faults_and_knobs_are_steered_over_http() {
    let bench = Bench::answering(ok()).await;
    assert_eq!(
        post(&bench, "/clock/freeze", json!({})).await["frozen"],
        true
    );
    let now = get(&bench, "/clock").await["now_ms"].as_u64().unwrap();
    let moved = post(&bench, "/clock/advance", json!({ "ms": 60_000 })).await;
    assert_eq!(moved["now_ms"], now + 60_000);
    assert_eq!(
        post(&bench, "/clock/set", json!({ "at_ms": now })).await["now_ms"],
        now
    );

    post(&bench, "/queue/pause", json!({})).await;
    let say = format!("/users/{PSID}/say");
    let (status, kept) = call(&bench, Method::POST, &say, Some(json!({ "text": "a" }))).await;
    assert_eq!(status, 409, "{kept}");
    let waiting = get(&bench, "/queue?stage=waiting").await;
    let id = &waiting["deliveries"][0]["id"];
    post(&bench, &format!("/queue/{id}/duplicate"), json!({})).await;
    let stepped = post(&bench, "/queue/step", json!({})).await;
    assert_eq!(stepped["attempt"]["acknowledged"], true);
    let copy = get(&bench, "/queue?stage=waiting").await["deliveries"][0]["id"].clone();
    let (status, _) = call(&bench, Method::DELETE, &format!("/queue/{copy}"), None).await;
    assert_eq!(status, 200);
    post(&bench, "/queue/resume", json!({})).await;
    assert_eq!(bench.received().await.len(), 1);

    let rule = json!({ "fault": { "graph": { "error": "rate_limit" } }, "when": { "next": 1 } });
    let armed = post(&bench, "/faults", rule).await;
    assert_eq!(answer(bench.get("/me")).await.1["error"]["code"], 613);
    assert_eq!(get(&bench, "/faults").await["faults"][0]["fired"], 1);
    let path = format!("/faults/{}", armed["id"]);
    assert_eq!(call(&bench, Method::DELETE, &path, None).await.0, 200);
    assert_eq!(call(&bench, Method::DELETE, &path, None).await.0, 404);

    let turned = json!({ "value": false });
    let (status, knobs) = call(&bench, Method::PUT, "/knobs/token_burned", Some(turned)).await;
    assert_eq!(
        (status, &knobs["knobs"]["token_burned"]),
        (200, &json!("false"))
    );
}

#[tokio::test]
async fn a_reset_leaves_a_world_like_a_new_one_and_used_tokens_used() {
    let bench = Bench::answering(ok()).await;
    let opening = bench.platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let url = format!("{}&authorization_code={CODE}", opening.redirect_uri);
    post(&bench, "/land", json!({ "url": url })).await;
    post(&bench, "/queue/pause", json!({})).await;
    let rule = json!({ "fault": { "webhook": "cut" }, "when": { "next": 1 } });
    post(&bench, "/faults", rule).await;
    bench.platform.set_knob("user_order", "false").unwrap();
    assert!(bench.platform.say(PSID, "waits").await.is_err());
    assert_eq!(post(&bench, "/reset", json!({})).await["settled"], true);
    let status = get(&bench, "/status").await;
    assert_eq!(status["users"], 0);
    assert_eq!(status["faults"], 0);
    assert_eq!(status["queue"]["waiting"], 0);
    assert_eq!(status["queue"]["paused"], false);
    assert_eq!(bench.platform.knobs(), bench.platform.config().knobs);
    bench.platform.add_user(Some(PSID), "Ada Example").unwrap();
    let again = post(&bench, "/land", json!({ "url": url })).await;
    assert_eq!(again["result"], "aborted", "{again}");
    assert_eq!(bench.platform.link_of(PSID), None);
    bench.platform.say(PSID, "hears again").await.unwrap();
}

#[tokio::test]
async fn the_event_stream_tells_each_entry_and_ends_with_the_platform() {
    let bench = Bench::answering(ok()).await;
    let mut stream = bench
        .bare(Method::GET, "/_linklab/events")
        .send()
        .await
        .unwrap();
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    bench.platform.say(PSID, "hello stream").await.unwrap();
    let mut text = String::new();
    let told = async {
        while !text.contains("hello stream") {
            let chunk = stream.chunk().await.unwrap().expect("the stream goes on");
            text += &String::from_utf8_lossy(&chunk);
        }
    };
    tokio::time::timeout(Duration::from_secs(20), told)
        .await
        .unwrap();
    assert!(
        text.contains("event:entry") && text.contains("id:"),
        "{text}"
    );
    let stopped = tokio::time::timeout(Duration::from_secs(10), bench.platform.stop());
    stopped
        .await
        .expect("an open stream does not hold the stop");
    let rest = async { while let Ok(Some(_)) = stream.chunk().await {} };
    tokio::time::timeout(Duration::from_secs(10), rest)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_wait_ends_with_the_entry_and_not_before() {
    let bench = Bench::answering(ok()).await;
    let nothing = get(&bench, "/journal/wait?kind=delivered&within_ms=20").await;
    assert_eq!(nothing["entry"], Value::Null);
    let (found, said) = tokio::join!(
        get(&bench, "/journal/wait?kind=delivered&within_ms=20000"),
        bench.platform.say(PSID, "hi"),
    );
    said.unwrap();
    assert_eq!(found["entry"]["delivered"]["psids"], json!([PSID]));
    assert_eq!(
        post(&bench, "/journal/settle", json!({})).await["settled"],
        true
    );
}

#[tokio::test]
async fn beyond_loopback_the_control_plane_is_closed() {
    let config = linklab_simulator::Config {
        listen: "0.0.0.0:0".parse().unwrap(),
        ..linklab_simulator::Config::default()
    };
    let platform = Simulator::start(config).await.unwrap();
    let url = format!(
        "http://127.0.0.1:{}/_linklab/status",
        platform.address().port()
    );
    let response = Client::new().get(url).send().await.unwrap();
    assert_eq!(response.status(), 403);
    platform.stop().await;
}
