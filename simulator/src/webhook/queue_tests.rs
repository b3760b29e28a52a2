//! Random walks over the queue: nothing is lost, nothing goes twice, and each user's deliveries keep their order.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::webhook::Outcome;

/// What can be done to the queue from outside.
#[derive(Debug, Clone)]
enum Step {
    /// A delivery of one of few users comes in.
    Arrive { user: u8 },
    /// Whatever may go, goes.
    Take,
    /// The oldest delivery under way ends well, or comes back for later.
    End { well: bool },
    /// Time passes.
    Pass { ms: u64 },
    /// A waiting delivery is taken out.
    Remove { nth: usize },
    /// The waiting deliveries are turned round.
    Reverse,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0_u8..4).prop_map(|user| Step::Arrive { user }),
        4 => Just(Step::Take),
        3 => any::<bool>().prop_map(|well| Step::End { well }),
        2 => (0_u64..50).prop_map(|ms| Step::Pass { ms }),
        1 => (0_usize..8).prop_map(|nth| Step::Remove { nth }),
        1 => Just(Step::Reverse),
    ]
}

fn queued(id: DeliveryId, user: u8, due_ms: u64) -> Queued {
    Queued {
        id,
        app_id: "1".to_owned(),
        psids: vec![user.to_string()],
        body: Bytes::from_static(b"{}"),
        envelope: None,
        headers: Vec::new(),
        cause: None,
        stage: Stage::Waiting,
        due_ms,
        since_ms: 0,
        tried: Vec::new(),
        failed: 0,
        awaited: Vec::new(),
        waiter: None,
    }
}

proptest! {
    #[test]
    fn every_delivery_is_in_one_place_and_no_user_has_two_under_way(
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut queue = Queue::default();
        let mut now_ms = 0;
        let mut all = Vec::new();
        let mut under_way: Vec<(DeliveryId, u8)> = Vec::new();
        let mut users = BTreeMap::new();
        for step in steps {
            match step {
                Step::Arrive { user } => {
                    let id = queue.next_id();
                    queue.wait(queued(id, user, 0));
                    users.insert(id, user);
                    all.push(id);
                }
                Step::Take => {
                    let first_of_its_user = |queue: &Queue, id: DeliveryId| {
                        let user = users[&id];
                        let same = |queued: &&Queued| users[&queued.id] == user && queued.due_ms <= now_ms;
                        queue.waiting().find(same).map(|queued| queued.id)
                    };
                    let before: BTreeMap<_, _> = users
                        .keys()
                        .map(|id| (*id, first_of_its_user(&queue, *id)))
                        .collect();
                    if let Some(id) = queue.take(now_ms, true) {
                        prop_assert_eq!(before[&id], Some(id), "the first of its user goes first");
                        prop_assert!(under_way.iter().all(|(_, user)| *user != users[&id]));
                        under_way.push((id, users[&id]));
                    } else {
                        // Whatever is due belongs to a user who is busy.
                        for waiting in queue.waiting().filter(|queued| queued.due_ms <= now_ms) {
                            prop_assert!(under_way.iter().any(|(_, user)| *user == users[&waiting.id]));
                        }
                    }
                }
                Step::End { well } if !under_way.is_empty() => {
                    let (id, _) = under_way.remove(0);
                    let mut back = queue.back(id).expect("it is under way");
                    if well {
                        queue.finish(back, Stage::Acknowledged);
                    } else {
                        back.due_ms = now_ms + 20;
                        queue.wait(back);
                    }
                }
                Step::End { .. } => {}
                Step::Pass { ms } => now_ms += ms,
                Step::Remove { nth } => {
                    let id = queue.waiting().nth(nth).map(|queued| queued.id);
                    if let Some(gone) = id.and_then(|id| queue.remove(id)) {
                        queue.finish(gone, Stage::Dropped);
                    }
                }
                Step::Reverse => {
                    let mut ids: Vec<_> = queue.waiting().map(|queued| queued.id).collect();
                    ids.reverse();
                    queue.reorder(&ids);
                    // Places keep their times, so those that are due stay in front.
                    let dues: Vec<_> = queue.waiting().map(|queued| queued.due_ms).collect();
                    prop_assert!(dues.is_sorted());
                }
            }
            let mut known: Vec<_> = queue.all().map(|queued| queued.id).collect();
            known.sort_unstable();
            let mut expected = all.clone();
            expected.sort_unstable();
            prop_assert_eq!(known, expected, "nothing is lost and nothing is there twice");
        }
    }
}

#[test]
fn finished_deliveries_are_forgotten_beyond_the_bounds() {
    let mut queue = Queue::default();
    for _ in 0..MAX_FINISHED + 10 {
        let id = queue.next_id();
        queue.finish(queued(id, 1, 0), Stage::Acknowledged);
    }
    assert_eq!((queue.finished.len(), queue.forgotten), (MAX_FINISHED, 10));

    let mut queue = Queue::default();
    for _ in 0..3 {
        let id = queue.next_id();
        let mut great = queued(id, 1, 0);
        great.tried.push(Tried {
            at_ms: 0,
            seq: 0,
            attempt: Attempt {
                body: Bytes::new(),
                headers: Vec::new(),
                outcome: Outcome::Unreachable("x".repeat(MAX_FINISHED_BYTES)),
                elapsed: Duration::ZERO,
            },
        });
        queue.finish(great, Stage::GivenUp);
    }
    assert_eq!((queue.finished.len(), queue.forgotten), (1, 2));
    queue.forget_finished();
    assert_eq!((queue.finished.len(), queue.finished_bytes), (0, 0));
}

#[tokio::test]
async fn whoever_waits_is_told_when_nothing_is_sent_any_more() {
    let mut queue = Queue::default();
    let id = queue.next_id();
    let (waiter, told) = oneshot::channel();
    let mut waiting = queued(id, 1, 0);
    waiting.waiter = Some(waiter);
    queue.wait(waiting);
    queue.abandon();
    assert!(matches!(told.await, Ok(Told::Dropped)));
}

#[test]
fn no_more_are_under_way_than_the_bound() {
    let mut queue = Queue::default();
    for user in 0..=u8::MAX {
        let id = queue.next_id();
        queue.wait(queued(id, user, 0));
    }
    let id = queue.next_id();
    let mut other = queued(id, 0, 0);
    other.app_id = "2".to_owned();
    queue.wait(other);
    let mut taken = 0;
    while queue.take(0, true).is_some() {
        taken += 1;
    }
    assert_eq!(taken, MAX_UNDER_WAY);
}
