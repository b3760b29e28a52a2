//! The outbox against a platform that refuses, hangs and comes back.

use serde_json::json;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use super::*;
use crate::{clock::ManualClock, pages::Language, secret::Secret, store::testing};

const DEADLINE: Duration = Duration::from_secs(10);

struct Bench {
    store: Store,
    graph: MockServer,
    clock: ManualClock,
}

impl Bench {
    async fn new() -> Self {
        Self {
            store: Store::open(&testing::fresh_url().await, 100).await.unwrap(),
            graph: MockServer::start().await,
            clock: ManualClock::starting_at(1_000_000),
        }
    }

    fn start(&self) -> Outbox {
        let outbox = Outbox::default();
        let store = self.store.clone();
        outbox.start(Worker {
            conversation: Conversation::new(store.clone(), Arc::default(), Language::English),
            graph: Graph::new(&self.graph.uri(), Secret::new("token")),
            clock: self.clock.clock(),
            metrics: Metrics::default(),
            store,
        });
        outbox
    }

    async fn say(&self, psid: &str, name: &str) {
        let name = name.to_owned();
        let letter = Task::Say(Answer::Welcome { name }).letter();
        let now = self.clock.clock().now();
        assert!(self.store.post(psid, &letter, now).await.unwrap());
    }

    async fn answers(&self, status: u16, times: Option<u64>) {
        let body = match status {
            200 => json!({ "message_id": "m" }),
            _ => json!({ "error": { "message": "no", "code": 1200 } }),
        };
        let answer = ResponseTemplate::new(status).set_body_json(body);
        let mock = Mock::given(any()).respond_with(answer);
        match times {
            Some(times) => mock.up_to_n_times(times).with_priority(1),
            None => mock,
        }
        .mount(&self.graph)
        .await;
    }

    async fn bodies(&self) -> Vec<String> {
        let requests = self.graph.received_requests().await.unwrap();
        let bodies = requests.iter();
        bodies
            .map(|request| String::from_utf8_lossy(&request.body).into_owned())
            .collect()
    }

    async fn waiting(&self) -> i64 {
        self.store.backlog(0).await.unwrap().waiting
    }

    /// Waits until this many letters are left.
    async fn until_waiting(&self, count: i64) {
        let left = async {
            while self.waiting().await != count {
                time::sleep(Duration::from_millis(5)).await;
            }
        };
        time::timeout(DEADLINE, left)
            .await
            .expect("letters go out before the deadline");
    }
}

#[test]
fn pauses_grow_to_a_ceiling() {
    let pauses = [1, 2, 3, 6, 40].map(|tries| pause_after(tries).as_millis());
    assert_eq!(pauses, [250, 1_000, 4_000, 256_000, 300_000]);
}

#[tokio::test]
async fn closing_sends_what_waits_in_the_order_in_which_it_came() {
    let bench = Bench::new().await;
    bench.answers(200, None).await;
    for n in 0..20 {
        bench.say("7", &format!("number {n}")).await;
    }
    let outbox = bench.start();
    outbox.close(DEADLINE).await;
    let bodies = bench.bodies().await;
    assert_eq!(bodies.len(), 20);
    for (n, body) in bodies.iter().enumerate() {
        assert!(body.contains(&format!("number {n}!")), "{n}: {body}");
    }
}

#[tokio::test]
async fn a_platform_that_fails_is_asked_again_later_and_keeps_the_order() {
    let bench = Bench::new().await;
    bench.answers(500, Some(2)).await;
    bench.answers(200, None).await;
    bench.say("7", "first").await;
    bench.say("7", "second").await;
    let outbox = bench.start();
    for (pause, count) in [(250, 1), (1_000, 2)] {
        let tried = async {
            while bench.bodies().await.len() != count {
                time::sleep(Duration::from_millis(5)).await;
            }
        };
        time::timeout(DEADLINE, tried).await.unwrap();
        assert_eq!(bench.waiting().await, 2, "nothing is lost");
        // The failure may be written a moment after it was answered: the clock moves until it counts.
        let moved = async {
            while bench.bodies().await.len() == count {
                bench.clock.advance(Duration::from_millis(pause));
                outbox.ring();
                time::sleep(Duration::from_millis(20)).await;
            }
        };
        time::timeout(DEADLINE, moved).await.unwrap();
    }
    bench.until_waiting(0).await;
    let bodies = bench.bodies().await;
    let firsts = bodies.iter().filter(|body| body.contains("first!")).count();
    assert_eq!((firsts, bodies.len()), (3, 4));
    assert!(bodies[3].contains("second!"), "{bodies:?}");
    outbox.close(DEADLINE).await;
}

#[tokio::test]
async fn a_letter_of_an_instance_that_is_gone_is_sent_by_another_one() {
    let bench = Bench::new().await;
    bench.answers(200, None).await;
    bench.say("7", "Ann").await;
    let now = bench.clock.clock().now();
    let lost = bench.store.take_letters(now, 5).await.unwrap();
    assert_eq!(lost.len(), 1);
    let outbox = bench.start();
    bench.say("8", "Bob").await;
    outbox.ring();
    bench.until_waiting(1).await;
    assert!(!bench.bodies().await.concat().contains("Ann!"));
    bench.clock.advance(Duration::from_secs(31));
    bench.until_waiting(0).await;
    assert!(bench.bodies().await.concat().contains("Ann!"));
    // The one that was gone comes back and has no say any more.
    bench.store.finish_letter(&lost[0]).await.unwrap();
    outbox.close(DEADLINE).await;
}

#[tokio::test]
async fn what_cannot_succeed_is_given_up_and_costs_its_neighbours_nothing() {
    let bench = Bench::new().await;
    let refused = json!({ "error": { "message": "(#100) No matching user found", "code": 100 } });
    let answer = ResponseTemplate::new(400).set_body_json(refused);
    Mock::given(any())
        .respond_with(answer)
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&bench.graph)
        .await;
    bench.answers(200, None).await;
    bench.say("7", "first").await;
    bench.say("7", "second").await;
    let outbox = bench.start();
    bench.until_waiting(0).await;
    assert_eq!(bench.bodies().await.len(), 2);
    outbox.close(DEADLINE).await;
}

#[tokio::test]
async fn an_order_to_unlink_is_void_once_the_person_is_linked_anew() {
    let bench = Bench::new().await;
    let store = &bench.store;
    let account = store.add_account("ann", "Ann", "-", 0).await.unwrap();
    let now = bench.clock.clock().now();
    for (code, flow) in [("one", "flow one"), ("two", "flow two")] {
        let code = crate::store::NewCode {
            code_hash: code.as_bytes(),
            flow_hash: flow.as_bytes(),
            account: account.unwrap(),
            expected_psid: None,
            expires_at: now + 1_000,
        };
        assert!(store.add_code(&code).await.unwrap());
    }
    let thanks = |_: &str| Task::Say(Answer::Greeting).letter();
    store.link("7", b"one", Some(1), now, thanks).await.unwrap();
    for _ in 0..2 {
        store.post("7", &Task::Unlink.letter(), now).await.unwrap();
    }
    assert_eq!(bench.waiting().await, 2, "one order and the thanks");
    store.link("7", b"two", Some(2), now, thanks).await.unwrap();
    bench.answers(200, None).await;
    let outbox = bench.start();
    bench.until_waiting(0).await;
    outbox.close(DEADLINE).await;
    assert!(store.linked_name("7").await.unwrap().is_some());
}
