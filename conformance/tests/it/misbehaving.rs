//! Backends that misbehave: each run ends in time, with a sentence and the right exit code.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use linklab_conformance::report::Report;
use linklab_conformance::run::{self, Options, Outcome, RunError, Silent};
use linklab_conformance::subject::{Account, Described, PlatformFacts};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::specimen::options;

/// Nothing of this may take longer, however busy the machine is.
const LIMIT: Duration = Duration::from_mins(1);

/// A run against a backend at this origin; fails the test when it does not end in time.
async fn judge(
    origin: &str,
    change: impl FnOnce(&mut Described, &mut Options),
) -> Result<Report, RunError> {
    let mut described = Described::from_url(&format!("{origin}/link")).expect("a good URL");
    described.subject.webhook_url = Some(format!("{origin}/webhook"));
    described.subject.policy.ack_seconds = 1;
    described.subject.accounts = vec![Account {
        username: "alice".into(),
        password: "a password".into(),
        name: "Alice".into(),
    }];
    described.platform = PlatformFacts {
        app_secret: Some("0123456789abcdef".into()),
        ..PlatformFacts::default()
    };
    let mut options = options();
    options.limit = LIMIT;
    change(&mut described, &mut options);
    tokio::time::timeout(
        LIMIT + Duration::from_secs(10),
        run::run(described, options, Silent),
    )
    .await
    .expect("a run ends in time")
}

fn outcome(report: &Report, id: &str) -> Outcome {
    report
        .check(id)
        .unwrap_or_else(|| panic!("{id} is in the report"))
        .outcome
}

/// A backend with a login page that sends whoever submits it back with a code; the webhook is the test's business.
async fn backend_with_login() -> MockServer {
    let server = MockServer::start().await;
    let page = r#"<form method="post" action="/link"><input name="user"><input name="password" type="password"><button>Log in</button></form>"#;
    Mock::given(method("GET")).and(path("/link")).respond_with(|request: &wiremock::Request| {
        let to = request.url.query_pairs().find(|(name, _)| name == "redirect_uri").map(|(_, value)| value.into_owned());
        let form = format!(
            r#"<form method="post" action="/link"><input type="hidden" name="to" value="{}"><input name="user"><input name="password" type="password"><button>Log in</button></form>"#,
            to.unwrap_or_default().replace('&', "&amp;").replace('"', "&quot;")
        );
        ResponseTemplate::new(200).set_body_raw(form, "text/html")
    }).mount(&server).await;
    Mock::given(method("POST"))
        .and(path("/link"))
        .respond_with(move |request: &wiremock::Request| {
            let field = |wanted: &str| {
                url::form_urlencoded::parse(&request.body)
                    .find(|(name, _)| name == wanted)
                    .map(|(_, value)| value.into_owned())
                    .unwrap_or_default()
            };
            if field("password") != "a password" {
                return ResponseTemplate::new(200).set_body_raw(page, "text/html");
            }
            let to = field("to");
            let joint = if to.contains('?') { '&' } else { '?' };
            ResponseTemplate::new(303).insert_header(
                "location",
                format!("{to}{joint}authorization_code=Kq83hTzPw0"),
            )
        })
        .mount(&server)
        .await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_port_is_exit_3_within_two_seconds() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let origin = format!("http://{}", free.local_addr().expect("an address"));
    drop(free);
    let begun = Instant::now();
    let error = judge(&origin, |_, _| ())
        .await
        .expect_err("nobody is there");
    assert_eq!(error.exit_code(), 3);
    assert!(error.to_string().contains("nothing answers at"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_backend_is_refused_without_the_owners_word() {
    let error = judge("http://backend.example", |_, _| ())
        .await
        .expect_err("not ours");
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("--i-own-this"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_check_is_exit_2_and_an_empty_selection_exit_4() {
    let error = judge("http://127.0.0.1:9", |_, options| {
        options.check = vec!["RED-99".into()]
    })
    .await;
    assert_eq!(error.expect_err("no such check").exit_code(), 2);
    let error = judge("http://127.0.0.1:9", |_, options| {
        options.check = vec!["RED-01".into()];
        options.skip = vec!["RED-01".into()];
    });
    assert_eq!(error.await.expect_err("nothing is left").exit_code(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_answers_500_everywhere_is_told_as_such() {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any())
        .respond_with(ResponseTemplate::new(500))
        .mount(&server)
        .await;
    let report = judge(&server.uri(), |_, _| ()).await.expect("a report");
    assert_eq!(report.exit_code(), 4, "too little could be judged");
    assert_eq!(outcome(&report, "CTL-01"), Outcome::Fail);
    assert_eq!(outcome(&report, "URL-01"), Outcome::Fail);
    let root = report.check("CTL-01").expect("the root cause");
    assert!(root.blocks > 20, "{} wait for it", root.blocks);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_page_that_is_json_is_told_as_such() {
    let server = MockServer::start().await;
    Mock::given(wiremock::matchers::any())
        .respond_with(
            ResponseTemplate::new(200).set_body_json(serde_json::json!({"error": "not here"})),
        )
        .mount(&server)
        .await;
    let report = judge(&server.uri(), |_, _| ()).await.expect("a report");
    assert_eq!(report.exit_code(), 4);
    assert_eq!(outcome(&report, "URL-01"), Outcome::Fail);
    assert_eq!(outcome(&report, "CTL-01"), Outcome::Fail);
}

#[tokio::test(flavor = "multi_thread")]
async fn rejected_accounts_are_exit_3() {
    let server = backend_with_login().await;
    Mock::given(path("/webhook"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&server)
        .await;
    let report = judge(&server.uri(), |described, _| {
        described.subject.accounts[0].password = "another".into()
    })
    .await;
    let report = report.expect("a report");
    assert_eq!(report.exit_code(), 3, "{:?}", report.verdict);
    assert_eq!(outcome(&report, "CTL-01"), Outcome::Fail);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_answers_500_breaks_the_acknowledgement() {
    let server = backend_with_login().await;
    Mock::given(path("/webhook"))
        .respond_with(ResponseTemplate::new(500))
        .mount(&server)
        .await;
    let report = judge(&server.uri(), |_, _| ()).await.expect("a report");
    assert_eq!(outcome(&report, "HOK-03"), Outcome::Fail);
    assert_eq!(outcome(&report, "RED-01"), Outcome::Pass);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_never_answers_does_not_hang_the_run() {
    let server = backend_with_login().await;
    Mock::given(path("/webhook"))
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_mins(10)))
        .mount(&server)
        .await;
    let report = judge(&server.uri(), |_, _| ()).await.expect("a report");
    assert_eq!(outcome(&report, "HOK-03"), Outcome::Fail);
    assert!(
        Duration::from_millis(report.figures.elapsed_ms) < LIMIT,
        "{} ms",
        report.figures.elapsed_ms
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_is_slow_but_in_time_is_no_failure() {
    let server = backend_with_login().await;
    Mock::given(path("/webhook"))
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_millis(200)))
        .mount(&server)
        .await;
    let origin = server.uri();
    let report = judge(&origin, |described, options| {
        described.subject.policy.ack_seconds = 10;
        options.check = vec!["HOK-03".into()];
        options.most_examples = Some(4);
    });
    assert_eq!(
        outcome(&report.await.expect("a report"), "HOK-03"),
        Outcome::Pass
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_out_of_time_is_incomplete() {
    let server = backend_with_login().await;
    Mock::given(path("/webhook"))
        .respond_with(ResponseTemplate::new(200).set_delay(Duration::from_millis(300)))
        .mount(&server)
        .await;
    let origin = server.uri();
    let report = judge(&origin, |described, options| {
        described.subject.policy.ack_seconds = 10;
        options.most_examples = None;
        options.check = vec!["RED-01".into(), "HOK-03".into(), "RED-02".into()];
        options.limit = Duration::from_secs(5);
    });
    let report = report.await.expect("a report");
    assert_eq!(report.exit_code(), 7, "{:?}", report.verdict);
    assert_eq!(outcome(&report, "RED-01"), Outcome::Incomplete);
}
