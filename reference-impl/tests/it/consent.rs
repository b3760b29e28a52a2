//! Consent and codes: who agreed to what, and for how long and how often it counts.

use std::time::Duration;

use crate::{
    backend::{NOON, PASSWORD, start, start_with},
    person::Person,
    platform::{code_in, linked, linking_page, return_address},
};

#[tokio::test]
async fn a_signed_in_browser_is_asked_and_can_change_the_account() {
    let backend = start().await;
    let person = Person::new(&backend);
    person.link("ann", &linking_page("T1")).await;
    let consent = person.open(&linking_page("T2")).await;
    assert_eq!((consent.status.as_u16(), &consent.left_for), (200, &None));
    assert!(consent.text().contains("Ann"));

    let login = person.submit(&consent.form("switch")).await;
    let consent = person
        .submit(
            &login
                .form("login")
                .with("username", "bob@coffee.test")
                .with("password", PASSWORD),
        )
        .await;
    assert!(consent.text().contains("Bob"));
    let address = person
        .submit(&consent.form("consent"))
        .await
        .left_for
        .unwrap();
    assert!(address.starts_with(&return_address("T2")));
    backend
        .deliver(&[linked("7", &code_in(&address), NOON)])
        .await;
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Bob"));
}

#[tokio::test]
async fn two_tabs_of_one_browser_end_where_each_began() {
    let backend = start().await;
    let person = Person::new(&backend);
    let (one, two) = (
        person.open(&linking_page("T1")).await,
        person.open(&linking_page("T2")).await,
    );
    let enter = |page: &crate::person::Seen| {
        page.form("login")
            .with("username", "ann")
            .with("password", PASSWORD)
    };
    let consent_two = person.submit(&enter(&two)).await;
    let consent_one = person.submit(&enter(&one)).await;
    let end_two = person
        .submit(&consent_two.form("consent"))
        .await
        .left_for
        .unwrap();
    let end_one = person
        .submit(&consent_one.form("consent"))
        .await
        .left_for
        .unwrap();
    assert!(end_one.starts_with(&return_address("T1")), "{end_one}");
    assert!(end_two.starts_with(&return_address("T2")), "{end_two}");
    assert_ne!(code_in(&end_one), code_in(&end_two));
}

#[tokio::test]
async fn a_consent_for_one_account_is_not_a_consent_for_another() {
    let backend = start().await;
    let person = Person::new(&backend);
    let first = person.open(&linking_page("T1")).await;
    let for_ann = person
        .submit(
            &first
                .form("login")
                .with("username", "ann")
                .with("password", PASSWORD),
        )
        .await;
    let second = person.submit(&for_ann.form("switch")).await;
    person
        .submit(
            &second
                .form("login")
                .with("username", "bob@coffee.test")
                .with("password", PASSWORD),
        )
        .await;
    let refused = person.submit(&for_ann.form("consent")).await;
    assert_eq!(
        (refused.status.as_u16(), refused.left_for.as_deref()),
        (403, None)
    );
    assert!(refused.text().contains("Bob"));
}

#[tokio::test]
async fn of_a_form_sent_eight_times_one_code_works() {
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
    let form = consent.form("consent");
    let ends = futures_util::future::join_all((0..8).map(|_| person.submit(&form))).await;
    let codes: Vec<_> = ends
        .iter()
        .map(|end| code_in(end.left_for.as_deref().unwrap()))
        .collect();
    for (number, code) in codes.iter().enumerate() {
        backend
            .deliver(&[linked(&format!("7{number}"), code, NOON)])
            .await;
    }
    let mut linked_to = Vec::new();
    for number in 0..8 {
        linked_to.extend(backend.name_behind(&format!("7{number}")).await);
    }
    assert_eq!(linked_to, ["Ann"]);
}

#[tokio::test]
async fn a_flow_that_has_linked_one_account_never_links_another() {
    let backend = start().await;
    let address = Person::new(&backend).link("ann", &linking_page("T1")).await;
    backend
        .deliver(&[linked("7", &code_in(&address), NOON)])
        .await;
    let address = Person::new(&backend)
        .link("bob@coffee.test", &linking_page("T1"))
        .await;
    assert_eq!(address, return_address("T1"));
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Ann"));
}

#[tokio::test]
async fn a_code_is_dead_after_ten_minutes() {
    for (minutes, expected) in [(9, Some("Ann")), (10, None)] {
        let backend = start().await;
        let address = Person::new(&backend).link("ann", &linking_page("T1")).await;
        backend.clock.advance(Duration::from_mins(minutes));
        assert_eq!(
            backend
                .deliver(&[linked("7", &code_in(&address), NOON)])
                .await,
            200
        );
        assert_eq!(
            backend.name_behind("7").await.as_deref(),
            expected,
            "{minutes}"
        );
    }
}

#[tokio::test]
async fn an_abandoned_login_leaves_an_old_link_alone() {
    let backend = start().await;
    let address = Person::new(&backend).link("ann", &linking_page("T1")).await;
    backend
        .deliver(&[linked("7", &code_in(&address), NOON)])
        .await;
    Person::new(&backend)
        .link("bob@coffee.test", &linking_page("T2"))
        .await;
    assert_eq!(backend.name_behind("7").await.as_deref(), Some("Ann"));
}

#[tokio::test]
async fn a_page_that_outlives_its_session_asks_again_and_keeps_everything() {
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
    backend.clock.advance(Duration::from_hours(13));
    let again = person.submit(&consent.form("consent")).await;
    assert_eq!(
        (again.status.as_u16(), again.left_for.as_deref()),
        (403, None)
    );
    let consent = person
        .submit(
            &again
                .form("login")
                .with("username", "ann")
                .with("password", PASSWORD),
        )
        .await;
    let end = person
        .submit(&consent.form("consent"))
        .await
        .left_for
        .unwrap();
    assert!(end.starts_with(&return_address("T1")), "{end}");
}

#[tokio::test]
async fn codes_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("links.db").display());
    let mut before = start_with(|config| config.database_url.clone_from(&url)).await;
    let address = Person::new(&before).link("ann", &linking_page("T1")).await;
    before.stop().await;
    let after = start_with(|config| config.database_url.clone_from(&url)).await;
    after
        .deliver(&[linked("7", &code_in(&address), NOON)])
        .await;
    assert_eq!(after.name_behind("7").await.as_deref(), Some("Ann"));
}
