//! Messages on their way out: sent after the webhook was acknowledged, in order for each person.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::mpsc::{self, Receiver, Sender},
    time,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    conversation::{Answer, Conversation},
    graph::Graph,
    message::Outgoing,
};

/// Senders working side by side. One person always has the same one, which keeps the order.
const LANES: usize = 8;
/// Messages that wait in one lane. Beyond that new ones are dropped, logged and counted in `/healthz`:
/// the platform is then so slow that the answers would come too late to be of use.
const WAITING: usize = 256;
/// Pauses before the second and the third attempt. There is no fourth.
const BACK_OFF: [Duration; 2] = [Duration::from_millis(250), Duration::from_secs(1)];

/// A bounded queue of messages with its senders.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    lanes: Arc<[Sender<Job>]>,
    dropped: Arc<AtomicU64>,
    closing: CancellationToken,
    senders: TaskTracker,
}

#[derive(Debug)]
struct Job {
    psid: String,
    answer: Answer,
}

impl Outbox {
    /// Starts the senders on the current runtime.
    pub(crate) fn start(conversation: &Conversation, graph: &Graph) -> Self {
        let closing = CancellationToken::new();
        let senders = TaskTracker::new();
        let lanes = (0..LANES).map(|_| {
            let (lane, jobs) = mpsc::channel(WAITING);
            let worker = Worker {
                conversation: conversation.clone(),
                graph: graph.clone(),
            };
            senders.spawn(worker.run(jobs, closing.clone()));
            lane
        });
        Self {
            lanes: lanes.collect(),
            dropped: Arc::default(),
            closing: closing.clone(),
            senders: senders.clone(),
        }
    }

    /// Puts an answer into the queue without waiting.
    pub(crate) fn put(&self, psid: &str, answer: Answer) {
        let mut hasher = DefaultHasher::new();
        psid.hash(&mut hasher);
        let lane = usize::try_from(hasher.finish() % LANES as u64).unwrap_or_default();
        let job = Job {
            psid: psid.to_owned(),
            answer,
        };
        if self.lanes[lane].try_send(job).is_err() {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            tracing::warn!(limit = WAITING, "the outbox is full; an answer was dropped");
        }
    }

    /// Messages waiting now.
    pub(crate) fn waiting(&self) -> usize {
        self.lanes
            .iter()
            .map(|lane| lane.max_capacity() - lane.capacity())
            .sum()
    }

    /// Messages dropped since the start.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Sends what is waiting, for at most `grace`, and stops.
    pub(crate) async fn close(&self, grace: Duration) {
        self.closing.cancel();
        self.senders.close();
        if time::timeout(grace, self.senders.wait()).await.is_err() {
            tracing::warn!(waiting = self.waiting(), "stopped with unsent messages");
        }
    }
}

struct Worker {
    conversation: Conversation,
    graph: Graph,
}

impl Worker {
    async fn run(self, mut jobs: Receiver<Job>, closing: CancellationToken) {
        loop {
            tokio::select! {
                biased;
                job = jobs.recv() => match job {
                    Some(job) => self.send(&job).await,
                    None => break,
                },
                () = closing.cancelled() => break,
            }
        }
    }

    async fn send(&self, job: &Job) {
        let message = self.conversation.message(&job.psid, &job.answer).await;
        let outgoing = Outgoing {
            psid: &job.psid,
            message: &message,
        };
        for pause in BACK_OFF.into_iter().map(Some).chain([None]) {
            let Err(error) = self.graph.send(&outgoing).await else {
                return;
            };
            match pause {
                Some(pause) if error.is_worth_repeating() => time::sleep(pause).await,
                _ => return tracing::warn!(%error, "a message was not sent"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

    use super::*;
    use crate::{pages::Language, secret::Secret, store::Store};

    async fn outbox(graph: &MockServer) -> Outbox {
        let store = Store::open("sqlite::memory:").await.unwrap();
        let conversation = Conversation::new(store, Arc::default(), Language::English);
        Outbox::start(
            &conversation,
            &Graph::new(&graph.uri(), Secret::new("token")),
        )
    }

    fn number(n: usize) -> Answer {
        Answer::Welcome {
            name: format!("number {n}"),
        }
    }

    #[tokio::test]
    async fn a_platform_that_hangs_fills_one_lane_and_stops_nobody() {
        let graph = MockServer::start().await;
        let late = ResponseTemplate::new(200).set_delay(Duration::from_mins(1));
        Mock::given(any()).respond_with(late).mount(&graph).await;
        let outbox = outbox(&graph).await;
        for n in 0..WAITING + 10 {
            outbox.put("7", number(n));
        }
        // Nothing has been taken out yet: the senders run only when this test waits.
        assert_eq!((outbox.waiting(), outbox.dropped()), (WAITING, 10));
        outbox.close(Duration::from_millis(50)).await;
        assert_eq!(outbox.dropped(), 10);
    }

    #[tokio::test]
    async fn closing_sends_what_waits_in_the_order_in_which_it_came() {
        let graph = MockServer::start().await;
        let sent = serde_json::json!({ "message_id": "m" });
        let answer = ResponseTemplate::new(200).set_body_json(sent);
        Mock::given(any()).respond_with(answer).mount(&graph).await;
        let outbox = outbox(&graph).await;
        for n in 0..20 {
            outbox.put("7", number(n));
        }
        outbox.close(Duration::from_secs(10)).await;
        let received = graph.received_requests().await.unwrap();
        assert_eq!(received.len(), 20);
        for (n, request) in received.iter().enumerate() {
            let body = String::from_utf8_lossy(&request.body).into_owned();
            assert!(body.contains(&format!("number {n}!")), "{n}: {body}");
        }
    }
}
