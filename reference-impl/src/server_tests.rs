//! A full outbox: what is left out is told to operators, and nothing else suffers.

use http_body_util::BodyExt;
use serde_json::{Value, json};

use super::*;
use crate::{
    config::Page,
    messenger::{Answer, Task},
    secret::Secret,
    store::testing,
};

const ADMIN_TOKEN: &str = "an-admin-token-for-tests";

async fn body(response: Response) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn a_full_outbox_leaves_letters_out_and_shows_it() {
    let page = Page {
        id: "1".to_owned(),
        app_secret: Secret::new("secret"),
        verify_token: Secret::new("verify"),
        access_token: Secret::new("token"),
    };
    let mut config = Config::new(page, "http://127.0.0.1:1");
    config.database_url = testing::fresh_url().await;
    config.admin_token = Some(Secret::new(ADMIN_TOKEN));
    let limits = Limits {
        letters: 2,
        ..Limits::default()
    };
    // It is not served, so nobody takes letters out.
    let backend = Backend::open_within(config, limits).await.unwrap();
    let app = &backend.app;
    let letter = Task::Say(Answer::Greeting).letter();
    for (psid, fits) in [("1", true), ("2", true), ("3", false), ("4", false)] {
        let posted = app.store.post(psid, &letter, app.clock.now()).await;
        assert_eq!(posted.unwrap(), fits, "{psid}");
    }
    // A message that finds it full is still taken in, or the platform would repeat it for a day.
    let taken = app.store.first_sight("5", "mid", &letter, 1).await;
    assert!(taken.unwrap());

    let health: Value = serde_json::from_str(&body(is_healthy(app.clone()).await).await).unwrap();
    assert_eq!(health["outbox"]["waiting"], json!(2), "{health}");
    assert_eq!(health["outbox"]["left_out"], json!(3), "{health}");
    let authorization = format!("Bearer {ADMIN_TOKEN}");
    let text = body(show_figures(app.clone(), Some(authorization)).await).await;
    for line in [
        "linking_outbox_waiting 2",
        "linking_outbox_left_out_total 3",
    ] {
        assert!(text.lines().any(|shown| shown == line), "{line}: {text}");
    }

    // Once there is room again, letters are written again.
    let now = app.clock.now();
    for taken in app.store.take_letters(now, 1).await.unwrap() {
        app.store.finish_letter(&taken).await.unwrap();
    }
    assert!(app.store.post("6", &letter, now).await.unwrap());
}
