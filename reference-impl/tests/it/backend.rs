//! A backend that runs for one test, with a stand-in for the Graph API.

use std::{net::SocketAddr, time::Duration};

use linklab_reference::{Backend, Config, ManualClock, Page, Secret};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle, time};
use tokio_util::sync::CancellationToken;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

use crate::testing;

pub(crate) const PAGE_ID: &str = "1691462197845448";
pub(crate) const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const VERIFY_TOKEN: &str = "verify-me";
pub(crate) const PAGE_TOKEN: &str = "EAAG-the-page-token";
pub(crate) const ADMIN_TOKEN: &str = "an-admin-token-for-tests";
pub(crate) const PASSWORD: &str = "correct horse battery";
/// Noon of an ordinary day.
pub(crate) const NOON: i64 = 1_790_000_000_000;

const DEADLINE: Duration = Duration::from_secs(15);

/// A running backend and everything around it.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) graph: MockServer,
    pub(crate) clock: ManualClock,
    stop: CancellationToken,
    served: Option<JoinHandle<()>>,
}

/// Starts a backend with the accounts of Ann and Bob.
pub(crate) async fn start() -> Running {
    start_with(|_| {}).await
}

/// Starts a backend whose configuration is changed first.
pub(crate) async fn start_with(change: impl FnOnce(&mut Config)) -> Running {
    let graph = friendly_graph().await;
    let clock = ManualClock::starting_at(NOON);
    let mut config = config(&graph.uri());
    config.clock = clock.clock();
    config.database_url = testing::fresh_url().await;
    change(&mut config);
    let backend = Backend::open(config).await.unwrap();
    for (username, name) in [("ann", "Ann"), ("bob@coffee.test", "Bob")] {
        // A database that is opened a second time has them already.
        let _ = backend.create_account(username, name, PASSWORD).await;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let served = tokio::spawn(async move { backend.serve(listener, stopped).await.unwrap() });
    Running {
        address,
        graph,
        clock,
        stop,
        served: Some(served),
    }
}

pub(crate) fn config(graph_url: &str) -> Config {
    let page = Page {
        id: PAGE_ID.to_owned(),
        app_secret: Secret::new(APP_SECRET),
        verify_token: Secret::new(VERIFY_TOKEN),
        access_token: Secret::new(PAGE_TOKEN),
    };
    let mut config = Config::new(page, graph_url);
    config.admin_token = Some(Secret::new(ADMIN_TOKEN));
    config
}

async fn friendly_graph() -> MockServer {
    let graph = MockServer::start().await;
    let sent = json!({ "recipient_id": "7", "message_id": "m_1" });
    let unlinked = json!({ "result": "unlink account success" });
    for (place, answer) in [("/me/messages", sent), ("/me/unlink_accounts", unlinked)] {
        Mock::given(path(place))
            .respond_with(ResponseTemplate::new(200).set_body_json(answer))
            .with_priority(9)
            .mount(&graph)
            .await;
    }
    graph
}

impl Running {
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What a PSID is linked to, by the admin endpoint.
    pub(crate) async fn link_of(&self, psid: &str) -> Value {
        let answer = reqwest::Client::new()
            .get(self.url(&format!("/admin/links/{psid}")))
            .bearer_auth(ADMIN_TOKEN)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    /// The name of the account that a PSID is linked to.
    pub(crate) async fn name_behind(&self, psid: &str) -> Option<String> {
        self.link_of(psid).await["account"]
            .as_str()
            .map(str::to_owned)
    }

    /// Asks the admin endpoint to unlink; gives status and body.
    pub(crate) async fn admin_unlink(&self, psid: &str) -> (u16, Value) {
        let answer = reqwest::Client::new()
            .post(self.url("/admin/unlink"))
            .bearer_auth(ADMIN_TOKEN)
            .json(&json!({ "psid": psid }))
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Waits until `count` messages have gone to this PSID and gives them all.
    pub(crate) async fn messages_to(&self, psid: &str, count: usize) -> Vec<Value> {
        let arrived = async {
            loop {
                let messages = self.messages_so_far(psid).await;
                if count <= messages.len() {
                    return messages;
                }
                time::sleep(Duration::from_millis(10)).await;
            }
        };
        time::timeout(DEADLINE, arrived)
            .await
            .expect("the messages arrive before the deadline")
    }

    /// The messages that have gone to this PSID by now.
    pub(crate) async fn messages_so_far(&self, psid: &str) -> Vec<Value> {
        let requests = self.graph.received_requests().await.unwrap();
        let bodies = requests
            .iter()
            .filter(|request| request.url.path() == "/me/messages");
        let bodies = bodies.map(|request| request.body_json::<Value>().unwrap());
        bodies
            .filter(|body| body["recipient"]["id"] == psid)
            .map(|body| body["message"].clone())
            .collect()
    }

    /// Stops and waits: everything that was waiting to be sent has been sent then.
    pub(crate) async fn stop(&mut self) {
        self.stop.cancel();
        if let Some(served) = self.served.take() {
            time::timeout(DEADLINE, served)
                .await
                .expect("the backend stops in time")
                .unwrap();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}
