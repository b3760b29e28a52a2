//! The platform's part, in the few lines that a test needs: linking URLs, codes, signed events.

use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::backend::{APP_SECRET, NOON, PAGE_ID, Running};

/// The return address of a live flow.
pub(crate) fn return_address(token: &str) -> String {
    format!(
        "https://facebook.com/messenger_platform/account_linking/?account_linking_token={token}"
    )
}

/// The linking page as the platform opens it.
pub(crate) fn linking_page(token: &str) -> String {
    linking_page_to(token, &return_address(token))
}

/// The linking page with any return address.
pub(crate) fn linking_page_to(token: &str, redirect_uri: &str) -> String {
    let (token, redirect) = (escape(token), escape(redirect_uri));
    format!("/authorize?account_linking_token={token}&redirect_uri={redirect}")
}

pub(crate) fn escape(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

/// The code in the address that a browser was sent to.
pub(crate) fn code_in(address: &str) -> String {
    let address = url::Url::parse(address).unwrap();
    let codes: Vec<_> = address
        .query_pairs()
        .filter(|(name, _)| name == "authorization_code")
        .collect();
    assert_eq!(codes.len(), 1, "{address}");
    codes[0].1.clone().into_owned()
}

pub(crate) fn linked(psid: &str, code: &str, time: i64) -> Value {
    item(
        psid,
        time,
        json!({ "account_linking": { "authorization_code": code, "status": "linked" } }),
    )
}

pub(crate) fn unlinked(psid: &str, time: i64) -> Value {
    item(
        psid,
        time,
        json!({ "account_linking": { "status": "unlinked" } }),
    )
}

pub(crate) fn said(psid: &str, mid: &str, text: &str) -> Value {
    item(
        psid,
        NOON,
        json!({ "message": { "mid": mid, "text": text } }),
    )
}

pub(crate) fn item(psid: &str, time: i64, what: Value) -> Value {
    let mut item =
        json!({ "sender": { "id": psid }, "recipient": { "id": PAGE_ID }, "timestamp": time });
    let Value::Object(what) = what else {
        panic!("an event is an object")
    };
    item.as_object_mut().unwrap().extend(what);
    item
}

pub(crate) fn notification(items: &[Value]) -> String {
    json!({ "object": "page", "entry": [{ "id": PAGE_ID, "time": NOON, "messaging": items }] })
        .to_string()
}

pub(crate) fn sign(body: &[u8]) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(APP_SECRET.as_bytes())
        .unwrap()
        .chain_update(body);
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

impl Running {
    /// Delivers items in one signed notification.
    pub(crate) async fn deliver(&self, items: &[Value]) -> StatusCode {
        self.post(notification(items).into_bytes(), &[]).await
    }

    /// Posts a body, signed unless `headers` brings signatures of its own.
    pub(crate) async fn post(&self, body: Vec<u8>, headers: &[(&str, &str)]) -> StatusCode {
        let mut call = reqwest::Client::new()
            .post(self.url("/webhook"))
            .header("content-type", "application/json");
        if headers.is_empty() {
            call = call.header("x-hub-signature-256", sign(&body));
        }
        for (name, value) in headers {
            call = call.header(*name, *value);
        }
        call.body(body).send().await.unwrap().status()
    }
}
