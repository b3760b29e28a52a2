//! The whole line against the simulator: two servers, a person, and nothing scripted between them.

use std::time::Duration;

use linklab_reference::{AllowList, Backend, Secret};
use linklab_simulator::{
    Config, Simulator,
    journal::{Cursor, What},
    webview::{Landing, LandingResult},
};
use serde_json::Value;
use tokio::{net::TcpListener, time};
use tokio_util::sync::CancellationToken;

use crate::{
    backend::{PASSWORD, config},
    person::Person,
};

const PSID: &str = "26628309676818465";
const DEADLINE: Duration = Duration::from_secs(15);

#[tokio::test]
async fn a_person_links_asks_and_unlinks() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let home = format!("http://{}", listener.local_addr().unwrap());
    let platform = Simulator::start(Config {
        webhook_url: Some(format!("{home}/webhook")),
        ..Config::default()
    })
    .await
    .unwrap();
    platform.add_user(Some(PSID), "Ann").unwrap();

    let known = platform.config();
    let mut settings = config(&platform.graph_url());
    settings.page.id.clone_from(&known.page_id);
    settings.page.app_secret = Secret::new(&known.app_secret);
    settings.page.verify_token = Secret::new(&known.verify_token);
    settings.page.access_token = Secret::new(&known.page_access_token);
    settings.confirm_psid = true;
    settings.redirect_allow = AllowList::new([platform.graph_url().as_str()]).unwrap();
    let backend = Backend::open(settings).await.unwrap();
    backend
        .create_account("ann", "Ann", PASSWORD)
        .await
        .unwrap();
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let served = tokio::spawn(async move { backend.serve(listener, stopped).await.unwrap() });
    platform.verify_webhook().await.unwrap();

    let opening = platform
        .tap_log_in(PSID, &format!("{home}/authorize?shop=7"), None)
        .unwrap();
    let person = Person::at(&home, "en");
    let address = person
        .link("ann", opening.url.strip_prefix(&home).unwrap())
        .await;
    let landed = platform.land(&opening, &address, Landing::Deliver).await;
    assert_eq!(landed.result, LandingResult::Linked);
    assert_eq!(landed.psid.as_deref(), Some(PSID));

    // An answer tells how things stand when it is sent, so each one is waited for.
    let heard = async |count: usize| {
        let said = async {
            while answers(&platform).len() < count {
                time::sleep(Duration::from_millis(5)).await;
            }
        };
        time::timeout(DEADLINE, said).await.unwrap();
    };
    platform.say(PSID, "whoami").await.unwrap();
    heard(2).await;
    platform.tap_log_out(PSID).await.unwrap();
    platform.say(PSID, "whoami").await.unwrap();
    heard(4).await;
    stop.cancel();
    time::timeout(DEADLINE, served).await.unwrap().unwrap();
    insta::assert_snapshot!(answers(&platform).join("\n"));
    platform.stop().await;
}

fn answers(platform: &Simulator) -> Vec<String> {
    let (entries, _) = platform.journal().since(Cursor::default());
    let said = entries.into_iter().filter_map(|entry| match entry.what {
        What::BotSaid { psid, message } if psid == PSID => Some(in_words(&message)),
        _ => None,
    });
    said.collect()
}

fn in_words(message: &Value) -> String {
    let payload = &message["attachment"]["payload"];
    let button = payload["buttons"][0]["type"].as_str().unwrap_or("text");
    let text = message["text"].as_str().or(payload["text"].as_str());
    format!("[{button}] {}", text.unwrap_or_default())
}
