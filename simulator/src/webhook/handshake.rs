//! The verification GET, by which the platform makes sure that the webhook is meant for it.

use std::time::Duration;

use super::delivery::Outcome;

/// Answer of the backend to a verification GET.
#[derive(Debug, Clone)]
pub struct HandshakeAnswer {
    /// The query that was sent, in order.
    pub query: Vec<(String, String)>,
    /// The answer; its body is compared with the challenge, not its status alone (clients: challenge row).
    pub outcome: Outcome,
    /// Time to the answer.
    pub elapsed: Duration,
}

impl HandshakeAnswer {
    /// Whether the body is the challenge, byte for byte, under status 200 (protocol rows 3.1.2, 3.1.9).
    pub fn echoes(&self, challenge: &str) -> bool {
        matches!(&self.outcome, Outcome::Answered { status: 200, body, .. } if body == challenge.as_bytes())
    }

    /// The sentence of a refused subscription (protocol section 2.3), or nothing when verified.
    pub(crate) fn failure(&self, challenge: &str) -> Option<String> {
        let detail = match &self.outcome {
            _ if self.echoes(challenge) => return None,
            Outcome::Answered {
                status: 200, body, ..
            } => {
                let start: String = String::from_utf8_lossy(body).chars().take(80).collect();
                format!(
                    "HTTP Status Code = 200; expected the challenge {challenge} as the whole body, got \"{start}\""
                )
            }
            Outcome::Answered { status, .. } => {
                let phrase = warp::http::StatusCode::from_u16(*status)
                    .ok()
                    .and_then(|status| status.canonical_reason());
                format!(
                    "HTTP Status Code = {status}; HTTP Message = {}",
                    phrase.unwrap_or("unknown")
                )
            }
            Outcome::TimedOut => {
                "curl_errno = 28; curl_error = Operation timed out; HTTP Status Code = 0".to_owned()
            }
            Outcome::Unreachable(why) => {
                format!("curl_errno = 7; curl_error = {why}; HTTP Status Code = 0")
            }
        };
        Some(format!(
            "(#2200) Callback verification failed with the following errors: {detail}"
        ))
    }
}

/// The query of the platform's own verification, in the order of the official description.
pub(crate) fn verification(challenge: &str, verify_token: &str) -> Vec<(String, String)> {
    [
        ("hub.mode", "subscribe"),
        ("hub.verify_token", verify_token),
        ("hub.challenge", challenge),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}
