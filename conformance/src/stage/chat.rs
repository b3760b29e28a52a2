//! The user's side of the conversation, and what the backend does of its own accord.

use linklab_simulator::journal::{Cursor, What as Line};
use serde_json::Value;

use super::posting;
use crate::observe::{listen, offers};
use crate::stage::{Cut, FlowId, Recording};
use crate::subject::UnlinkAction;
use crate::transcript::What;

impl Recording<'_> {
    /// The user types a text; the bot's messages that arrive within the window (first one awaited, then a short quiet).
    pub async fn say(&mut self, flow: FlowId, text: &str) -> Result<Vec<Value>, Cut> {
        let (cursor, psid) = self.typed(flow, text).await?;
        Ok(listen(self.stage.simulator(), &psid, cursor, self.stage.window()).await)
    }

    /// Waits until the backend has called this endpoint for the flow's user (since the recording began), up to the window.
    pub async fn await_call(&mut self, flow: FlowId, endpoint: &str) -> Result<bool, Cut> {
        let psid = self.psid(flow).to_owned();
        let wanted = |line: &Line| matches!(line, Line::GraphCall(call) if call.endpoint == endpoint && call.psid.as_deref() == Some(&*psid));
        let journal = self.stage.simulator().journal();
        let found = journal
            .wait_for(self.cursor, self.stage.window(), |entry| {
                wanted(&entry.what)
            })
            .await;
        Ok(found.is_some())
    }

    /// Makes the backend unlink the flow's user (`[actions] unlink`, or the chat's Log Out); how, or `None` if
    /// neither is configured.
    pub async fn backend_unlink(&mut self, flow: FlowId) -> Result<Option<&'static str>, Cut> {
        let subject = self.stage.subject();
        if let Some(action) = &subject.unlink {
            self.act(action, flow).await?;
            return Ok(Some("action"));
        }
        let Some(logout) = subject.chat.logout.as_deref() else {
            return Ok(None);
        };
        let (cursor, psid) = self.typed(flow, logout).await?;
        let journal = self.stage.simulator().journal();
        let offered = journal
            .wait_for(cursor, self.stage.window(), |entry| {
                matches!(&entry.what, Line::BotSaid { psid: to, message } if *to == psid && offers(message, "account_unlink"))
            })
            .await;
        // A bot without the button unlinks by the endpoint, at the word alone.
        if offered.is_some() {
            let begun = std::time::Instant::now();
            let attempt = self
                .stage
                .simulator()
                .tap_log_out(&psid)
                .await
                .map_err(|error| Cut(error.to_string()))?;
            let delivered =
                posting::delivered(&attempt, vec![psid], vec!["unlinked".to_owned()], "both");
            self.note_at(begun, flow, What::Delivered(delivered));
        }
        Ok(Some("chat"))
    }

    /// Delivers the user's text and tells where the journal stood before.
    async fn typed(&mut self, flow: FlowId, text: &str) -> Result<(Cursor, String), Cut> {
        let psid = self.psid(flow).to_owned();
        let simulator = self.stage.simulator();
        let cursor = simulator.journal().end();
        let begun = std::time::Instant::now();
        let attempt = simulator
            .say(&psid, text)
            .await
            .map_err(|error| Cut(error.to_string()))?;
        let delivered = posting::delivered(
            &attempt,
            vec![psid.clone()],
            vec!["message".to_owned()],
            "both",
        );
        self.note_at(begun, flow, What::Delivered(delivered));
        Ok((cursor, psid))
    }

    async fn act(&self, action: &UnlinkAction, flow: FlowId) -> Result<(), Cut> {
        let psid = self.psid(flow);
        let url = action.url.replace("{psid}", psid);
        let failed = |why: String| Cut(format!("[actions] unlink: {} {url} {why}", action.method));
        let method = reqwest::Method::from_bytes(action.method.as_bytes())
            .map_err(|_| failed("has no valid method".to_owned()))?;
        let mut request = self
            .stage
            .http()
            .request(method, &url)
            .timeout(self.stage.window());
        for (name, value) in &action.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &action.json {
            request = request.json(&filled(body, psid));
        }
        let response = request
            .send()
            .await
            .map_err(|error| failed(format!("gave no answer: {error}")))?;
        let status = response.status();
        if status.is_client_error() || status.is_server_error() {
            return Err(failed(format!("answered {status}")));
        }
        Ok(())
    }
}

/// The JSON with `{psid}` replaced in its strings.
fn filled(value: &Value, psid: &str) -> Value {
    match value {
        Value::String(text) => Value::from(text.replace("{psid}", psid)),
        Value::Array(items) => items.iter().map(|item| filled(item, psid)).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), filled(value, psid)))
            .collect(),
        other => other.clone(),
    }
}
