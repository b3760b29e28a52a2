//! The store's promises: one winner, nothing half done, nothing kept for ever.

use super::*;
use crate::{
    messenger::{Answer, Task},
    secret::digest,
};

const LIFE: i64 = 600_000;

async fn with_account(url: &str) -> (Store, i64) {
    let store = Store::open(url, 100).await.unwrap();
    let account = store.add_account("ann", "Ann", "-", 0).await.unwrap();
    (store, account.unwrap_or(1))
}

async fn issue(store: &Store, account: i64, code: &str, flow: &str) -> bool {
    let code = NewCode {
        code_hash: &digest(code),
        flow_hash: &digest(flow),
        account,
        expected_psid: None,
        expires_at: LIFE,
    };
    store.add_code(&code).await.unwrap()
}

fn letter() -> Letter {
    Task::Say(Answer::Goodbye).letter()
}

fn thanks(name: &str) -> Letter {
    assert_eq!(name, "Ann");
    letter()
}

#[tokio::test]
async fn two_instances_that_race_for_one_code_link_once() {
    let url = testing::fresh_shared_url().await;
    let (one, account) = with_account(&url).await;
    let (two, _) = with_account(&url).await;
    for round in 0..10 {
        let code = format!("code {round}");
        assert!(issue(&one, account, &code, &code).await);
        let hash = digest(&code);
        let tries = (0..8).map(|number| {
            let store = if number % 2 == 0 { &one } else { &two };
            let psid = format!("{round}-{number}");
            async move { store.link(&psid, &hash, Some(1), 1, thanks).await.unwrap() }
        });
        let outcomes = futures_util::future::join_all(tries).await;
        let winners = outcomes
            .iter()
            .filter(|outcome| **outcome == Consumption::Linked)
            .count();
        let losers = outcomes
            .iter()
            .filter(|outcome| **outcome == Consumption::Foreign)
            .count();
        assert_eq!((winners, losers), (1, 7), "{outcomes:?}");
    }
}

#[tokio::test]
async fn each_fate_of_a_code_is_told_apart() {
    let (store, account) = with_account(&testing::fresh_url().await).await;
    assert!(issue(&store, account, "A", "flow").await);
    assert!(issue(&store, account, "B", "flow").await);
    assert_eq!(
        store
            .link("7", &digest("?"), Some(1), 1, thanks)
            .await
            .unwrap(),
        Consumption::Unknown
    );
    assert_eq!(
        store
            .link("7", &digest("A"), Some(1), LIFE, thanks)
            .await
            .unwrap(),
        Consumption::Expired
    );
    assert_eq!(
        store
            .link("7", &digest("A"), Some(5), 1, thanks)
            .await
            .unwrap(),
        Consumption::Linked
    );
    assert_eq!(
        store
            .link("7", &digest("A"), Some(5), 1, thanks)
            .await
            .unwrap(),
        Consumption::Repeated
    );
    assert_eq!(
        store
            .link("8", &digest("A"), Some(5), 1, thanks)
            .await
            .unwrap(),
        Consumption::Foreign
    );
    assert_eq!(
        store
            .link("7", &digest("B"), Some(5), 1, thanks)
            .await
            .unwrap(),
        Consumption::Foreign
    );
    assert!(issue(&store, account, "C", "next").await);
    assert_eq!(
        store
            .link("7", &digest("C"), Some(4), 1, thanks)
            .await
            .unwrap(),
        Consumption::Outdated
    );
    assert_eq!(store.psids_of(account).await.unwrap(), ["7"]);
}

#[tokio::test]
async fn an_event_without_a_time_counts_as_the_newest() {
    let (store, account) = with_account(&testing::fresh_url().await).await;
    assert!(issue(&store, account, "A", "flow").await);
    assert_eq!(
        store
            .link("7", &digest("A"), Some(5), 1, thanks)
            .await
            .unwrap(),
        Consumption::Linked
    );
    assert!(
        store
            .unlink_by_event("7", None, &letter(), 1)
            .await
            .unwrap()
    );
    assert!(issue(&store, account, "B", "next").await);
    assert_eq!(
        store
            .link("7", &digest("B"), Some(5), 1, thanks)
            .await
            .unwrap(),
        Consumption::Linked
    );
}

#[tokio::test]
async fn unlinking_here_does_not_outrun_the_next_event() {
    let (store, account) = with_account(&testing::fresh_url().await).await;
    assert!(issue(&store, account, "A", "flow").await);
    store
        .link("7", &digest("A"), Some(5), 1, thanks)
        .await
        .unwrap();
    assert!(store.unlink_locally("7", &letter(), 1).await.unwrap());
    assert!(!store.unlink_locally("7", &letter(), 1).await.unwrap());
    assert!(
        !store
            .unlink_by_event("7", Some(6), &letter(), 1)
            .await
            .unwrap()
    );
    assert!(issue(&store, account, "B", "next").await);
    assert_eq!(
        store
            .link("7", &digest("B"), Some(7), 1, thanks)
            .await
            .unwrap(),
        Consumption::Linked
    );
}

#[tokio::test]
async fn sweeping_takes_what_is_dead_and_nothing_else() {
    let (store, account) = with_account(&testing::fresh_url().await).await;
    let day = 24 * 60 * 60 * 1000;
    assert!(issue(&store, account, "A", "flow").await);
    store
        .link("7", &digest("A"), Some(5), 1, thanks)
        .await
        .unwrap();
    store
        .begin_session(b"session", None, account, day)
        .await
        .unwrap();
    assert!(store.first_sight("7", "m1", &letter(), 0).await.unwrap());

    assert_eq!(store.sweep(day - 1).await.unwrap(), 0);
    assert!(store.session(b"session", day - 1).await.unwrap().is_some());
    assert!(store.session(b"session", day).await.unwrap().is_none());
    assert_eq!(store.sweep(day).await.unwrap(), 1, "the session");
    assert_eq!(
        store
            .link("7", &digest("A"), Some(5), 1, thanks)
            .await
            .unwrap(),
        Consumption::Repeated
    );
    assert_eq!(store.sweep(day + LIFE).await.unwrap(), 1, "the code");
    assert!(!store.first_sight("7", "m1", &letter(), day).await.unwrap());
    assert_eq!(store.sweep(2 * day).await.unwrap(), 1, "the message");
    assert_eq!(
        store.linked_name("7").await.unwrap().as_deref(),
        Some("Ann")
    );
}

#[tokio::test]
async fn a_file_that_is_no_database_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("text.db");
    std::fs::write(&file, "this is not a database, and longer than a header of a hundred bytes would be if it were one, by far").unwrap();
    let error = Store::open(&format!("sqlite:{}", file.display()), 100)
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the database failed while opening"),
        "{error}"
    );
}

#[tokio::test]
async fn a_text_with_a_nul_is_stored_and_found_nowhere_else() {
    let (store, account) = with_account(&testing::fresh_url().await).await;
    assert!(store.credentials("an\0n").await.unwrap().is_none());
    assert!(issue(&store, account, "A", "flow").await);
    let linked = store.link("7\0", &digest("A"), None, 1, thanks).await;
    assert_eq!(linked.unwrap(), Consumption::Linked);
    assert!(store.linked_name("7\0").await.unwrap().is_some());
    assert!(store.linked_name("7").await.unwrap().is_none());
}

#[tokio::test]
async fn a_letter_is_in_the_hands_of_one_worker_at_a_time() {
    let url = testing::fresh_shared_url().await;
    let (one, _) = with_account(&url).await;
    let (two, _) = with_account(&url).await;
    for person in 0..20 {
        let psid = person.to_string();
        assert!(one.post(&psid, &letter(), 0).await.unwrap());
        assert!(one.post(&psid, &letter(), 0).await.unwrap());
    }
    let looks = (0..10).map(|number| {
        let store = if number % 2 == 0 { &one } else { &two };
        async move { store.take_letters(1, 3).await.unwrap() }
    });
    let taken = futures_util::future::join_all(looks).await.concat();
    let people: std::collections::BTreeSet<_> = taken.iter().map(|letter| &letter.psid).collect();
    assert_eq!((taken.len(), people.len()), (20, 20), "{taken:?}");
    assert_eq!(one.backlog(5).await.unwrap().waiting, 40);
}

#[tokio::test]
async fn two_accounts_that_race_for_one_flow_do_not_both_link() {
    let url = testing::fresh_shared_url().await;
    let (one, ann) = with_account(&url).await;
    let (two, _) = with_account(&url).await;
    let bob = two
        .add_account("bob", "Ann", "-", 0)
        .await
        .unwrap()
        .unwrap();
    for round in 0..10 {
        let flow = format!("flow {round}");
        let (codes, psid) = (
            [format!("a{round}"), format!("b{round}")],
            round.to_string(),
        );
        assert!(issue(&one, ann, &codes[0], &flow).await);
        assert!(issue(&two, bob, &codes[1], &flow).await);
        let hashes = [digest(&codes[0]), digest(&codes[1])];
        let (first, second) = tokio::join!(
            one.link(&psid, &hashes[0], Some(1), 1, thanks),
            two.link(&psid, &hashes[1], Some(1), 1, thanks),
        );
        let outcomes = [first.unwrap(), second.unwrap()];
        assert!(
            outcomes.contains(&Consumption::Linked) && outcomes.contains(&Consumption::Foreign),
            "{outcomes:?}"
        );
    }
}
