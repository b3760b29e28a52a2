//! A backend that calls the platform back from inside its webhook handler.

use std::time::Duration;

use linklab_simulator::journal::What;
use linklab_simulator::webview::{Landing, LandingResult};
use linklab_simulator::{Config, Simulator};
use reqwest::Client;
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use warp::Filter as _;

use crate::backend::{BUTTON, PSID, TOKEN};

#[tokio::test]
async fn calls_from_inside_the_webhook_handler_are_answered_before_it_returns() {
    // The platform must know the backend's address and the backend the platform's: bind both first.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let webhook = format!("http://{}/webhook", listener.local_addr().unwrap());
    let config = Config {
        webhook_url: Some(webhook),
        ..Config::default()
    };
    let platform = Simulator::start(config).await.unwrap();
    platform.add_user(Some(PSID), "Ada Example").unwrap();

    let graph = platform.graph_url();
    let route = warp::path!("webhook")
        .and(warp::post())
        .and(warp::body::bytes())
        .then(move |_body| {
            let graph = graph.clone();
            async move {
                let client = Client::new();
                let call = |edge: &str, body| {
                    let url = format!("{graph}/me/{edge}");
                    let call = client.post(url).query(&[("access_token", TOKEN)]);
                    call.json(&body).send()
                };
                let said = json!({ "recipient": { "id": PSID }, "message": { "text": "Welcome" } });
                let said = call("messages", said).await.map(|answer| answer.status());
                let gone = call("unlink_accounts", json!({ "psid": PSID })).await;
                let gone = gone.map(|answer| answer.status());
                format!("{said:?} {gone:?}")
            }
        });
    let stop = CancellationToken::new();
    let server = warp::serve(route)
        .incoming(listener)
        .graceful(stop.clone().cancelled_owned());
    let server = tokio::spawn(server.run());

    let opening = platform.tap_log_in(PSID, BUTTON, None).unwrap();
    let url = format!("{}&authorization_code=c", opening.redirect_uri);
    let start = platform.journal().end();
    let landing = platform.land(&opening, &url, Landing::Deliver);
    let landed = tokio::time::timeout(Duration::from_secs(10), landing).await;
    let landed = landed.expect("nothing waits for itself");
    // The acknowledgement came after the unlink call, so it is the last word.
    assert_eq!(landed.result, LandingResult::Linked);

    let (entries, _) = platform.journal().since(start);
    let position = |wanted: fn(&What) -> bool| {
        let found = entries.iter().find(|entry| wanted(&entry.what));
        found.map(|entry| entry.seq).expect("the line is there")
    };
    let said = position(|what| matches!(what, What::BotSaid { .. }));
    let delivered = position(|what| matches!(what, What::Delivered { .. }));
    assert!(said < delivered);
    stop.cancel();
    server.await.unwrap();
}
