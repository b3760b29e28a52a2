//! The Graph API as the specimen calls it: messages, the PSID endpoint, the unlink endpoint.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use url::Url;

/// Longest wait for one Graph answer. Long, so that a slow platform shows in the order of things
/// and not as an error.
const PATIENCE: Duration = Duration::from_mins(1);
/// Messages under way at once; more are dropped and counted.
const SENDS: usize = 256;

/// A client with the page's token.
#[derive(Debug)]
pub(crate) struct Graph {
    client: reqwest::Client,
    base: String,
    token: String,
    room: Arc<Semaphore>,
    tasks: TaskTracker,
    stop: CancellationToken,
    dropped: AtomicU64,
}

/// How the body of an unlink call is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum UnlinkBody {
    /// JSON with the PSID as text, as the page shows it (S40).
    Json,
    /// JSON with the PSID as a number.
    JsonNumber,
    /// A form.
    Form,
}

impl Graph {
    pub(crate) fn new(
        base: &str,
        token: &str,
        stop: CancellationToken,
    ) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(PATIENCE)
            .build()?;
        Ok(Self {
            client,
            base: base.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
            room: Arc::new(Semaphore::new(SENDS)),
            tasks: TaskTracker::new(),
            stop,
            dropped: AtomicU64::new(0),
        })
    }

    /// Sends `message` to `psid` and waits for the answer; a failure stays without consequence.
    pub(crate) async fn send(&self, psid: &str, message: &Value) {
        let request = self.message(psid, message);
        tokio::select! {
            () = self.stop.cancelled() => {}
            _ = request.send() => {}
        }
    }

    /// Sends `message` to `psid` in a task of its own.
    pub(crate) fn send_later(&self, psid: &str, message: &Value) {
        let Ok(permit) = Arc::clone(&self.room).try_acquire_owned() else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        };
        let request = self.message(psid, message);
        let stop = self.stop.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                _ = request.send() => {}
            }
            drop(permit);
        });
    }

    /// Returns when the specimen is told to stop.
    pub(crate) async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// Messages that found no room.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Waits until no send is under way; to be called after the stop token fired.
    pub(crate) async fn settle(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// The PSID behind a linking token, if the platform gives one (S36, S37).
    pub(crate) async fn psid(&self, linking_token: &str) -> Option<String> {
        let answer = self
            .client
            .get(format!("{}/v2.6/me", self.base))
            .query(&[
                ("access_token", self.token.as_str()),
                ("fields", "recipient"),
                ("account_linking_token", linking_token),
            ])
            .send()
            .await
            .ok()?
            .error_for_status()
            .ok()?;
        let body: Value = answer.json().await.ok()?;
        body["recipient"].as_str().map(str::to_owned)
    }

    /// Asks the platform to unlink `psid`; true when it says that it has (S40, S41).
    pub(crate) async fn unlink(&self, psid: &str, body: UnlinkBody) -> bool {
        let request = self
            .client
            .post(format!("{}/v2.6/me/unlink_accounts", self.base))
            .query(&[("access_token", &self.token)]);
        let request = match body {
            UnlinkBody::Json => request.json(&json!({ "psid": psid })),
            UnlinkBody::JsonNumber => {
                request.json(&json!({ "psid": psid.parse::<u64>().unwrap_or_default() }))
            }
            UnlinkBody::Form => request.form(&[("psid", psid)]),
        };
        match request.send().await {
            Ok(answer) => answer.status().is_success(),
            Err(_) => false,
        }
    }

    /// Opens `address` from this side, as `server-side-redirect-fetch` does.
    ///
    /// Only addresses of this very machine are opened: a specimen sends nothing to the world.
    pub(crate) async fn fetch_local(&self, address: &str) {
        let local = Url::parse(address).is_ok_and(|url| match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost",
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        });
        if local {
            // The fault is that the call is made; what comes back changes nothing.
            drop(self.client.get(address).send().await);
        }
    }

    fn message(&self, psid: &str, message: &Value) -> reqwest::RequestBuilder {
        self.client
            .post(format!("{}/v2.6/me/messages", self.base))
            .query(&[("access_token", &self.token)])
            .json(&json!({
                "recipient": { "id": psid },
                "messaging_type": "RESPONSE",
                "message": message,
            }))
    }
}
