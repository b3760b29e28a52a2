//! The one HTTP client of the platform: no redirects, no proxy, bounded answers.

use std::time::{Duration, Instant};

use bytes::BytesMut;
use reqwest::header::{
    CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT,
};
use reqwest::{Body, Client, Request};

use super::delivery::{ANSWER_LIMIT, Attempt, Delivery, Outcome};
use super::faulty;
use super::handshake::HandshakeAnswer;
use crate::fault::WebhookFault;
use crate::webview::join_query;

const EVENT_AGENT: &str = "facebookexternalua";
const HANDSHAKE_AGENT: &str = "facebookplatform/1.0 (+http://developers.facebook.com)";

/// How long a connection is kept for the next delivery: below the five seconds after which common servers
/// close it, so that a delivery does not meet a connection that is just going away.
const IDLE: Duration = Duration::from_secs(2);

/// Carries deliveries and handshakes to webhooks.
#[derive(Debug)]
pub(crate) struct Courier {
    client: Client,
}

impl Courier {
    pub(crate) fn new() -> Self {
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .pool_idle_timeout(IDLE)
            .build()
            .expect("a client without TLS and proxies has nothing that can fail to load");
        Self { client }
    }

    /// Sends the bytes of `delivery` to `url` and reports how it went, whatever happens.
    ///
    /// With a fault, it is sent wrongly, and the attempt tells the bytes that should have arrived.
    pub(crate) async fn deliver(
        &self,
        url: Option<&str>,
        delivery: Delivery,
        fault: Option<WebhookFault>,
    ) -> Attempt {
        let Delivery {
            body,
            headers,
            timeout,
        } = delivery;
        let headers = faulty::headers(event_headers(headers), fault);
        let started = Instant::now();
        let outcome = match self.event_request(url, &headers, faulty::body(&body, fault)) {
            Ok(request) => self.exchange(request, timeout).await,
            Err(why) => Outcome::Unreachable(why),
        };
        Attempt {
            body,
            headers,
            outcome,
            elapsed: started.elapsed(),
        }
    }

    /// Sends a verification GET to `url` with exactly this query.
    pub(crate) async fn handshake(
        &self,
        url: Option<&str>,
        query: &[(String, String)],
        timeout: Duration,
    ) -> HandshakeAnswer {
        let started = Instant::now();
        let outcome = match self.handshake_request(url, query) {
            Ok(request) => self.exchange(request, timeout).await,
            Err(why) => Outcome::Unreachable(why),
        };
        HandshakeAnswer {
            query: query.to_vec(),
            outcome,
            elapsed: started.elapsed(),
        }
    }

    fn event_request(
        &self,
        url: Option<&str>,
        headers: &[(String, String)],
        (body, length): (Body, Option<usize>),
    ) -> Result<Request, String> {
        let mut headers = header_map(headers)?;
        if let Some(length) = length {
            headers.insert(CONTENT_LENGTH, length.into());
        }
        let request = self.client.post(webhook(url)?).headers(headers).body(body);
        request.build().map_err(|error| sentence(&error))
    }

    fn handshake_request(
        &self,
        url: Option<&str>,
        query: &[(String, String)],
    ) -> Result<Request, String> {
        let url = join_query(
            webhook(url)?,
            query
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str())),
        );
        self.client
            .get(url)
            .header(USER_AGENT, HANDSHAKE_AGENT)
            .build()
            .map_err(|error| sentence(&error))
    }

    async fn exchange(&self, request: Request, timeout: Duration) -> Outcome {
        match tokio::time::timeout(timeout, self.converse(request)).await {
            Ok(Ok(answered)) => answered,
            Ok(Err(error)) => Outcome::Unreachable(sentence(&error)),
            Err(_) => Outcome::TimedOut,
        }
    }

    async fn converse(&self, request: Request) -> Result<Outcome, reqwest::Error> {
        let mut response = self.client.execute(request).await?;
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (
                    name.as_str().to_owned(),
                    String::from_utf8_lossy(value.as_bytes()).into_owned(),
                )
            })
            .collect();
        let mut body = BytesMut::new();
        while body.len() < ANSWER_LIMIT {
            let Some(chunk) = response.chunk().await? else {
                break;
            };
            body.extend_from_slice(&chunk);
        }
        body.truncate(ANSWER_LIMIT);
        Ok(Outcome::Answered {
            status: response.status().as_u16(),
            headers,
            body: body.freeze(),
        })
    }
}

fn webhook(url: Option<&str>) -> Result<&str, String> {
    url.ok_or_else(|| "no webhook_url is configured".to_owned())
}

/// The platform's own lines in front, unless the delivery has its own of that name.
fn event_headers(given: Vec<(String, String)>) -> Vec<(String, String)> {
    let own = [
        (CONTENT_TYPE.as_str(), "application/json"),
        (USER_AGENT.as_str(), EVENT_AGENT),
    ];
    let mut headers: Vec<_> = own
        .into_iter()
        .filter(|(name, _)| {
            !given
                .iter()
                .any(|(other, _)| other.eq_ignore_ascii_case(name))
        })
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    headers.extend(given);
    headers
}

fn header_map(lines: &[(String, String)]) -> Result<HeaderMap, String> {
    let mut map = HeaderMap::with_capacity(lines.len());
    for (name, value) in lines {
        let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value))
        else {
            return Err(format!("the header line {name:?} cannot be sent over HTTP"));
        };
        map.append(name, value);
    }
    Ok(map)
}

/// The whole chain of causes; reqwest's own `Display` stops at "error sending request".
fn sentence(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.ends_with(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}
