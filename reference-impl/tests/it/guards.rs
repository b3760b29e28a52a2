//! What must not work, and the headers that every page carries.

use crate::{
    backend::{PASSWORD, start, start_with},
    person::Person,
    platform::{linking_page, linking_page_to, return_address},
};

#[tokio::test]
async fn requests_that_are_not_the_platforms_get_a_page_and_nothing_else() {
    let backend = start().await;
    let person = Person::new(&backend);
    let good = return_address("T");
    for path in [
        "/authorize".to_owned(),
        "/authorize?account_linking_token=T".to_owned(),
        "/authorize?account_linking_token=T&redirect_uri=".to_owned(),
        linking_page_to("", &good),
        linking_page_to("T", "not an address"),
        linking_page_to("T", "/messenger_platform/account_linking/"),
        linking_page_to("T", "https://evil.test/"),
        linking_page_to("T", "javascript:alert(1)"),
        linking_page_to(
            "T",
            "https://facebook.com/messenger_platform/account_linking/\r\nX: y",
        ),
        linking_page_to("other", &good),
        linking_page_to("T", &format!("{good}&authorization_code=mine")),
        format!("{}&redirect_uri=https%3A%2F%2Fevil.test", linking_page("T")),
        format!("{}&account_linking_token=U", linking_page("T")),
        "/authorize/signup?redirect_uri=%FF&account_linking_token=%".to_owned(),
    ] {
        let seen = person.open(&path).await;
        assert_eq!(seen.status, 400, "{path}");
        assert_eq!(seen.left_for, None, "{path}");
        assert!(seen.text().contains("tap Log In again"), "{path}");
        assert!(
            !seen.html.contains("evil") && !seen.html.contains("javascript"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn markup_in_the_parameters_stays_text() {
    let backend = start().await;
    let token = "\"><script>alert(1)</script>{{7*7}}";
    let redirect = "https://facebook.com/messenger_platform/account_linking/?a=\"><img src=x onerror=alert(1)>";
    let seen = Person::new(&backend)
        .open(&linking_page_to(token, redirect))
        .await;
    assert_eq!(seen.status, 200);
    assert_eq!(seen.form("login").field("account_linking_token"), token);
    assert_eq!(seen.form("login").field("redirect_uri"), redirect);
    assert!(!seen.html.contains("<script") && !seen.html.contains("<img"));
}

#[tokio::test]
async fn a_form_without_its_own_page_does_nothing_but_keeps_everything() {
    let backend = start().await;
    let victim = Person::new(&backend);
    let page = victim.open(&linking_page("T1")).await;
    let form = page
        .form("login")
        .with("username", "ann")
        .with("password", PASSWORD);

    let stranger = Person::new(&backend);
    for attempt in [
        form.clone(),
        form.clone().with("csrf", ""),
        form.clone().with("csrf", "guess"),
    ] {
        let seen = stranger.submit(&attempt).await;
        assert_eq!(
            (seen.status.as_u16(), seen.left_for.as_deref()),
            (403, None)
        );
        assert_eq!(
            seen.form("login").field("redirect_uri"),
            return_address("T1")
        );
    }
    let consent = victim.submit(&form).await;
    let agree = consent.form("consent");
    let seen = stranger.submit(&agree).await;
    assert_eq!(
        (seen.status.as_u16(), seen.left_for.as_deref()),
        (403, None)
    );
    let seen = victim.submit(&agree.clone().with("csrf", "guess")).await;
    assert_eq!(
        (seen.status.as_u16(), seen.left_for.as_deref()),
        (403, None)
    );
    assert!(victim.submit(&agree).await.left_for.is_some());
}

#[tokio::test]
async fn the_form_cannot_be_bent_to_another_address() {
    let backend = start().await;
    let person = Person::new(&backend);
    let login = person.open(&linking_page("T1")).await;
    let consent = person
        .submit(
            &login
                .form("login")
                .with("username", "ann")
                .with("password", PASSWORD),
        )
        .await;
    let bent = consent
        .form("consent")
        .with("redirect_uri", "https://evil.test/");
    assert_eq!(person.submit(&bent).await.status, 400);
    let other = consent.form("consent").with("account_linking_token", "T2");
    assert_eq!(person.submit(&other).await.status, 400);
}

#[tokio::test]
async fn unknown_users_and_wrong_passwords_read_alike() {
    let backend = start().await;
    let person = Person::new(&backend);
    let page = person.open(&linking_page("T1")).await;
    let mut texts = Vec::new();
    let long = "x".repeat(20_000);
    for (username, password) in [
        ("ann", "wrong"),
        ("nobody", "wrong"),
        ("ann\0", PASSWORD),
        ("", ""),
        ("ann", &long),
        (&long, "x"),
    ] {
        let seen = person
            .submit(
                &page
                    .form("login")
                    .with("username", username)
                    .with("password", password),
            )
            .await;
        assert_eq!(
            (seen.status.as_u16(), seen.left_for.as_deref()),
            (200, None)
        );
        texts.push(seen.text());
    }
    texts.dedup();
    assert_eq!(texts.len(), 1);
}

#[tokio::test]
async fn pages_carry_their_guards() {
    let backend = start().await;
    let person = Person::new(&backend);
    let login = person.open(&linking_page("T1")).await;
    let consent = person
        .submit(
            &login
                .form("login")
                .with("username", "ann")
                .with("password", PASSWORD),
        )
        .await;
    let end = person.submit(&consent.form("consent")).await;
    let mut shown = Vec::new();
    for (name, seen) in [("login", &login), ("consent", &consent), ("redirect", &end)] {
        shown.push(format!("{name} {}", seen.status));
        for header in [
            "cache-control",
            "content-security-policy",
            "referrer-policy",
            "x-content-type-options",
            "x-frame-options",
        ] {
            let value = seen
                .headers
                .get(header)
                .map_or("-", |value| value.to_str().unwrap());
            shown.push(format!("  {header}: {value}"));
        }
    }
    insta::assert_snapshot!(shown.join("\n"));
}

#[tokio::test]
async fn the_session_is_new_at_each_login_and_hidden_from_scripts() {
    let backend = start().await;
    let person = Person::new(&backend);
    let page = person.open(&linking_page("T1")).await;
    let form = page
        .form("login")
        .with("username", "ann")
        .with("password", PASSWORD);
    let mut seen = Vec::new();
    for _ in 0..2 {
        let answer = person.send(&form).await;
        assert_eq!(answer.status(), 303);
        let cookie = answer.headers()["set-cookie"].to_str().unwrap().to_owned();
        assert!(
            cookie.starts_with("session=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"),
            "{cookie}"
        );
        seen.push(cookie);
    }
    assert_ne!(seen[0], seen[1]);
}

#[tokio::test]
async fn spoofed_hosts_change_nothing() {
    let backend = start().await;
    let answer = reqwest::Client::new()
        .get(backend.url(&linking_page("T1")))
        .header("host", "evil.test")
        .header("x-forwarded-host", "evil.test")
        .header("forwarded", "host=evil.test")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    assert!(!answer.text().await.unwrap().contains("evil.test"));
}

#[tokio::test]
async fn looking_at_the_page_in_any_way_costs_nothing() {
    let backend = start().await;
    let client = reqwest::Client::new();
    for method in [
        reqwest::Method::HEAD,
        reqwest::Method::OPTIONS,
        reqwest::Method::GET,
    ] {
        let answer = client
            .request(method.clone(), backend.url(&linking_page("T1")))
            .send()
            .await
            .unwrap();
        assert!(!answer.status().is_server_error(), "{method}");
        assert!(answer.headers().get("location").is_none());
    }
    assert!(
        Person::new(&backend)
            .link("ann", &linking_page("T1"))
            .await
            .contains("authorization_code=")
    );
}

#[tokio::test]
async fn a_form_beyond_the_bound_is_refused_with_a_page() {
    let backend = start().await;
    let person = Person::new(&backend);
    let page = person.open(&linking_page("T1")).await;
    let seen = person
        .submit(&page.form("login").with("username", &"x".repeat(300 * 1024)))
        .await;
    assert_eq!(seen.status, 413);
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_answered_plainly() {
    let backend = start().await;
    let person = Person::new(&backend);
    assert_eq!(person.open("/nowhere").await.status, 404);
    assert_eq!(person.open("/authorize/consent").await.status, 405);
    assert_eq!(person.open("/healthz").await.status, 200);
    assert_eq!(person.open("/style.css").await.status, 200);
}

#[tokio::test]
async fn a_store_that_is_gone_leaves_a_way_back() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("links.db");
    let backend =
        start_with(|config| config.database_url = format!("sqlite:{}", file.display())).await;
    let person = Person::new(&backend);
    let login = person.open(&linking_page("T1")).await;
    let consent = person
        .submit(
            &login
                .form("login")
                .with("username", "ann")
                .with("password", PASSWORD),
        )
        .await;
    for name in ["links.db", "links.db-wal", "links.db-shm"] {
        let _ = std::fs::write(folder.path().join(name), "this is not a database");
    }
    let end = person.submit(&consent.form("consent")).await;
    assert_eq!(end.status, 503, "{}", end.html);
    assert_eq!(end.link("Back to Messenger"), return_address("T1"));
}
