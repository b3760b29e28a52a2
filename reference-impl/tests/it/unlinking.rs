//! Every way out: the button, the account page, the admin endpoint, the library call.

use std::time::Duration;

use serde_json::json;
use tokio::time;
use wiremock::{
    Mock, ResponseTemplate,
    matchers::{body_json, method, path, query_param},
};

use crate::{
    backend::{NOON, PAGE_TOKEN, PASSWORD, Running, start},
    person::{Person, Seen},
    platform::{code_in, linked, linking_page, said, unlinked},
};

async fn link(backend: &Running, psid: &str, username: &str) {
    let address = Person::new(backend)
        .link(username, &linking_page(&format!("token-{psid}")))
        .await;
    backend
        .deliver(&[linked(psid, &code_in(&address), NOON)])
        .await;
    assert!(backend.name_behind(psid).await.is_some());
}

async fn account_page(backend: &Running, person: &Person) -> Seen {
    let login = person.open("/login").await;
    let page = person
        .submit(
            &login
                .form("login")
                .with("username", "ann")
                .with("password", PASSWORD),
        )
        .await;
    assert_eq!(page.status, 200, "{}", backend.address);
    page
}

async fn graph_says(backend: &Running, status: u16) {
    // 1200 passes by itself, 100 never does (protocol 2.3).
    let code = if status == 500 { 1200 } else { 100 };
    let answer = ResponseTemplate::new(status)
        .set_body_json(json!({ "error": { "message": "no", "code": code } }));
    Mock::given(path("/me/unlink_accounts"))
        .respond_with(answer)
        .with_priority(if status == 500 { 2 } else { 1 })
        .mount(&backend.graph)
        .await;
}

#[tokio::test]
async fn the_log_out_button_unlinks_one_person_and_says_goodbye_once() {
    let mut backend = start().await;
    link(&backend, "7", "ann").await;
    link(&backend, "8", "ann").await;
    for time in [NOON + 1000, NOON + 1000] {
        assert_eq!(backend.deliver(&[unlinked("7", time)]).await, 200);
    }
    assert_eq!(backend.deliver(&[unlinked("nobody", NOON)]).await, 200);
    assert_eq!(backend.name_behind("7").await, None);
    assert_eq!(backend.name_behind("8").await.as_deref(), Some("Ann"));
    backend.stop().await;
    assert_eq!(
        backend.messages_so_far("7").await.len(),
        2,
        "a welcome and a goodbye"
    );
    assert_eq!(backend.messages_so_far("nobody").await.len(), 0);
}

#[tokio::test]
async fn after_unlinking_the_bot_no_longer_knows_the_name() {
    let backend = start().await;
    link(&backend, "7", "ann").await;
    backend.deliver(&[said("7", "m1", "whoami")]).await;
    let messages = backend.messages_to("7", 2).await;
    assert!(messages[1]["text"].as_str().unwrap().contains("Ann"));
    backend
        .deliver(&[unlinked("7", NOON + 1000), said("7", "m2", "whoami")])
        .await;
    let messages = backend.messages_to("7", 4).await;
    assert!(!messages[3].to_string().contains("Ann"));
    assert_eq!(
        messages[3]["attachment"]["payload"]["buttons"][0]["type"],
        "account_link"
    );
}

#[tokio::test]
async fn the_admin_endpoint_tells_the_platform_and_follows() {
    let backend = start().await;
    link(&backend, "00123456789012345678", "ann").await;
    Mock::given(method("POST"))
        .and(path("/me/unlink_accounts"))
        .and(query_param("access_token", PAGE_TOKEN))
        .and(body_json(json!({ "psid": "00123456789012345678" })))
        .respond_with(
            ResponseTemplate::new(200).set_body_json(json!({ "result": "unlink account success" })),
        )
        .with_priority(1)
        .expect(1)
        .mount(&backend.graph)
        .await;
    let (status, body) = backend.admin_unlink("00123456789012345678").await;
    assert_eq!(
        (status, &body["linked"], &body["was_linked"]),
        (200, &json!(false), &json!(true))
    );
    assert_eq!(backend.name_behind("00123456789012345678").await, None);
    backend.messages_to("00123456789012345678", 2).await;
}

#[tokio::test]
async fn when_the_platform_refuses_the_link_stays_and_everybody_says_so() {
    let backend = start().await;
    link(&backend, "7", "ann").await;
    graph_says(&backend, 400).await;
    let (status, body) = backend.admin_unlink("7").await;
    assert_eq!(status, 502);
    assert!(
        body["error"]
            .as_str()
            .unwrap()
            .contains("the link stays here too"),
        "{body}"
    );
    assert!(!body.to_string().contains(PAGE_TOKEN));
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Ann"));

    let person = Person::new(&backend);
    let page = account_page(&backend, &person).await;
    let page = person.submit(&page.form("unlink")).await;
    assert!(page.text().contains("still linked"), "{}", page.text());
    assert!(page.text().contains("linked to this account: 1"));
}

#[tokio::test]
async fn when_the_platform_does_not_answer_the_link_goes_as_soon_as_it_does() {
    let backend = start().await;
    link(&backend, "7", "ann").await;
    link(&backend, "8", "ann").await;
    graph_says(&backend, 500).await;
    let person = Person::new(&backend);
    let page = account_page(&backend, &person).await;
    let page = person.submit(&page.form("unlink")).await;
    assert!(page.text().contains("We keep asking"), "{}", page.text());
    let (status, body) = backend.admin_unlink("7").await;
    assert_eq!(status, 502);
    assert!(body["error"].as_str().unwrap().contains("asked again"));
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Ann"));

    let agreed = json!({ "result": "unlink account success" });
    Mock::given(path("/me/unlink_accounts"))
        .respond_with(ResponseTemplate::new(200).set_body_json(agreed))
        .with_priority(1)
        .mount(&backend.graph)
        .await;
    for psid in ["7", "8"] {
        let followed = async {
            while backend.name_behind(psid).await.is_some() {
                backend.clock.advance(Duration::from_secs(1));
                time::sleep(Duration::from_millis(20)).await;
            }
        };
        time::timeout(Duration::from_secs(15), followed)
            .await
            .expect("this side follows the platform");
        backend.messages_to(psid, 2).await;
    }
}

#[tokio::test]
async fn the_account_page_unlinks_every_conversation_of_this_account_only() {
    let backend = start().await;
    link(&backend, "7", "ann").await;
    link(&backend, "8", "ann").await;
    link(&backend, "9", "bob@coffee.test").await;
    let person = Person::new(&backend);
    let page = account_page(&backend, &person).await;
    assert!(page.text().contains("linked to this account: 2"));
    let forged = person
        .submit(&page.form("unlink").with("csrf", "guess"))
        .await;
    assert_eq!(forged.status, 403);
    let page = person.submit(&page.form("unlink")).await;
    assert!(page.text().contains("no longer linked"));
    assert_eq!(backend.name_behind("7").await, None);
    assert_eq!(backend.name_behind("8").await, None);
    assert_eq!(backend.name_behind("9").await.as_deref(), Some("Bob"));

    let out = person.submit(&page.form("logout")).await;
    assert!(out.html.contains("current-password"));
    assert!(
        person
            .open("/account")
            .await
            .html
            .contains("current-password")
    );
}

#[tokio::test]
async fn unlinking_somebody_who_is_not_linked_is_harmless() {
    let backend = start().await;
    let (status, body) = backend.admin_unlink("404").await;
    assert_eq!((status, &body["was_linked"]), (200, &json!(false)));
}
