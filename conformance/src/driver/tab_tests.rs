//! Tabs and intents against pages that wiremock serves: the usual makes of login, and the broken ones.

use wiremock::matchers::{body_string_contains, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::login::{Credentials, Ended};
use super::{Browser, Site, Tab};
use crate::subject::LoginHints;
use crate::transcript::{Exchange, Intent, Navigated, Via, What};

const REDIRECT: &str = "https://facebook.com/back/?account_linking_token=T&x=%2f";

struct Backend {
    server: MockServer,
    tab: Tab,
}

impl Backend {
    async fn start() -> Self {
        let server = MockServer::start().await;
        let site = Site::of([server.uri().as_str()]);
        let tab = Tab::new(Browser::new(0), site, REDIRECT, &LoginHints::default());
        Self { server, tab }
    }

    async fn page(&self, at: &str, html: &str) {
        self.answer(
            "GET",
            at,
            ResponseTemplate::new(200).set_body_raw(html, "text/html; charset=utf-8"),
        )
        .await;
    }

    async fn answer(&self, verb: &str, at: &str, answer: ResponseTemplate) {
        Mock::given(method(verb))
            .and(path(at))
            .respond_with(answer)
            .mount(&self.server)
            .await;
    }

    async fn open(&mut self) -> Ended {
        let url = format!("{}/authorize", self.server.uri());
        self.tab.open(&url).await.unwrap()
    }

    async fn attempt(&mut self, intent: Intent) -> Ended {
        let who = Credentials {
            username: "alice".to_owned(),
            password: "correct horse".to_owned(),
        };
        self.tab.attempt(intent, "", &who).await.unwrap()
    }

    async fn log_in(&mut self) -> Ended {
        assert_eq!(self.open().await, Ended::Stayed);
        self.attempt(Intent::Login).await
    }

    fn log(&mut self) -> Vec<What> {
        self.tab
            .take_log()
            .into_iter()
            .map(|logged| logged.what)
            .collect()
    }

    fn exchanges(&mut self) -> Vec<Exchange> {
        let exchanges = self.log().into_iter().filter_map(|what| match what {
            What::Browser(exchange) => Some(exchange),
            _ => None,
        });
        exchanges.collect()
    }
}

fn redirect(status: u16, to: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).insert_header("location", to)
}

fn html(body: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(body.to_owned(), "text/html")
}

fn back() -> String {
    format!("{REDIRECT}&authorization_code=c0de")
}

const FORM: &str = r#"<form method="post" action="/login"><input type="hidden" name="csrf" value="tok&amp;en">
    <input name="user"><input type="password" name="pw"><button name="do" value="login">Log in</button></form>"#;

#[tokio::test]
async fn hidden_fields_cookies_and_the_buttons_own_value_travel() {
    let mut backend = Backend::start().await;
    let page = html(FORM).insert_header("set-cookie", "sid=abc; HttpOnly; Secure; SameSite=None");
    backend.answer("GET", "/authorize", page).await;
    backend
        .answer("POST", "/login", redirect(303, &back()))
        .await;
    assert_eq!(backend.log_in().await, Ended::Navigated(back()));
    let log = backend.log();
    let navigated = Navigated {
        url: back(),
        via: Via::Location,
        status: Some(303),
        after_credentials: true,
    };
    assert_eq!(log.last(), Some(&What::Navigated(navigated)));
    let Some(What::Browser(post)) = log.iter().rev().nth(1) else {
        panic!("{log:#?}")
    };
    let form: Vec<String> = post
        .form
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    assert_eq!(
        form,
        ["csrf=tok&en", "user=alice", "pw=correct horse", "do=login"]
    );
    let sent = |name: &str| {
        post.request_headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(sent("cookie"), Some("sid=abc"));
    assert_eq!(sent("origin"), Some(backend.server.uri().as_str()));
    assert!(sent("user-agent").unwrap().contains("MessengerForiOS"));
    assert_eq!(
        sent("content-type"),
        Some("application/x-www-form-urlencoded")
    );
}

#[tokio::test]
async fn a_user_name_asked_first_is_no_obstacle() {
    let mut backend = Backend::start().await;
    backend.page("/authorize", r#"<form action="/name" method="post"><input type="email" name="mail"><button>Next</button></form>"#).await;
    let second = r#"<form action="/word" method="post"><input type="password" name="pw"><button>Sign in</button></form>"#;
    backend.answer("POST", "/name", html(second)).await;
    backend
        .answer("POST", "/word", redirect(302, &back()))
        .await;
    assert_eq!(backend.log_in().await, Ended::Navigated(back()));
}

#[tokio::test]
async fn a_landing_page_and_a_chinese_consent_page_are_walked_through() {
    let mut backend = Backend::start().await;
    backend
        .page(
            "/authorize",
            r#"<a href="/help">帮助</a><a href="/enter?x=1">登录</a>"#,
        )
        .await;
    backend.page("/enter", FORM).await;
    let consent = r#"<form method="post" action="/no"><button>取消</button></form><form method="post" action="/yes"><button>同意并绑定</button></form>"#;
    backend.answer("POST", "/login", html(consent)).await;
    backend.answer("POST", "/yes", redirect(302, &back())).await;
    assert_eq!(backend.log_in().await, Ended::Navigated(back()));
}

#[tokio::test]
async fn a_user_who_is_still_signed_in_agrees_and_does_not_log_in_again() {
    let mut backend = Backend::start().await;
    let consent = r#"<a href="/login">Log in as someone new</a><form method="post" action="/yes"><button>Continue as Alice</button></form>"#;
    backend.page("/authorize", consent).await;
    backend.answer("POST", "/yes", redirect(302, &back())).await;
    assert_eq!(backend.log_in().await, Ended::Navigated(back()));
    let log = backend.log();
    assert!(matches!(
        log.last(),
        Some(What::Navigated(Navigated {
            after_credentials: false,
            ..
        }))
    ));
}

#[tokio::test]
async fn a_consent_page_of_links_is_understood() {
    let mut backend = Backend::start().await;
    backend.page("/authorize", FORM).await;
    let consent = format!(
        r#"<a href="{}">Not now</a> <a href="{}">Link my account</a>"#,
        REDIRECT.replace('&', "&amp;"),
        back().replace('&', "&amp;")
    );
    backend.answer("POST", "/login", html(&consent)).await;
    assert_eq!(backend.log_in().await, Ended::Navigated(back()));
    let log = backend.log();
    assert!(matches!(
        log.last(),
        Some(What::Navigated(Navigated { via: Via::Link, .. }))
    ));
    assert_eq!(
        backend.attempt(Intent::Cancel).await,
        Ended::Navigated(REDIRECT.to_owned())
    );
}

#[tokio::test]
async fn meta_refresh_and_scripts_are_followed_and_intercepted() {
    for (page, via) in [
        (
            format!(
                r#"<meta http-equiv="Refresh" content="0; URL='{}'">"#,
                back().replace('&', "&amp;")
            ),
            Via::Meta,
        ),
        (
            format!(r#"<script>window.location.href = "{}";</script>"#, back()),
            Via::Script,
        ),
        (
            format!(
                r#"<body onload="location.replace('{}')">"#,
                back().replace('&', "&amp;")
            ),
            Via::Script,
        ),
    ] {
        let mut backend = Backend::start().await;
        backend.page("/authorize", FORM).await;
        backend
            .answer("POST", "/login", redirect(302, "step?n=1"))
            .await;
        backend
            .page(
                "/step",
                r#"<meta http-equiv=refresh content="1;url=/last">"#,
            )
            .await;
        backend.page("/last", &page).await;
        assert_eq!(backend.log_in().await, Ended::Navigated(back()), "{page}");
        let log = backend.log();
        let navigated = Navigated {
            url: back(),
            via,
            status: Some(200),
            after_credentials: true,
        };
        assert_eq!(log.last(), Some(&What::Navigated(navigated)));
    }
}

#[tokio::test]
async fn a_form_that_sends_itself_away_is_intercepted_unsent() {
    let mut backend = Backend::start().await;
    backend.page("/authorize", FORM).await;
    let page = format!(
        r#"<form action="{}" method="get"><input type="hidden" name="authorization_code" value="c0de"></form>
        <script>document.forms[0].submit()</script>"#,
        REDIRECT.replace('&', "&amp;")
    );
    backend.answer("POST", "/login", html(&page)).await;
    // A GET form loses the query of its action: the token is gone, and judges must see that.
    let target = "https://facebook.com/back/?authorization_code=c0de";
    assert_eq!(backend.log_in().await, Ended::Navigated(target.to_owned()));
}

#[tokio::test]
async fn a_button_with_its_own_action_is_pressed_with_it() {
    let mut backend = Backend::start().await;
    let page = r#"<form method="post" action="/login"><input name="user"><input type="password" name="pw">
        <button>Log in</button><button formaction="/cancel" formmethod="get" name="why" value="later">Cancel</button></form>"#;
    backend.page("/authorize", page).await;
    Mock::given(method("GET"))
        .and(path("/cancel"))
        .and(query_param("why", "later"))
        .respond_with(redirect(302, REDIRECT))
        .mount(&backend.server)
        .await;
    assert_eq!(backend.open().await, Ended::Stayed);
    assert_eq!(
        backend.attempt(Intent::Cancel).await,
        Ended::Navigated(REDIRECT.to_owned())
    );
}

#[tokio::test]
async fn controls_that_work_by_script_do_what_their_script_says() {
    let mut backend = Backend::start().await;
    let page = r##"<form id="login" method="post" action="/login"><input name="user"><input type="password" name="pw"></form>
        <a href="#" onclick="document.getElementById('login').submit(); return false">Log in</a>
        <button type="button" onclick="history.back()">Cancel</button>"##;
    backend.page("/authorize", page).await;
    backend
        .answer("POST", "/login", redirect(302, &back()))
        .await;
    assert_eq!(backend.open().await, Ended::Stayed);
    assert_eq!(backend.attempt(Intent::Cancel).await, Ended::Stayed);
    assert_eq!(
        backend.attempt(Intent::Login).await,
        Ended::Navigated(back())
    );
}

#[tokio::test]
async fn a_307_sends_the_form_again_inside_and_tells_its_status_outside() {
    let mut backend = Backend::start().await;
    backend.page("/authorize", FORM).await;
    backend
        .answer("POST", "/login", redirect(307, "/login2"))
        .await;
    Mock::given(method("POST"))
        .and(path("/login2"))
        .and(body_string_contains("pw=correct+horse"))
        .respond_with(redirect(307, &back()))
        .mount(&backend.server)
        .await;
    assert_eq!(backend.log_in().await, Ended::Navigated(back()));
    assert!(matches!(
        backend.log().last(),
        Some(What::Navigated(Navigated {
            status: Some(307),
            ..
        }))
    ));
}

#[tokio::test]
async fn targets_are_kept_as_given_even_if_they_are_no_urls() {
    for target in [
        "https://FaceBook.com:443/back/?account_linking_token=T&x=%2F",
        "http://[oops",
        "javascript:alert(1)",
        "//evil.example/x",
    ] {
        let mut backend = Backend::start().await;
        backend
            .answer("GET", "/authorize", redirect(302, target))
            .await;
        assert_eq!(backend.open().await, Ended::Navigated(target.to_owned()));
    }
}

#[tokio::test]
async fn redirect_loops_are_told() {
    let mut backend = Backend::start().await;
    backend
        .answer("GET", "/authorize", redirect(302, "/a"))
        .await;
    backend
        .answer("GET", "/a", redirect(302, "/authorize"))
        .await;
    let Ended::Stuck(reason) = backend.open().await else {
        panic!("a loop ends nowhere")
    };
    assert!(
        reason.starts_with(
            "redirect loop: 10 redirects in a row led to no page: /authorize -> /a -> "
        ),
        "{reason}"
    );
    assert_eq!(backend.exchanges().len(), 11);
}

#[tokio::test]
async fn answers_that_are_no_login_pages_are_told_as_they_are() {
    let mut told = Vec::new();
    for answer in [
        ResponseTemplate::new(500).set_body_raw("<h1>Internal Server Error</h1>", "text/html"),
        ResponseTemplate::new(200).set_body_raw(r#"{"login":"form"}"#, "application/json"),
        ResponseTemplate::new(404),
        html(r#"<div id="app"></div><script src="/bundle.js"></script>"#),
    ] {
        let mut backend = Backend::start().await;
        backend.answer("GET", "/authorize", answer).await;
        let Ended::Stuck(reason) = backend.log_in().await else {
            panic!("nobody can log in there")
        };
        told.push(reason.replace(&backend.server.uri(), "http://backend"));
    }
    insta::assert_snapshot!(told.join("\n"));
}

#[tokio::test]
async fn a_refused_password_is_told_and_the_password_is_not() {
    let mut backend = Backend::start().await;
    backend.page("/authorize", FORM).await;
    backend.answer("POST", "/login", html(FORM)).await;
    let Ended::Stuck(reason) = backend.log_in().await else {
        panic!("the form came back")
    };
    assert!(
        reason
            .starts_with("the login form came back after the user name and password of \"alice\""),
        "{reason}"
    );
    assert!(!reason.contains("correct horse"));
    assert_eq!(backend.attempt(Intent::BadPassword).await, Ended::Stayed);
    let bad = backend.exchanges().pop().unwrap();
    assert!(
        bad.form
            .contains(&("pw".to_owned(), "not-correct horse".to_owned())),
        "{:?}",
        bad.form
    );
}

#[tokio::test]
async fn a_wrong_password_that_is_accepted_is_followed_to_the_end() {
    let mut backend = Backend::start().await;
    backend.page("/authorize", FORM).await;
    let consent = r#"<form method="post" action="/yes"><button>Continue</button></form>"#;
    backend.answer("POST", "/login", html(consent)).await;
    backend.answer("POST", "/yes", redirect(302, &back())).await;
    backend.open().await;
    assert_eq!(
        backend.attempt(Intent::BadPassword).await,
        Ended::Navigated(back())
    );
}

#[tokio::test]
async fn a_page_over_the_bound_is_cut_and_still_used() {
    let mut backend = Backend::start().await;
    let long = format!("{FORM}{}", "<p>filler</p>".repeat(100_000));
    backend.page("/authorize", &long).await;
    backend
        .answer("POST", "/login", redirect(302, &back()))
        .await;
    assert_eq!(backend.log_in().await, Ended::Navigated(back()));
    assert_eq!(backend.exchanges()[0].body.len(), 512 * 1024);
}

#[tokio::test]
async fn a_dead_end_after_the_login_is_a_page_of_its_own() {
    let mut backend = Backend::start().await;
    backend.page("/authorize", FORM).await;
    backend
        .answer(
            "POST",
            "/login",
            html("<h1>Success</h1><p>You may close this window.</p>"),
        )
        .await;
    assert_eq!(backend.log_in().await, Ended::Stayed);
    assert_eq!(backend.log().last(), Some(&What::Stayed));
}

#[tokio::test]
async fn a_page_that_withholds_its_referrer_posts_from_nowhere() {
    let mut backend = Backend::start().await;
    backend
        .answer(
            "GET",
            "/authorize",
            html(FORM).insert_header("referrer-policy", "no-referrer"),
        )
        .await;
    backend
        .answer("POST", "/login", redirect(302, &back()))
        .await;
    backend.log_in().await;
    let post = backend.exchanges().pop().unwrap();
    assert!(
        post.request_headers
            .contains(&("origin".to_owned(), "null".to_owned()))
    );
    assert!(
        !post
            .request_headers
            .iter()
            .any(|(name, _)| name == "referer")
    );
}
