//! A tiny platform for one specimen: a browser that follows nothing, signed deliveries, a Graph double.

use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use linklab_specimens::{Fault, Specimen, SpecimenConfig};
use reqwest::header::LOCATION;
use scraper::{Html, Selector};
use serde_json::{Value, json};
use wiremock::matchers::{body_string_contains, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// How long the Graph double takes for messages to [`SLOW`], and how long a test waits at most.
pub(crate) const DELAY: Duration = Duration::from_millis(1_500);
/// A delivery that is not answered within this time counts as unanswered.
const ACK: Duration = Duration::from_secs(10);
/// The same where it is known that no answer comes, and only the events must have been applied.
const NO_ACK: Duration = Duration::from_millis(250);
/// The PSID whose messages are slow.
pub(crate) const SLOW: &str = "7770000000000001";
/// The PSID that the platform cannot unlink.
pub(crate) const STUCK: &str = "7770000000000002";
/// The PSID behind every linking token that contains it.
pub(crate) const BEHIND_TOKEN: &str = "7770000000000003";
pub(crate) const LIVE: &str =
    "https://facebook.com/messenger_platform/account_linking/?account_linking_token=AR0x";

/// One specimen between a browser and a Graph double.
pub(crate) struct World {
    pub(crate) specimen: Specimen,
    pub(crate) graph: MockServer,
    pub(crate) config: SpecimenConfig,
    pub(crate) client: reqwest::Client,
    /// The client that delivers: it follows nothing and does not wait for ever.
    platform: reqwest::Client,
}

/// What a browser gets to see.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) location: Option<String>,
    pub(crate) body: String,
}

/// One cookie jar.
pub(crate) struct Browser {
    client: reqwest::Client,
    base: String,
}

impl World {
    pub(crate) async fn start(faults: &[Fault]) -> Self {
        let graph = MockServer::start().await;
        let messages = || Mock::given(method("POST")).and(path("/v2.6/me/messages"));
        let sent = ResponseTemplate::new(200)
            .set_body_json(json!({ "recipient_id": "1", "message_id": "m_1" }));
        messages()
            .and(body_string_contains(SLOW))
            .respond_with(sent.clone().set_delay(DELAY))
            .mount(&graph)
            .await;
        messages().respond_with(sent).mount(&graph).await;
        Mock::given(method("GET"))
            .and(path("/v2.6/me"))
            .and(query_param("fields", "recipient"))
            .respond_with(|request: &wiremock::Request| {
                let known = request.url.query_pairs().any(|(name, value)| {
                    name == "account_linking_token" && value.contains(BEHIND_TOKEN)
                });
                if known {
                    let body = json!({ "id": "1691462197845448", "recipient": BEHIND_TOKEN });
                    ResponseTemplate::new(200).set_body_json(body)
                } else {
                    ResponseTemplate::new(400)
                }
            })
            .mount(&graph)
            .await;
        let unlink = || Mock::given(method("POST")).and(path("/v2.6/me/unlink_accounts"));
        unlink()
            .and(body_string_contains(STUCK))
            .respond_with(ResponseTemplate::new(500))
            .mount(&graph)
            .await;
        unlink()
            .respond_with(
                ResponseTemplate::new(200)
                    .set_body_json(json!({ "result": "unlink account success" })),
            )
            .mount(&graph)
            .await;
        let config = SpecimenConfig {
            faults: faults.iter().copied().collect(),
            graph_url: graph.uri(),
            ..SpecimenConfig::default()
        };
        let specimen = Specimen::start(config.clone()).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let silent = faults.contains(&Fault::AckNever);
        let platform = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(if silent { NO_ACK } else { ACK })
            .build()
            .unwrap();
        Self {
            specimen,
            graph,
            config,
            client,
            platform,
        }
    }

    pub(crate) fn browser(&self) -> Browser {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .cookie_store(true)
            .no_proxy()
            .build()
            .unwrap();
        Browser {
            client,
            base: format!("http://{}", self.specimen.address()),
        }
    }

    /// Logs in at a fresh browser and gives the answer to the confirmation.
    pub(crate) async fn finish(&self, username: &str, token: &str, redirect_uri: &str) -> Answer {
        let browser = self.browser();
        let page = browser
            .open(&self.specimen.linking_url(), token, redirect_uri)
            .await;
        if page.location.is_some() {
            return page;
        }
        let consent = browser
            .log_in(&page, username, self.password(username))
            .await;
        browser.submit(&consent, "confirm", &[]).await
    }

    /// The code at the end of a flow, decoded as the platform decodes it.
    pub(crate) async fn code(&self, username: &str, token: &str) -> String {
        self.finish(username, token, LIVE).await.code()
    }

    pub(crate) fn password(&self, username: &str) -> &str {
        let account = self
            .config
            .accounts
            .iter()
            .find(|account| account.username == username);
        &account.unwrap().password
    }

    /// Delivers `items` in one entry, signed as the platform signs; 0 stands for "not answered".
    pub(crate) async fn deliver(&self, items: &[Value]) -> u16 {
        self.deliver_body(&self.envelope(items).to_string()).await
    }

    pub(crate) fn envelope(&self, items: &[Value]) -> Value {
        let entry = json!({ "id": self.config.page_id, "time": 1, "messaging": items });
        json!({ "object": "page", "entry": [entry] })
    }

    pub(crate) async fn deliver_body(&self, body: &str) -> u16 {
        let (sha256, sha1) = self.sign(body);
        self.deliver_signed(body, Some(&sha256), Some(&sha1)).await
    }

    pub(crate) async fn deliver_signed(
        &self,
        body: &str,
        sha256: Option<&str>,
        sha1: Option<&str>,
    ) -> u16 {
        let mut request = self
            .platform
            .post(self.specimen.webhook_url())
            .header("content-type", "application/json")
            .body(body.to_owned());
        for (name, value) in [("x-hub-signature-256", sha256), ("x-hub-signature", sha1)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        match request.send().await {
            Ok(answer) => answer.status().as_u16(),
            Err(_) => 0,
        }
    }

    /// Both signatures of `body`.
    pub(crate) fn sign(&self, body: &str) -> (String, String) {
        let key = self.config.app_secret.as_bytes();
        let sha256 = Hmac::<sha2::Sha256>::new_from_slice(key)
            .unwrap()
            .chain_update(body);
        let sha1 = Hmac::<sha1::Sha1>::new_from_slice(key)
            .unwrap()
            .chain_update(body);
        (
            format!("sha256={}", hex::encode(sha256.finalize().into_bytes())),
            format!("sha1={}", hex::encode(sha1.finalize().into_bytes())),
        )
    }

    pub(crate) fn event(&self, psid: &str, at: i64, content: (&str, Value)) -> Value {
        let (kind, content) = content;
        json!({
            "sender": { "id": psid },
            "recipient": { "id": self.config.page_id },
            "timestamp": at,
            kind: content,
        })
    }

    pub(crate) fn linked(&self, psid: &str, at: i64, code: &str) -> Value {
        let content = json!({ "authorization_code": code, "status": "linked" });
        self.event(psid, at, ("account_linking", content))
    }

    pub(crate) fn unlinked(&self, psid: &str, at: i64) -> Value {
        self.event(
            psid,
            at,
            ("account_linking", json!({ "status": "unlinked" })),
        )
    }

    pub(crate) fn says(&self, psid: &str, mid: &str, text: &str) -> Value {
        self.event(psid, 1, ("message", json!({ "mid": mid, "text": text })))
    }

    /// The account that the probe names for `psid`, or `-`.
    pub(crate) async fn account(&self, psid: &str) -> String {
        let url = self.specimen.probe_url_template().replace("{psid}", psid);
        let body: Value = self
            .client
            .get(url)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(body["linked"].as_bool(), Some(body["account"].is_string()));
        body["account"].as_str().unwrap_or("-").to_owned()
    }

    pub(crate) async fn unlink(&self, psid: &str) -> u16 {
        let request = self
            .client
            .post(self.specimen.unlink_url())
            .json(&json!({ "psid": psid }));
        request.send().await.unwrap().status().as_u16()
    }

    /// What was sent to `psid` until now, in order.
    pub(crate) async fn sent_to(&self, psid: &str) -> Vec<Value> {
        self.calls("/v2.6/me/messages")
            .await
            .into_iter()
            .filter_map(|(_, body)| serde_json::from_str::<Value>(&body).ok())
            .filter(|body| body["recipient"]["id"] == psid)
            .map(|body| body["message"].clone())
            .collect()
    }

    /// Waits until `count` messages to `psid` have arrived, two seconds at most, and gives them.
    pub(crate) async fn wait_for_sent(&self, psid: &str, count: usize) -> Vec<Value> {
        let deadline = Instant::now() + Duration::from_secs(2);
        loop {
            let sent = self.sent_to(psid).await;
            if count <= sent.len() || deadline < Instant::now() {
                return sent;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Content type and body of the Graph calls to `called`.
    pub(crate) async fn calls(&self, called: &str) -> Vec<(String, String)> {
        let requests = self.graph.received_requests().await.unwrap();
        requests
            .into_iter()
            .filter(|request| request.url.path() == called)
            .map(|request| {
                let kind = request
                    .headers
                    .get("content-type")
                    .map(|kind| kind.to_str().unwrap().to_owned());
                (
                    kind.unwrap_or_default(),
                    String::from_utf8(request.body).unwrap(),
                )
            })
            .collect()
    }
}

impl Browser {
    /// Opens a linking URL with both parameters appended as the platform does.
    pub(crate) async fn open(&self, linking_url: &str, token: &str, redirect_uri: &str) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("account_linking_token", token)
            .append_pair("redirect_uri", redirect_uri)
            .finish();
        let joint = if linking_url.contains('?') { '&' } else { '?' };
        self.get(&format!("{linking_url}{joint}{query}")).await
    }

    pub(crate) async fn get(&self, url: &str) -> Answer {
        Answer::of(self.client.get(url).send().await.unwrap()).await
    }

    /// Sends the login form of `page`.
    pub(crate) async fn log_in(&self, page: &Answer, username: &str, password: &str) -> Answer {
        self.submit(
            page,
            "login",
            &[("username", username), ("password", password)],
        )
        .await
    }

    /// Sends the form called `id`: its hidden fields and then `fields`. A page without it is the
    /// end of the way.
    pub(crate) async fn submit(&self, page: &Answer, id: &str, fields: &[(&str, &str)]) -> Answer {
        let Some((action, mut pairs)) = page.form(id) else {
            return page.clone();
        };
        pairs.extend(
            fields
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        self.post(&action, &pairs).await
    }

    pub(crate) async fn post(&self, action: &str, pairs: &[(String, String)]) -> Answer {
        let request = self
            .client
            .post(format!("{}{action}", self.base))
            .form(pairs);
        Answer::of(request.send().await.unwrap()).await
    }
}

impl Answer {
    async fn of(response: reqwest::Response) -> Self {
        let header = response.headers().get(LOCATION);
        Self {
            status: response.status().as_u16(),
            location: header.map(|value| value.to_str().unwrap().to_owned()),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }

    /// Whether the page has a form with this id.
    pub(crate) fn has_form(&self, id: &str) -> bool {
        self.form(id).is_some()
    }

    /// Action and hidden fields of the form with this id.
    pub(crate) fn form(&self, id: &str) -> Option<(String, Vec<(String, String)>)> {
        let page = Html::parse_document(&self.body);
        let form = Selector::parse(&format!("form#{id}")).unwrap();
        let hidden = Selector::parse("input[type=hidden]").unwrap();
        let form = page.select(&form).next()?;
        let pair = |input: scraper::ElementRef<'_>| {
            let part = |name| input.attr(name).unwrap_or_default().to_owned();
            (part("name"), part("value"))
        };
        Some((
            form.attr("action")?.to_owned(),
            form.select(&hidden).map(pair).collect(),
        ))
    }

    /// The code in the location; empty when there is none.
    pub(crate) fn code(&self) -> String {
        let location = self.location.as_deref().unwrap_or_default();
        let query = location
            .split('#')
            .next()
            .unwrap_or_default()
            .split_once('?')
            .map_or("", |(_, query)| query);
        url::form_urlencoded::parse(query.as_bytes())
            .find_map(|(name, value)| (name == "authorization_code").then(|| value.into_owned()))
            .unwrap_or_default()
    }
}
