//! The specimen without faults keeps the rules.

use linklab_specimens::{Pressure, Specimen, SpecimenConfig, StartError};
use tokio::net::TcpListener;

use crate::world::{LIVE, World};

#[tokio::test]
async fn a_login_ends_at_the_redirect_uri_and_the_event_links() {
    let world = World::start(&[]).await;
    let browser = world.browser();
    let page = browser
        .open(&world.specimen.linking_url(), "AR0x", LIVE)
        .await;
    let refused = browser.log_in(&page, "alice", "wrong").await;
    assert!(refused.body.contains("is wrong"), "{}", refused.body);
    let consent = browser
        .log_in(&refused, "alice", world.password("alice"))
        .await;
    assert!(consent.body.contains("Alice Archer"), "{}", consent.body);
    let end = browser.submit(&consent, "confirm", &[]).await;
    let code = end.code();
    assert_eq!(end.status, 303);
    assert_eq!(
        end.location,
        Some(format!("{LIVE}&authorization_code={code}"))
    );

    let psid = "26628309676818465";
    assert_eq!(world.account(psid).await, "-");
    assert_eq!(world.deliver(&[world.linked(psid, 10, &code)]).await, 200);
    assert_eq!(world.account(psid).await, "Alice Archer");
    let thanks = world.wait_for_sent(psid, 1).await;
    assert_eq!(
        thanks[0]["attachment"]["payload"]["buttons"][0]["type"],
        "account_unlink"
    );

    assert_eq!(world.deliver(&[world.unlinked(psid, 20)]).await, 200);
    assert_eq!(world.account(psid).await, "-");
    let none = Pressure {
        dropped_sends: 0,
        forgotten_entries: 0,
    };
    assert_eq!(world.specimen.pressure(), none);
    world.specimen.stop().await;
}

#[tokio::test]
async fn a_new_account_keeps_both_parameters() {
    let world = World::start(&[]).await;
    let browser = world.browser();
    let page = browser
        .open(&world.specimen.linking_url(), "AR/0+=", LIVE)
        .await;
    let link = page
        .body
        .split("href=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .replace("&amp;", "&");
    let form = browser
        .get(&format!("http://{}{link}", world.specimen.address()))
        .await;
    let fields = [
        ("username", "dora"),
        ("password", "paper boat"),
        ("name", "Dora <D>"),
    ];
    let consent = browser.submit(&form, "signup", &fields).await;
    assert!(consent.body.contains("Dora &lt;D&gt;"), "{}", consent.body);
    let end = browser.submit(&consent, "confirm", &[]).await;
    assert!(
        end.location
            .unwrap()
            .starts_with(&format!("{LIVE}&authorization_code="))
    );
}

#[tokio::test]
async fn a_form_from_another_browser_is_not_accepted() {
    let world = World::start(&[]).await;
    let (ann, eve) = (world.browser(), world.browser());
    let page = ann.open(&world.specimen.linking_url(), "AR0x", LIVE).await;
    let stolen = eve.log_in(&page, "alice", world.password("alice")).await;
    assert!(stolen.has_form("login") && !stolen.has_form("confirm"));
    let consent = ann.log_in(&page, "alice", world.password("alice")).await;
    let stolen = eve.submit(&consent, "confirm", &[]).await;
    assert_eq!(stolen.location, None);
    let end = ann.submit(&consent, "confirm", &[]).await;
    assert!(!end.code().is_empty());
}

#[tokio::test]
async fn concurrent_deliveries_of_one_event_have_one_effect() {
    let world = World::start(&[]).await;
    let code = world.code("bob", "AR0x").await;
    let event = [world.linked("1001", 5, &code)];
    let answers = futures_util::future::join_all((0..8).map(|_| world.deliver(&event))).await;
    assert_eq!(answers, [200; 8]);
    assert_eq!(world.account("1001").await, "Bob Baker");
    world.deliver(&[world.says("1001", "m1", "whoami")]).await;
    let sent = world.wait_for_sent("1001", 2).await;
    assert_eq!(sent.len(), 2, "{sent:?}");
}

#[tokio::test]
async fn the_button_carries_the_linking_url_with_its_own_query() {
    let config = SpecimenConfig {
        linking_query: "shop=7".to_owned(),
        ..SpecimenConfig::default()
    };
    let specimen = Specimen::start(config).await.unwrap();
    assert_eq!(
        specimen.linking_url(),
        format!("http://{}/link?shop=7", specimen.address())
    );
    specimen.stop().await;
}

#[tokio::test]
async fn a_bound_listener_is_taken_over() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let specimen = Specimen::start_on(listener, SpecimenConfig::default()).unwrap();
    assert_eq!(specimen.address(), address);
    let url = specimen.probe_url_template().replace("{psid}", "1");
    let answer = reqwest::get(url).await.unwrap();
    assert_eq!(
        answer.text().await.unwrap(),
        r#"{"account":null,"linked":false}"#
    );
    specimen.stop().await;
}

#[tokio::test]
async fn a_taken_address_is_an_error_that_says_what_to_do() {
    let first = Specimen::start(SpecimenConfig::default()).await.unwrap();
    let config = SpecimenConfig {
        listen: first.address(),
        ..SpecimenConfig::default()
    };
    let error = Specimen::start(config).await.unwrap_err();
    assert!(matches!(error, StartError::Listen { .. }));
    assert!(error.to_string().contains("port 0"), "{error}");
}
