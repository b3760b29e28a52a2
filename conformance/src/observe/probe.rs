//! The probe URL: one GET, two JSON pointers.

use std::time::Duration;

use reqwest::Client;
use serde_json::Value;

use crate::subject::Probe;
use crate::transcript::LinkState;

/// A probe that takes longer is given up.
const TIME_OUT: Duration = Duration::from_secs(5);
/// A probe's answer is small; more than this is no probe.
const BODY_LIMIT: usize = 64 * 1024;

/// Asks the probe about a user.
pub(crate) async fn look(client: &Client, probe: &Probe, psid: &str) -> LinkState {
    match answer(client, probe, psid).await {
        Ok(body) => read(probe, &body),
        Err(why) => LinkState::Unknown { why },
    }
}

async fn answer(client: &Client, probe: &Probe, psid: &str) -> Result<Value, String> {
    let url = probe.url.replace("{psid}", psid);
    let mut request = client.get(&url).timeout(TIME_OUT);
    for (name, value) in &probe.headers {
        request = request.header(name, value);
    }
    let mut response = request
        .send()
        .await
        .map_err(|error| format!("the probe {url} gave no answer: {error}"))?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| format!("the probe {url} broke off: {error}"))?
    {
        body.extend_from_slice(&chunk);
        if body.len() > BODY_LIMIT {
            return Err(format!(
                "the probe {url} answered more than {BODY_LIMIT} bytes"
            ));
        }
    }
    if !status.is_success() {
        return Err(format!("the probe {url} answered {status}"));
    }
    serde_json::from_slice(&body)
        .map_err(|error| format!("the probe {url} answered no JSON: {error}"))
}

fn read(probe: &Probe, body: &Value) -> LinkState {
    let Some(linked) = body.pointer(&probe.linked) else {
        return LinkState::Unknown {
            why: format!("the probe's answer has nothing at {}", probe.linked),
        };
    };
    if !is_true(linked) {
        return LinkState::Unlinked;
    }
    let account = probe
        .account
        .as_deref()
        .and_then(|pointer| body.pointer(pointer))
        .and_then(|name| match name {
            Value::String(name) => Some(name.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        });
    LinkState::Linked { account }
}

/// `true`, or anything that is neither empty nor zero: an account's id serves as well as a boolean.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !matches!(
            text.to_ascii_lowercase().as_str(),
            "" | "false" | "no" | "0" | "unlinked"
        ),
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn probe() -> Probe {
        Probe {
            url: String::new(),
            headers: Vec::new(),
            linked: "/link".to_owned(),
            account: Some("/link/account".to_owned()),
        }
    }

    #[test]
    fn a_boolean_or_anything_true_counts_as_linked() {
        for (body, linked) in [
            (json!({ "link": true }), true),
            (json!({ "link": { "account": "alice" } }), true),
            (json!({ "link": "alice" }), true),
            (json!({ "link": 7 }), true),
            (json!({ "link": false }), false),
            (json!({ "link": null }), false),
            (json!({ "link": "" }), false),
            (json!({ "link": {} }), false),
        ] {
            assert_eq!(
                matches!(read(&probe(), &body), LinkState::Linked { .. }),
                linked,
                "{body}"
            );
        }
    }

    #[test]
    fn the_account_is_named_where_it_stands() {
        let state = read(&probe(), &json!({ "link": { "account": "alice" } }));
        assert_eq!(
            state,
            LinkState::Linked {
                account: Some("alice".to_owned())
            }
        );
    }

    #[test]
    fn a_wrong_pointer_is_told() {
        let LinkState::Unknown { why } = read(&probe(), &json!({ "linked": true })) else {
            panic!("a missing value is no state");
        };
        assert_eq!(why, "the probe's answer has nothing at /link");
    }
}
