//! A stand-in backend: a mock server that records deliveries, and a platform that delivers to it.

use linklab_simulator::{Config, Simulator};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

pub(crate) const PSID: &str = "25193847560281743";
pub(crate) const BUTTON: &str = "https://shop.example/authorize?rid=7";
pub(crate) const TOKEN: &str = "PAGE_ACCESS_TOKEN";

pub(crate) struct Bench {
    pub(crate) platform: Simulator,
    pub(crate) backend: MockServer,
    client: Client,
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
        Self {
            platform,
            backend,
            client: Client::new(),
        }
    }

    /// What the webhook has received so far.
    pub(crate) async fn received(&self) -> Vec<Request> {
        let requests = self.backend.received_requests().await;
        let requests = requests.expect("recording is on").into_iter();
        requests
            .filter(|request| request.url.path() == "/webhook")
            .collect()
    }

    /// A call without a token.
    pub(crate) fn bare(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.platform.graph_url());
        self.client.request(method, url)
    }

    pub(crate) fn get(&self, path: &str) -> RequestBuilder {
        self.bare(Method::GET, path)
            .query(&[("access_token", TOKEN)])
    }

    pub(crate) fn post(&self, path: &str) -> RequestBuilder {
        self.bare(Method::POST, path)
            .query(&[("access_token", TOKEN)])
    }
}

/// Status and body of an answer.
pub(crate) async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("the platform answers");
    let status = response.status().as_u16();
    (status, response.json().await.expect("Graph answers JSON"))
}

/// Status, code, subcode (0 for none) and message of an error.
pub(crate) async fn refusal(request: RequestBuilder) -> (u16, u64, u64, String) {
    let (status, body) = answer(request).await;
    let error = &body["error"];
    let number = |key: &str| error[key].as_u64().unwrap_or_default();
    let message = error["message"].as_str().unwrap_or_default().to_owned();
    (status, number("code"), number("error_subcode"), message)
}

pub(crate) fn ok() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_string("EVENT_RECEIVED")
}
