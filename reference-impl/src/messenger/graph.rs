//! The three Graph calls that a linking backend makes: send, name a token's PSID, unlink.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{Method, Request, header};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::crypto::ring;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::time;
use url::{Url, form_urlencoded::Serializer as Query};

use super::{error::GraphError, message::Outgoing};
use crate::secret::Secret;

/// How long one call may take, from connecting to the last byte.
const DEADLINE: Duration = Duration::from_secs(10);
/// How long connecting may take.
const CONNECT: Duration = Duration::from_secs(3);
/// The longest answer that is read; real ones have a few hundred bytes.
const LONGEST_ANSWER: usize = 64 * 1024;

/// A client of the Graph API for one page.
#[derive(Clone, Debug)]
pub(crate) struct Graph {
    http: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    base: String,
    deadline: Duration,
    page_token: Secret,
}

impl Graph {
    /// `base` is the address in front of `/me`, with or without a version.
    ///
    /// On https the certificate must lead to one of Mozilla's roots. The client follows no redirect
    /// and asks no proxy: the page token is in the address and must not be carried anywhere else.
    pub(crate) fn new(base: &str, page_token: Secret) -> Self {
        let mut connector = HttpConnector::new();
        connector.set_connect_timeout(Some(CONNECT));
        connector.enforce_http(false);
        let connector = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(ring::default_provider())
            .expect("ring speaks every version of TLS that is switched on")
            .https_or_http()
            .enable_http1()
            .wrap_connector(connector);
        Self {
            http: Client::builder(TokioExecutor::new()).build(connector),
            base: base.trim_end_matches('/').to_owned(),
            deadline: DEADLINE,
            page_token,
        }
    }

    /// Sends one message.
    pub(super) async fn send(&self, message: &Outgoing<'_>) -> Result<(), GraphError> {
        let body = json(message);
        self.ask::<Sent>(Method::POST, "me/messages", &[], Some(body))
            .await
            .map(drop)
    }

    /// Asks which PSID an `account_linking_token` belongs to (S36, S37).
    pub(crate) async fn psid(&self, token: &str) -> Result<String, GraphError> {
        let query = [("fields", "recipient"), ("account_linking_token", token)];
        let TokenOwner { recipient } = self.ask(Method::GET, "me", &query, None).await?;
        Ok(recipient)
    }

    /// Unlinks a PSID on the platform (S40, S41).
    pub(crate) async fn unlink(&self, psid: &str) -> Result<(), GraphError> {
        let body = json(&Unlink { psid });
        self.ask::<Unlinked>(Method::POST, "me/unlink_accounts", &[], Some(body))
            .await
            .map(drop)
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<Bytes>,
    ) -> Result<T, GraphError> {
        let query = Query::new(String::new())
            .extend_pairs(query)
            .append_pair("access_token", self.page_token.reveal())
            .finish();
        // Through `Url`, which writes what a person put into GRAPH_URL the way the wire wants it.
        let address = Url::parse(&format!("{}/{path}?{query}", self.base));
        let mut request = Request::builder().method(method);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let request = address
            .ok()
            .and_then(|address| {
                let request = request.uri(address.as_str());
                request.body(Full::new(body.unwrap_or_default())).ok()
            })
            .ok_or(GraphError::Unreachable)?;
        let (status, body) = time::timeout(self.deadline, self.exchange(request))
            .await
            .map_err(|_| GraphError::NoAnswer)??;
        // Some calls report an error under a success status, so there the shape decides.
        let refused = || GraphError::read(status, &body, &self.page_token);
        if (200..300).contains(&status) {
            serde_json::from_slice(&body).map_err(|_| refused())
        } else {
            Err(refused())
        }
    }

    /// The drivers' errors hold the address, and the address holds the token: nothing of them is kept.
    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<(u16, Bytes), GraphError> {
        let response = self.http.request(request).await.map_err(|error| {
            if error.is_connect() {
                GraphError::Unreachable
            } else {
                GraphError::NoAnswer
            }
        })?;
        let status = response.status().as_u16();
        match Limited::new(response.into_body(), LONGEST_ANSWER)
            .collect()
            .await
        {
            Ok(body) => Ok((status, body.to_bytes())),
            Err(error) if error.is::<http_body_util::LengthLimitError>() => {
                Err(GraphError::Unreadable { status })
            }
            Err(_) => Err(GraphError::NoAnswer),
        }
    }
}

fn json(body: &impl Serialize) -> Bytes {
    serde_json::to_vec(body)
        .expect("these bodies are texts in objects")
        .into()
}

#[derive(Serialize)]
struct Unlink<'a> {
    psid: &'a str,
}

/// `{"result":"unlink account success"}`; the words are not compared, their presence is.
#[derive(Deserialize)]
#[expect(
    dead_code,
    reason = "read to check that the answer has its documented shape"
)]
struct Unlinked {
    result: String,
}

/// `{"id":"PAGE_ID","recipient":"PSID"}`. The PSID is `recipient`, and it is a text: as a number it
/// would lose digits (conformance TOK-02, TOK-07).
#[derive(Debug, Deserialize)]
struct TokenOwner {
    recipient: String,
}

#[derive(Deserialize)]
#[expect(
    dead_code,
    reason = "read to check that the answer has its documented shape"
)]
struct Sent {
    message_id: String,
}

#[cfg(test)]
#[path = "graph_tests.rs"]
mod tests;
