//! The way back: a browser arrives at the `redirect_uri`, and the linking is decided while the user waits.

use bytes::Bytes;

use crate::hub::Hub;
use crate::webhook::{Attempt, Envelope, Item, Outgoing, Told};
use crate::webview::{Opening, page};
use crate::world::{AbortReason, Arrival, AttemptId, Command, Event, Refusal, Token};

/// What should happen to the event when the browser comes back with a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Landing {
    /// Deliver at once and link only if acknowledged, as production does.
    #[default]
    Deliver,
    /// Keep the event; the caller delivers it. The linking waits for acknowledgement.
    Hold,
}

/// What the user sees at the end, and why.
#[derive(Debug, Clone, Default)]
pub struct Landed {
    /// Who came back, when the token told it.
    pub psid: Option<String>,
    /// The code that came along, as the URL parser yields it.
    pub authorization_code: Option<String>,
    /// How it ended.
    pub result: LandingResult,
    /// The linked event (whole envelope), when one arose.
    pub event: Option<serde_json::Value>,
    /// The same event as the very bytes that travel, in the platform's order of keys.
    pub event_bytes: Option<Bytes>,
    /// The delivery, when one was made.
    pub attempt: Option<Attempt>,
    /// The page shown, as HTML.
    pub page: String,
}

/// The end of one linking attempt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LandingResult {
    /// Acknowledged: the user is linked.
    Linked,
    /// The event is held; nothing is decided.
    #[default]
    Held,
    /// Aborted, with the reason that the page shows.
    Aborted(String),
}

/// Who brings an address back.
#[derive(Debug, Clone, Default)]
pub(crate) enum Browser {
    /// The webview in which the login was opened.
    #[default]
    Webview,
    /// Whoever sends a request, as the user whose cookie it carries.
    Cookie(Option<String>),
}

/// What an arriving address says, whatever host it is on.
#[derive(Debug, Clone, Default)]
pub(crate) struct Address {
    /// Who brings it.
    pub(crate) browser: Browser,
    /// The first `account_linking_token`.
    pub(crate) token: Option<String>,
    /// The first `authorization_code` (protocol row 1.5.11), decoded as a form: `+` is a blank.
    pub(crate) code: Option<String>,
}

impl Address {
    /// Reads a raw query.
    pub(crate) fn of_query(query: &str) -> Self {
        let mut address = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let slot = match &*name {
                "account_linking_token" => &mut address.token,
                "authorization_code" => &mut address.code,
                _ => continue,
            };
            slot.get_or_insert_with(|| value.into_owned());
        }
        address
    }

    /// Reads the query of a whole URL; a fragment never reaches a server.
    pub(crate) fn of_url(url: &str) -> Self {
        let before_fragment = url.split('#').next().unwrap_or_default();
        Self::of_query(
            before_fragment
                .split_once('?')
                .map_or("", |(_, query)| query),
        )
    }
}

/// Decides an arrival. `opening` is the login that comes back, when the caller knows it.
///
/// Once the event is in the queue it is sent and decided, even if the caller goes away.
pub(crate) async fn arrive(
    hub: &Hub,
    opening: Option<&Opening>,
    address: Address,
    landing: Landing,
) -> Landed {
    let preparing = hub.own_time.start();
    let mut landed = Landed {
        authorization_code: address.code,
        ..Landed::default()
    };
    let (token, flaw) = match genuine(hub, opening, address.token.as_deref()) {
        Ok(found) => found,
        Err((token, reason)) => return abort(hub, landed, token.as_ref(), &reason),
    };
    landed.psid = Some(token.psid.clone());

    let wrong_browser = match address.browser {
        Browser::Cookie(user) if hub.knobs().redirect_needs_cookie => {
            user.as_deref() != Some(&token.psid)
        }
        Browser::Cookie(_) | Browser::Webview => false,
    };
    let arrival = match flaw {
        Some(flaw) => flaw,
        None if wrong_browser => Arrival::NoCookie,
        None => Arrival::Own {
            code: landed.authorization_code.as_deref(),
            code_limit: hub.config.code_limit,
            subscribed: hub.subscribes("messaging_account_linking"),
        },
    };
    let command = Command::Return {
        token: &token,
        arrival,
    };
    let (code, now_ms) = match hub.command(&command) {
        Ok((
            Event::Returned {
                failure: None,
                code,
                ..
            },
            now_ms,
        )) => (code, now_ms),
        Ok((
            Event::Returned {
                failure: Some(reason),
                ..
            }
            | Event::Aborted { reason, .. },
            _,
        ))
        | Err(Refusal::Aborted(reason)) => {
            return abort(hub, landed, Some(&token), &reason);
        }
        // The world answers a return with these alone; anything else would be a token it cannot judge.
        Ok(_) | Err(_) => return abort(hub, landed, Some(&token), &AbortReason::ForeignToken),
    };

    let item = Item::linked(&token.psid, &hub.config.page_id, now_ms, &code);
    let envelope = Envelope::of_one(item.clone());
    landed.event = Some(envelope.to_value());
    landed.event_bytes = Some(envelope.to_bytes());
    let cause = hub.note(
        Some(token.serial),
        format!("{} came back with a code", token.psid),
    );
    if landing == Landing::Hold {
        landed.page = page::waiting();
        return landed;
    }
    drop(preparing);
    let published = hub.publish(Outgoing {
        item,
        at_ms: now_ms,
        psid: token.psid.clone(),
        cause: Some(cause),
        awaited: Some(token.id),
        only: None,
    });
    let told = match published {
        Ok(ticket) => ticket.told().await,
        Err(not_sent) => {
            let never = Attempt::never(not_sent.to_string());
            let limit = hub.ack_timeout();
            landed.result = conclude(hub, token.id, &never, limit, Some(cause));
            landed.page = page::of(&landed.result, never.failure(limit).as_ref());
            return landed;
        }
    };
    let _own = hub.own_time.start();
    match told {
        Told::Tried { attempt, landing } => {
            landed.result = landing.unwrap_or_default();
            let failure = attempt.failure(hub.ack_timeout());
            landed.page = page::of(&landed.result, failure.as_ref());
            landed.attempt = Some(attempt);
        }
        // The queue is paused: the event waits there, and its delivery will decide the linking.
        Told::Kept => landed.page = page::waiting(),
        Told::Dropped => {
            let reason = "the linked event was taken out of the queue";
            landed.result = LandingResult::Aborted(reason.to_owned());
            landed.page = page::of(&landed.result, None);
        }
    }
    landed
}

/// Decides a held arrival by the attempt with which its event was delivered.
pub(crate) fn conclude_held(hub: &Hub, token: &str, attempt: &Attempt) -> LandingResult {
    match hub.sealer.open(token) {
        Ok(token) => conclude(hub, token.id, attempt, attempt.elapsed, Some(token.serial)),
        Err(_) => LandingResult::Aborted(AbortReason::GarbledToken.to_string()),
    }
}

/// Links or aborts by the outcome of a delivery, and writes it down.
pub(crate) fn conclude(
    hub: &Hub,
    attempt_id: AttemptId,
    attempt: &Attempt,
    limit: std::time::Duration,
    cause: Option<u64>,
) -> LandingResult {
    let failure = attempt.failure(limit);
    let command = Command::Conclude {
        attempt: attempt_id,
        failure: failure.as_ref(),
    };
    match (hub.command(&command), failure) {
        (
            Ok((
                Event::Concluded {
                    psid,
                    code: Some(_),
                    ..
                },
                _,
            )),
            _,
        ) => {
            hub.note(cause, format!("{psid} is linked"));
            LandingResult::Linked
        }
        (Ok((Event::Concluded { psid, .. }, _)), Some(reason)) => {
            hub.note(cause, format!("linking of {psid} aborted: {reason}"));
            LandingResult::Aborted(reason.to_string())
        }
        (Ok(_), _) => LandingResult::Aborted(Refusal::NothingAwaited.to_string()),
        (Err(refusal), _) => LandingResult::Aborted(refusal.to_string()),
    }
}

/// The token that counts, opened and of this page, with what the world has to judge about the address; otherwise
/// what was recognised of it and what is wrong.
///
/// A caller that knows the login may bring an address without a token, if its `redirect_uri` had none either.
fn genuine(
    hub: &Hub,
    opening: Option<&Opening>,
    in_address: Option<&str>,
) -> Result<(Token, Option<Arrival<'static>>), (Option<Token>, AbortReason)> {
    let opened_with = opening.map(|opening| opening.account_linking_token.as_str());
    let text = opened_with
        .or(in_address)
        .ok_or((None, AbortReason::NoToken))?;
    let token = hub
        .sealer
        .open(text)
        .map_err(|_| (None, AbortReason::GarbledToken))?;
    if !hub.sealer.owns(&token) {
        return Err((Some(token), AbortReason::ForeignToken));
    }
    let lost = in_address.is_none()
        && opening.is_some_and(|opening| Address::of_url(&opening.redirect_uri).token.is_some());
    let flaw = if lost {
        Some(Arrival::Lost)
    } else if in_address.is_some_and(|other| other != text) {
        Some(Arrival::Foreign)
    } else {
        None
    };
    Ok((token, flaw))
}

fn abort(hub: &Hub, mut landed: Landed, token: Option<&Token>, reason: &AbortReason) -> Landed {
    let who = token.map_or("an unknown user", |token| &token.psid);
    hub.note(
        token.map(|token| token.serial),
        format!("linking of {who} aborted: {reason}"),
    );
    landed.psid = token.map(|token| token.psid.clone());
    landed.result = LandingResult::Aborted(reason.to_string());
    landed.page = page::of(&landed.result, Some(reason));
    landed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_several_codes_counts_and_plus_is_a_blank() {
        let address = Address::of_url(
            "https://any.host/x?account_linking_token=T&authorization_code=a+b%2Bc%C3%A4&authorization_code=z#authorization_code=q",
        );
        assert_eq!(address.token.as_deref(), Some("T"));
        assert_eq!(address.code.as_deref(), Some("a b+cä"));
        assert_eq!(Address::of_url("not a url").code, None);
        assert_eq!(Address::of_url("x#?authorization_code=1").code, None);
        assert_eq!(
            Address::of_url("x?authorization_code").code.as_deref(),
            Some("")
        );
        assert_eq!(Address::of_url("x?code=1").code, None);
    }
}
