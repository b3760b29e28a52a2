//! The journal as others take it away: exports without secrets, and chains of causes across both directions.

use linklab_simulator::journal::{Cursor, Matcher, Redaction};
use linklab_simulator::webview::Landing;
use serde_json::{Value, json};

use crate::backend::{BUTTON, Bench, PSID, TOKEN, answer, ok};

/// A login, then a message of the page to the user. Returns what must not leave the process.
async fn played(bench: &Bench) -> [String; 4] {
    let platform = &bench.platform;
    let opening = platform
        .tap_log_in(PSID, BUTTON, None)
        .expect("a Log In button starts linking");
    let code = "c0de/of-this-login";
    let url = format!("{}&authorization_code={code}", opening.redirect_uri);
    let recipient = bench.get("/me").query(&[
        ("fields", "recipient"),
        ("account_linking_token", &opening.account_linking_token),
    ]);
    assert_eq!(answer(recipient).await.0, 200);
    platform.land(&opening, &url, Landing::Deliver).await;
    let message = json!({ "recipient": { "id": PSID }, "message": { "text": "welcome" } });
    assert_eq!(
        answer(bench.post("/me/messages").json(&message)).await.0,
        200
    );
    [
        code.to_owned(),
        TOKEN.to_owned(),
        platform.config().app_secret.clone(),
        opening.account_linking_token,
    ]
}

fn first(bench: &Bench, matcher: &Matcher) -> u64 {
    bench.platform.journal().find(matcher).entries[0].seq
}

fn kind(kind: &str) -> Matcher {
    Matcher {
        kind: Some(kind.to_owned()),
        ..Matcher::default()
    }
}

#[tokio::test]
async fn a_message_leads_back_to_the_tap_and_so_does_the_question_for_the_user() {
    let bench = Bench::answering(ok()).await;
    played(&bench).await;
    let said = first(&bench, &kind("bot_said"));
    let chain = bench.platform.journal().chain(said);
    let kinds: Vec<_> = chain
        .iter()
        .map(linklab_simulator::journal::Entry::kind)
        .collect();
    assert_eq!(
        kinds,
        ["note", "note", "delivered", "graph_call", "bot_said"]
    );
    let asked = Matcher {
        endpoint: Some("recipient".to_owned()),
        ..Matcher::default()
    };
    let chain = bench.platform.journal().chain(first(&bench, &asked));
    assert_eq!(chain.len(), 2);
    assert!(format!("{:?}", chain[0].what).contains("tapped Log In"));
}

#[tokio::test]
async fn no_secret_is_in_an_export() {
    let bench = Bench::answering(ok()).await;
    let secrets = played(&bench).await;
    let journal = bench.platform.journal();
    let found = journal.find(&Matcher::default());
    let redaction = Redaction::of(bench.platform.config());
    let lines = found.to_json_lines(&redaction);
    let archive = found
        .to_har(
            &redaction,
            &bench.platform.graph_url(),
            "http://backend.example/webhook",
        )
        .to_string();
    let raw: String = found
        .entries
        .iter()
        .map(|entry| entry.to_value().to_string())
        .collect();
    for secret in secrets
        .iter()
        .filter(|secret| **secret != bench.platform.config().app_secret)
    {
        let known = raw.contains(secret) || raw.contains(&secret.replace('/', "\\/"));
        let known = known || raw.contains(&secret.replace('/', "\\\\/"));
        assert!(known, "{secret} is there before it is taken out");
    }
    for secret in secrets {
        for form in [
            secret.clone(),
            secret.replace('/', "\\/"),
            secret.replace('/', "%2F"),
        ] {
            assert!(!lines.contains(&form), "{form} in {lines}");
            assert!(!archive.contains(&form), "{form} in {archive}");
        }
        let rest = secret.get(secret.len() - 10..).unwrap();
        assert!(!lines.contains(rest), "{rest} in {lines}");
    }
    assert_eq!(lines.lines().count(), found.entries.len());
    for line in lines.lines() {
        serde_json::from_str::<Value>(line).unwrap();
    }
}

#[tokio::test]
async fn an_archive_holds_every_exchange_as_har_1_2_has_it() {
    let bench = Bench::answering(ok()).await;
    played(&bench).await;
    let found = bench.platform.journal().find(&Matcher::default());
    let redaction = Redaction::of(bench.platform.config());
    let archive = found.to_har(
        &redaction,
        "http://graph.example",
        "http://backend.example/w",
    );
    assert_eq!(archive["log"]["version"], "1.2");
    let entries = archive["log"]["entries"].as_array().unwrap();
    let told: Vec<_> = entries
        .iter()
        .map(|entry| {
            let (request, response) = (&entry["request"], &entry["response"]);
            for key in ["cookies", "headers", "queryString"] {
                assert!(request[key].is_array(), "{key}");
            }
            assert!(entry["time"].is_u64() && entry["cache"].is_object());
            let url = request["url"].as_str().unwrap().split('?').next().unwrap();
            format!("{} {url} {}", request["method"], response["status"])
        })
        .collect();
    assert_eq!(
        told,
        [
            "\"GET\" http://graph.example/me 200",
            "\"POST\" http://backend.example/w 200",
            "\"POST\" http://graph.example/me/messages 200",
        ]
    );
}

#[tokio::test]
async fn a_search_says_what_the_bound_has_dropped() {
    let bench = Bench::answering(ok()).await;
    for _ in 0..linklab_simulator::journal::MAX_ENTRIES {
        bench.platform.queue().pause();
    }
    bench.platform.queue().pause();
    let found = bench.platform.journal().find(&Matcher::default());
    let all = bench.platform.journal().end();
    assert_eq!(found.dropped, all.0 - found.entries.len() as u64);
    assert!(found.dropped > 0);
    let lines = found.to_json_lines(&Redaction::of(bench.platform.config()));
    let marker: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(marker, json!({ "dropped": found.dropped }));
    let (_, dropped) = bench.platform.journal().since(Cursor(all.0));
    assert_eq!(dropped, 0);
}
