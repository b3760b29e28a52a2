//! A stand-in backend: a mock server that records deliveries, and a platform that delivers to it.

use linklab_simulator::{Config, Simulator};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub(crate) const PSID: &str = "25193847560281743";
pub(crate) const BUTTON: &str = "https://shop.example/authorize?rid=7";

pub(crate) struct Bench {
    pub(crate) platform: Simulator,
    pub(crate) backend: MockServer,
}

impl Bench {
    /// A platform with one user, whose webhook answers with `response`.
    pub(crate) async fn answering(response: ResponseTemplate) -> Self {
        Self::with(response, |_| {}).await
    }

    pub(crate) async fn with(response: ResponseTemplate, change: impl FnOnce(&mut Config)) -> Self {
        let backend = MockServer::start().await;
        Mock::given(method("POST"))
            .and(path("/webhook"))
            .respond_with(response)
            .mount(&backend)
            .await;
        let mut config = Config {
            webhook_url: Some(format!("{}/webhook", backend.uri())),
            ..Config::default()
        };
        change(&mut config);
        let platform = Simulator::start(config)
            .await
            .expect("the platform starts on a free port");
        platform
            .add_user(Some(PSID), "Ada Example")
            .expect("the user is new");
        Self { platform, backend }
    }

    /// What the webhook has received so far.
    pub(crate) async fn received(&self) -> Vec<Request> {
        let requests = self
            .backend
            .received_requests()
            .await
            .expect("recording is on");
        requests
            .into_iter()
            .filter(|request| request.url.path() == "/webhook")
            .collect()
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.platform.graph_url())
    }
}

pub(crate) fn ok() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_string("EVENT_RECEIVED")
}
