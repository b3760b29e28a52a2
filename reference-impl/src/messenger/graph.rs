//! The three Graph calls that a linking backend makes: send, name a token's PSID, unlink.

use std::time::Duration;

use reqwest::{RequestBuilder, redirect::Policy};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

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
    http: reqwest::Client,
    base: String,
    page_token: Secret,
}

impl Graph {
    /// `base` is the address in front of `/me`, with or without a version.
    pub(crate) fn new(base: &str, page_token: Secret) -> Self {
        let http = reqwest::Client::builder()
            .timeout(DEADLINE)
            .connect_timeout(CONNECT)
            // The page token is in the address, so it must not be carried anywhere else.
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .expect("the client has no setting that can be wrong");
        Self {
            http,
            base: base.trim_end_matches('/').to_owned(),
            page_token,
        }
    }

    /// Sends one message.
    pub(super) async fn send(&self, message: &Outgoing<'_>) -> Result<(), GraphError> {
        let call = self.http.post(self.address("me/messages")).json(message);
        self.ask::<Sent>(call).await.map(drop)
    }

    /// Asks which PSID an `account_linking_token` belongs to (S36, S37).
    pub(crate) async fn psid(&self, token: &str) -> Result<String, GraphError> {
        let call = self
            .http
            .get(self.address("me"))
            .query(&[("fields", "recipient"), ("account_linking_token", token)]);
        let TokenOwner { recipient } = self.ask(call).await?;
        Ok(recipient)
    }

    /// Unlinks a PSID on the platform (S40, S41).
    pub(crate) async fn unlink(&self, psid: &str) -> Result<(), GraphError> {
        let call = self
            .http
            .post(self.address("me/unlink_accounts"))
            .json(&Unlink { psid });
        self.ask::<Unlinked>(call).await.map(drop)
    }

    fn address(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }

    async fn ask<T: DeserializeOwned>(&self, call: RequestBuilder) -> Result<T, GraphError> {
        let call = call.query(&[("access_token", self.page_token.reveal())]);
        let mut response = call.send().await?;
        let status = response.status();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if LONGEST_ANSWER < body.len() + chunk.len() {
                return Err(GraphError::Unreadable {
                    status: status.as_u16(),
                });
            }
            body.extend_from_slice(&chunk);
        }
        // Some calls report an error under a success status, so there the shape decides.
        let refused = || GraphError::read(status.as_u16(), &body, &self.page_token);
        if status.is_success() {
            serde_json::from_slice(&body).map_err(|_| refused())
        } else {
            Err(refused())
        }
    }
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
