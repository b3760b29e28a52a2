//! Deliveries that go wrong on purpose.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use reqwest::Body;

use crate::fault::WebhookFault;

/// In how many pieces a slow body goes out.
const PIECES: usize = 10;

/// Changes header lines as the fault demands.
pub(super) fn headers(
    mut headers: Vec<(String, String)>,
    fault: Option<WebhookFault>,
) -> Vec<(String, String)> {
    if fault == Some(WebhookFault::WrongSignature) {
        let signatures = headers
            .iter_mut()
            .filter(|(name, _)| name.to_ascii_lowercase().starts_with("x-hub-signature"));
        for (_, value) in signatures {
            // The shape stays, the last digit does not.
            let last = value.pop();
            value.push(if last == Some('0') { '1' } else { '0' });
        }
    }
    headers
}

/// What goes out, and the length that is announced when it is not the length of that.
pub(super) fn body(body: &Bytes, fault: Option<WebhookFault>) -> (Body, Option<usize>) {
    match fault {
        None | Some(WebhookFault::WrongSignature) => (Body::from(body.clone()), None),
        Some(WebhookFault::Truncated) => (Body::from(body.slice(..body.len() / 2)), None),
        Some(WebhookFault::Slow { ms }) => {
            let piece = body.len().div_ceil(PIECES).max(1);
            let pause = Duration::from_millis(ms) / u32::try_from(PIECES).unwrap_or(u32::MAX);
            let pieces = stream::unfold(body.clone(), move |mut rest| async move {
                if rest.is_empty() {
                    return None;
                }
                tokio::time::sleep(pause).await;
                let next = rest.split_to(piece.min(rest.len()));
                Some((Ok::<_, io::Error>(next), rest))
            });
            (Body::wrap_stream(pieces), Some(body.len()))
        }
        Some(WebhookFault::Cut) => {
            let half = body.slice(..body.len() / 2);
            let cut = io::Error::other("an armed fault cut the connection");
            let pieces = stream::iter([Ok(half), Err(cut)]);
            (Body::wrap_stream(pieces), Some(body.len()))
        }
    }
}
