//! What the platform sends to the webhook: deliveries and verification requests.

use std::time::Instant;

use bytes::Bytes;
use futures_util::future::join_all;
use linklab_simulator::webhook::{Attempt, Delivery, Outcome};

use crate::generate::Parcel;
use crate::stage::{Cut, FlowId, Recording};
use crate::transcript::{Case, Delivered, Handshake, What};

impl Recording<'_> {
    /// Posts to the webhook. `flow` is the linking the step is filed under.
    ///
    /// A webhook that gives no answer is recorded, not cut: that is for judges.
    pub async fn deliver(&mut self, flow: FlowId, parcel: &Parcel) -> Result<Attempt, Cut> {
        self.required_webhook()?;
        let begun = Instant::now();
        let delivery = parcel.to_delivery(self.stage.simulator().config());
        let attempt = self.stage.simulator().deliver(delivery).await;
        let delivered = delivered(
            &attempt,
            parcel.psids(),
            parcel.kinds(),
            parcel.signature.name(),
        );
        self.note_at(begun, flow, What::Delivered(delivered));
        Ok(attempt)
    }

    /// Posts the same bytes several times at once.
    pub async fn deliver_at_once(
        &mut self,
        flow: FlowId,
        parcel: &Parcel,
        times: usize,
    ) -> Result<(), Cut> {
        self.required_webhook()?;
        let begun = Instant::now();
        let delivery = parcel.to_delivery(self.stage.simulator().config());
        let simulator = self.stage.simulator();
        let attempts = join_all((0..times).map(|_| simulator.deliver(delivery.clone()))).await;
        for attempt in &attempts {
            let delivered = delivered(
                attempt,
                parcel.psids(),
                parcel.kinds(),
                parcel.signature.name(),
            );
            self.note_at(begun, flow, What::Delivered(delivered));
        }
        Ok(())
    }

    /// Posts given bytes, rightly signed, for bodies that are no parcel. The step has the label as its kind and
    /// `raw` as its signature mode: the bytes are ours, not the platform's.
    pub async fn deliver_raw(
        &mut self,
        flow: FlowId,
        label: &str,
        body: Vec<u8>,
    ) -> Result<Attempt, Cut> {
        self.required_webhook()?;
        let begun = Instant::now();
        let delivery = Delivery::signed_bytes(self.stage.simulator().config(), Bytes::from(body));
        let attempt = self.stage.simulator().deliver(delivery).await;
        let psid = self.psid(flow).to_owned();
        let delivered = delivered(&attempt, vec![psid], vec![label.to_owned()], "raw");
        self.note_at(begun, flow, What::Delivered(delivered));
        Ok(attempt)
    }

    /// A verification GET.
    pub async fn handshake(&mut self, case: Case, challenge: &str) -> Result<(), Cut> {
        self.required_webhook()?;
        let begun = Instant::now();
        let config = self.stage.simulator().config();
        let query = query(case, challenge, &config.verify_token);
        let timeout = config.ack_timeout;
        let answer = self.stage.simulator().handshake(&query, timeout).await;
        let mut handshake = Handshake {
            case,
            challenge: challenge.to_owned(),
            status: None,
            content_type: None,
            body: String::new(),
            failure: None,
        };
        match answer.outcome {
            Outcome::Answered {
                status,
                headers,
                body,
            } => {
                handshake.status = Some(status);
                handshake.content_type = headers
                    .into_iter()
                    .find(|(name, _)| name == "content-type")
                    .map(|(_, value)| value);
                handshake.body = String::from_utf8_lossy(&body).into_owned();
            }
            Outcome::TimedOut => handshake.failure = Some("timed-out".to_owned()),
            Outcome::Unreachable(why) => handshake.failure = Some(format!("unreachable: {why}")),
        }
        self.note_at(begun, 0, What::Handshake(handshake));
        Ok(())
    }

    fn required_webhook(&self) -> Result<(), Cut> {
        match self.stage.subject().webhook_url {
            Some(_) => Ok(()),
            None => Err(Cut(
                "no webhook_url is configured; add it under [backend]".to_owned()
            )),
        }
    }
}

/// A delivery as transcripts tell it.
pub(super) fn delivered(
    attempt: &Attempt,
    psids: Vec<String>,
    kinds: Vec<String>,
    signature: &str,
) -> Delivered {
    let (status, failure) = match &attempt.outcome {
        Outcome::Answered { status, .. } => (Some(*status), None),
        Outcome::TimedOut => (None, Some("timed-out".to_owned())),
        Outcome::Unreachable(why) => (None, Some(format!("unreachable: {why}"))),
    };
    Delivered {
        psids,
        kinds,
        signature: signature.to_owned(),
        body: String::from_utf8_lossy(&attempt.body).into_owned(),
        status,
        failure,
        elapsed_ms: u64::try_from(attempt.elapsed.as_millis()).unwrap_or(u64::MAX),
    }
}

/// The query of a verification GET (protocol row 3.1.1), with what is tried.
fn query(case: Case, challenge: &str, verify_token: &str) -> Vec<(String, String)> {
    let wrong = format!("not-{verify_token}");
    let mode = if case == Case::WrongMode {
        "unsubscribe"
    } else {
        "subscribe"
    };
    let tokens: &[&str] = match case {
        Case::Right | Case::WrongMode => &[verify_token],
        Case::WrongToken => &[&wrong],
        Case::MissingToken => &[],
        Case::DuplicateToken => &[&wrong, verify_token],
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let mut query = vec![pair("hub.mode", mode)];
    query.extend(tokens.iter().map(|token| pair("hub.verify_token", token)));
    query.push(pair("hub.challenge", challenge));
    query
}
