//! The store's promises: one winner, nothing half done, nothing kept for ever.

use super::*;
use crate::secret::digest;

const LIFE: i64 = 600_000;

async fn with_account(url: &str) -> (Store, i64) {
    let store = Store::open(url).await.unwrap();
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

fn linked() -> Consumption {
    Consumption::Linked {
        display_name: "Ann".to_owned(),
    }
}

#[tokio::test]
async fn two_instances_that_race_for_one_code_link_once() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("race.db").display());
    let (one, account) = with_account(&url).await;
    let (two, _) = with_account(&url).await;
    for round in 0..10 {
        let code = format!("code {round}");
        assert!(issue(&one, account, &code, &code).await);
        let hash = digest(&code);
        let tries = (0..8).map(|number| {
            let store = if number % 2 == 0 { &one } else { &two };
            let psid = format!("{round}-{number}");
            async move { store.link(&psid, &hash, Some(1), 1).await.unwrap() }
        });
        let outcomes = futures_util::future::join_all(tries).await;
        let winners = outcomes
            .iter()
            .filter(|outcome| **outcome == linked())
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
    let (store, account) = with_account("sqlite::memory:").await;
    assert!(issue(&store, account, "A", "flow").await);
    assert!(issue(&store, account, "B", "flow").await);
    assert_eq!(
        store.link("7", &digest("?"), Some(1), 1).await.unwrap(),
        Consumption::Unknown
    );
    assert_eq!(
        store.link("7", &digest("A"), Some(1), LIFE).await.unwrap(),
        Consumption::Expired
    );
    assert_eq!(
        store.link("7", &digest("A"), Some(5), 1).await.unwrap(),
        linked()
    );
    assert_eq!(
        store.link("7", &digest("A"), Some(5), 1).await.unwrap(),
        Consumption::Repeated
    );
    assert_eq!(
        store.link("8", &digest("A"), Some(5), 1).await.unwrap(),
        Consumption::Foreign
    );
    assert_eq!(
        store.link("7", &digest("B"), Some(5), 1).await.unwrap(),
        Consumption::Foreign
    );
    assert!(issue(&store, account, "C", "next").await);
    assert_eq!(
        store.link("7", &digest("C"), Some(4), 1).await.unwrap(),
        Consumption::Outdated
    );
    assert_eq!(store.psids_of(account).await.unwrap(), ["7"]);
}

#[tokio::test]
async fn an_event_without_a_time_counts_as_the_newest() {
    let (store, account) = with_account("sqlite::memory:").await;
    assert!(issue(&store, account, "A", "flow").await);
    assert_eq!(
        store.link("7", &digest("A"), Some(5), 1).await.unwrap(),
        linked()
    );
    assert!(store.unlink_by_event("7", None).await.unwrap());
    assert!(issue(&store, account, "B", "next").await);
    assert_eq!(
        store.link("7", &digest("B"), Some(5), 1).await.unwrap(),
        linked()
    );
}

#[tokio::test]
async fn unlinking_here_does_not_outrun_the_next_event() {
    let (store, account) = with_account("sqlite::memory:").await;
    assert!(issue(&store, account, "A", "flow").await);
    store.link("7", &digest("A"), Some(5), 1).await.unwrap();
    assert!(store.unlink_locally("7").await.unwrap());
    assert!(!store.unlink_locally("7").await.unwrap());
    assert!(!store.unlink_by_event("7", Some(6)).await.unwrap());
    assert!(issue(&store, account, "B", "next").await);
    assert_eq!(
        store.link("7", &digest("B"), Some(7), 1).await.unwrap(),
        linked()
    );
}

#[tokio::test]
async fn sweeping_takes_what_is_dead_and_nothing_else() {
    let (store, account) = with_account("sqlite::memory:").await;
    let day = 24 * 60 * 60 * 1000;
    assert!(issue(&store, account, "A", "flow").await);
    store.link("7", &digest("A"), Some(5), 1).await.unwrap();
    store
        .begin_session(b"session", None, account, day)
        .await
        .unwrap();
    assert!(store.first_sight("m1", 0).await.unwrap());

    assert_eq!(store.sweep(day - 1).await.unwrap(), 0);
    assert!(store.session(b"session", day - 1).await.unwrap().is_some());
    assert!(store.session(b"session", day).await.unwrap().is_none());
    assert_eq!(store.sweep(day).await.unwrap(), 1, "the session");
    assert_eq!(
        store.link("7", &digest("A"), Some(5), 1).await.unwrap(),
        Consumption::Repeated
    );
    assert_eq!(store.sweep(day + LIFE).await.unwrap(), 1, "the code");
    assert!(!store.first_sight("m1", day).await.unwrap());
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
    let error = Store::open(&format!("sqlite:{}", file.display()))
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the database failed while opening"),
        "{error}"
    );
}
