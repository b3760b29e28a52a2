//! The linking flow as a person meets it, and the exact bytes of the way back.

use linklab_reference::AllowList;

use crate::{
    backend::{NOON, PASSWORD, start, start_with},
    person::Person,
    platform::{code_in, linked, linking_page, linking_page_to, return_address},
};

#[tokio::test]
async fn a_full_login_links_only_on_the_signed_event() {
    let mut backend = start().await;
    let address = Person::new(&backend).link("ann", &linking_page("T1")).await;
    let code = code_in(&address);
    assert_eq!(
        address,
        format!("{}&authorization_code={code}", return_address("T1"))
    );
    assert_eq!(backend.name_behind("26628309676818465").await, None);

    assert_eq!(
        backend
            .deliver(&[linked("26628309676818465", &code, NOON)])
            .await,
        200
    );
    assert_eq!(
        backend.name_behind("26628309676818465").await.as_deref(),
        Some("Ann")
    );
    backend.stop().await;
    let messages = backend.messages_so_far("26628309676818465").await;
    assert_eq!(messages.len(), 1);
    let welcome = &messages[0]["attachment"]["payload"];
    assert!(welcome["text"].as_str().unwrap().contains("Ann"));
    assert_eq!(
        welcome["buttons"],
        serde_json::json!([{ "type": "account_unlink" }])
    );
}

#[tokio::test]
async fn wrong_passwords_keep_everything_and_the_right_one_still_works() {
    let backend = start().await;
    let person = Person::new(&backend);
    let redirect = "https://www.messenger.com/messenger_platform/account_linking?x=%2f%26+&account_linking_token=T1#top";
    let mut page = person.open(&linking_page_to("T1", redirect)).await;
    for attempt in 0..5 {
        let form = page
            .form("login")
            .with("username", "Ann ")
            .with("password", "wrong password");
        page = person.submit(&form).await;
        assert_eq!(page.left_for, None, "attempt {attempt}");
        assert!(
            page.text()
                .contains("The user name or the password is wrong")
        );
        assert_eq!(page.form("login").field("username"), "Ann ");
        assert_eq!(page.form("login").field("redirect_uri"), redirect);
    }
    let consent = person
        .submit(
            &page
                .form("login")
                .with("username", "ANN")
                .with("password", PASSWORD),
        )
        .await;
    let end = person
        .submit(&consent.form("consent"))
        .await
        .left_for
        .unwrap();
    let code = code_in(&end);
    assert_eq!(
        end,
        redirect.replace("#top", &format!("&authorization_code={code}#top"))
    );
}

#[tokio::test]
async fn every_page_of_the_flow_can_be_cancelled() {
    let backend = start().await;
    let person = Person::new(&backend);
    let login = person.open(&linking_page("T1")).await;
    assert_eq!(login.link("Cancel"), return_address("T1"));
    let signup = person.open(&login.link("Create an account")).await;
    assert_eq!(signup.link("Cancel"), return_address("T1"));
    let wrong = person
        .submit(
            &login
                .form("login")
                .with("username", "ann")
                .with("password", "x"),
        )
        .await;
    assert_eq!(wrong.link("Cancel"), return_address("T1"));
    let consent = person
        .submit(
            &wrong
                .form("login")
                .with("username", "ann")
                .with("password", PASSWORD),
        )
        .await;
    assert_eq!(consent.link("Cancel"), return_address("T1"));
}

#[tokio::test]
async fn an_account_made_in_the_flow_links_and_works_on_the_web_site() {
    let backend = start().await;
    let person = Person::new(&backend);
    let login = person.open(&linking_page("T1")).await;
    let signup = person.open(&login.link("Create an account")).await;
    let form = signup
        .form("signup")
        .with("display_name", "Cleo")
        .with("username", "Cleo@coffee.test");
    let short = person.submit(&form.clone().with("password", "short")).await;
    assert!(short.text().contains("at least 8 characters"));
    assert_eq!(short.form("signup").field("username"), "Cleo@coffee.test");
    let consent = person
        .submit(&short.form("signup").with("password", PASSWORD))
        .await;
    assert!(consent.text().contains("Cleo"));
    let address = person
        .submit(&consent.form("consent"))
        .await
        .left_for
        .unwrap();
    backend
        .deliver(&[linked("7", &code_in(&address), NOON)])
        .await;
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Cleo"));

    let elsewhere = Person::new(&backend);
    let login = elsewhere.open("/account").await;
    let account = elsewhere
        .submit(
            &login
                .form("login")
                .with("username", "cleo@coffee.test")
                .with("password", PASSWORD),
        )
        .await;
    assert!(
        account.text().contains("linked to this account: 1"),
        "{}",
        account.text()
    );
}

#[tokio::test]
async fn a_taken_user_name_is_never_merged() {
    let backend = start().await;
    let person = Person::new(&backend);
    let signup = person.open("/signup").await;
    let form = signup
        .form("signup")
        .with("display_name", "Thief")
        .with("username", " ANN ");
    let again = person
        .submit(&form.with("password", "another password"))
        .await;
    assert!(again.text().contains("This user name is taken"));
    assert_eq!(Person::new(&backend).open("/login").await.status, 200);
    let address = Person::new(&backend).link("ann", &linking_page("T1")).await;
    assert!(!code_in(&address).is_empty());
}

#[tokio::test]
async fn long_and_foreign_addresses_come_back_whole() {
    let backend = start_with(|config| {
        config.redirect_allow = AllowList::new(["http://127.0.0.1:9100/"]).unwrap();
    })
    .await;
    let long = format!("http://127.0.0.1:9100/a?b={}", "x".repeat(8 * 1024));
    for (given, start_of_end) in [
        (long.as_str(), long.as_str()),
        (
            "http://127.0.0.1:9100/é?名=🙂 x",
            "http://127.0.0.1:9100/%C3%A9?%E5%90%8D=%F0%9F%99%82%20x",
        ),
        (
            "http://127.0.0.1:9100?a=\"<>&a=",
            "http://127.0.0.1:9100?a=\"<>&a=",
        ),
    ] {
        let end = Person::new(&backend)
            .link("ann", &linking_page_to("any token +/=.~:|%", given))
            .await;
        assert!(
            end.starts_with(&format!("{start_of_end}&authorization_code=")),
            "{end}"
        );
    }
}

#[tokio::test]
async fn chinese_readers_get_chinese_pages() {
    let backend = start().await;
    let person = Person::speaking(&backend, "zh-CN,zh;q=0.9,en;q=0.5");
    let login = person.open(&linking_page("T1")).await;
    assert!(login.html.contains(r#"<html lang="zh-Hans">"#));
    assert_eq!(login.link("取消"), return_address("T1"));
    let consent = person
        .submit(
            &login
                .form("login")
                .with("username", "ann")
                .with("password", PASSWORD),
        )
        .await;
    assert!(consent.text().contains("确认关联此账户"));
}

#[tokio::test]
async fn the_longest_request_goes_all_the_way() {
    let backend = start().await;
    let token = "+".repeat(4096);
    let base = "https://facebook.com/messenger_platform/account_linking/?a=";
    let redirect = format!("{base}{}", "/".repeat(16 * 1024 - base.len()));
    let end = Person::new(&backend)
        .link("ann", &linking_page_to(&token, &redirect))
        .await;
    assert!(end.starts_with(&format!("{redirect}&authorization_code=")));
}

#[tokio::test]
async fn without_a_name_an_account_goes_by_its_user_name() {
    let backend = start().await;
    let person = Person::new(&backend);
    let signup = person.open("/signup").await;
    let form = signup.form("signup").with("username", "Dora@coffee.test");
    let account = person.submit(&form.with("password", PASSWORD)).await;
    assert!(
        account.html.contains("<strong>dora</strong>"),
        "{}",
        account.html
    );
}
