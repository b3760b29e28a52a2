//! One virtual browser: a cookie jar, a user agent, and requests that are written down as they went.

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Response};
use url::Url;

use super::agent::{Agent, agent};
use crate::transcript::Exchange;

/// A page that takes longer is given up.
const TIME_OUT: Duration = Duration::from_secs(10);
/// More of a body is not read; the bound of [`Exchange::body`].
const BODY_LIMIT: usize = 512 * 1024;

/// The backend gave no answer; a sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NoAnswer(pub(crate) String);

/// A cookie jar with a network behind it. Clones are tabs of the same browser.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    client: Client,
    jar: Arc<Jar>,
    agent: Agent,
    credentials_sent: Arc<AtomicBool>,
}

/// One request as a page or the platform makes it.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Content type and bytes.
    pub(crate) body: Option<(String, Vec<u8>)>,
    /// What the body says, for the transcript.
    pub(crate) form: Vec<(String, String)>,
    /// The page that made the request; `None` when the platform opened the address.
    pub(crate) from: Option<From>,
}

/// A page as the origin of a request.
#[derive(Debug, Clone)]
pub(crate) struct From {
    pub(crate) page: Url,
    /// The page asked not to be named.
    pub(crate) no_referrer: bool,
}

impl Call {
    /// A GET.
    pub(crate) fn get(url: Url, from: Option<From>) -> Self {
        Self {
            method: Method::GET,
            url,
            body: None,
            form: Vec::new(),
            from,
        }
    }
}

impl Browser {
    /// A fresh browser; its number picks the user agent.
    pub(crate) fn new(number: usize) -> Self {
        let jar = Arc::new(Jar::default());
        let client = Client::builder()
            .cookie_provider(Arc::clone(&jar))
            .redirect(Policy::none())
            .no_proxy()
            .timeout(TIME_OUT)
            .build()
            .expect(
                "a client without TLS, proxies and resolvers has nothing to load that could fail",
            );
        Self {
            client,
            jar,
            agent: agent(number),
            credentials_sent: Arc::new(AtomicBool::new(false)),
        }
    }

    /// Class label of its user agent.
    pub(crate) fn label(&self) -> &'static str {
        self.agent.label
    }

    /// Whether credentials were submitted in this browser.
    pub(crate) fn sent_credentials(&self) -> bool {
        self.credentials_sent.load(Ordering::Relaxed)
    }

    /// Remembers that credentials are submitted.
    pub(crate) fn note_credentials(&self) {
        self.credentials_sent.store(true, Ordering::Relaxed);
    }

    /// Asks, and reads the answer up to the bound.
    pub(crate) async fn call(&self, call: &Call) -> Result<Exchange, NoAnswer> {
        let headers = self.headers(call);
        let mut request = self.client.request(call.method.clone(), call.url.clone());
        for (name, value) in headers.iter().filter(|(name, _)| name != "cookie") {
            request = request.header(name.as_str(), value.as_str());
        }
        if let Some((_, bytes)) = &call.body {
            request = request.body(bytes.clone());
        }
        let begun = Instant::now();
        let told = |error: &reqwest::Error| NoAnswer(sentence(call, error));
        let mut response = request.send().await.map_err(|error| told(&error))?;
        let status = response.status().as_u16();
        let answered = header_lines(response.headers());
        let body = bounded_body(&mut response)
            .await
            .map_err(|error| told(&error))?;
        Ok(Exchange {
            method: call.method.to_string(),
            url: call.url.to_string(),
            form: call.form.clone(),
            request_headers: headers,
            status,
            headers: answered,
            body,
            elapsed_ms: u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        })
    }

    /// Header lines of a navigation as a phone's browser sends them.
    fn headers(&self, call: &Call) -> Vec<(String, String)> {
        let site = if call.from.is_some() {
            "same-origin"
        } else {
            "none"
        };
        let mut lines = vec![
            ("user-agent", self.agent.header.to_owned()),
            (
                "accept",
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8".to_owned(),
            ),
            ("accept-language", "en-US,en;q=0.9".to_owned()),
            ("upgrade-insecure-requests", "1".to_owned()),
            ("sec-fetch-site", site.to_owned()),
            ("sec-fetch-mode", "navigate".to_owned()),
            ("sec-fetch-dest", "document".to_owned()),
        ];
        if let Some(from) = &call.from {
            if call.method != Method::GET {
                // Fetch standard: a page that withholds its referrer posts from the origin "null".
                let origin = if from.no_referrer {
                    "null".to_owned()
                } else {
                    from.page.origin().ascii_serialization()
                };
                lines.push(("origin", origin));
            }
            if !from.no_referrer {
                let mut referrer = from.page.clone();
                referrer.set_fragment(None);
                lines.push(("referer", referrer.to_string()));
            }
        }
        if let Some((content_type, _)) = &call.body {
            lines.push(("content-type", content_type.clone()));
        }
        if let Some(cookies) = self.jar.cookies(&call.url) {
            lines.push((
                "cookie",
                String::from_utf8_lossy(cookies.as_bytes()).into_owned(),
            ));
        }
        lines
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

fn header_lines(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            (
                name.as_str().to_owned(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}

async fn bounded_body(response: &mut Response) -> Result<String, reqwest::Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        let room = BODY_LIMIT - bytes.len();
        bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if bytes.len() == BODY_LIMIT {
            break;
        }
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn sentence(call: &Call, error: &reqwest::Error) -> String {
    let mut address = call.url.clone();
    address.set_query(None);
    if error.is_connect() {
        let host = address.origin().ascii_serialization();
        return format!(
            "nothing accepts connections at {host} ({}); is the backend running?",
            root(error)
        );
    }
    if error.is_timeout() {
        return format!(
            "{} {address}: no answer within {} s",
            call.method,
            TIME_OUT.as_secs()
        );
    }
    format!(
        "{} {address}: the connection ended without a whole answer ({})",
        call.method,
        root(error)
    )
}

/// The innermost cause, which names the fact.
fn root(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
