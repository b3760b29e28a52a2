//! Ways back that go wrong on purpose: lost, doubled, late, or with a token that is too old.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::landing::{Address, Landed, Landing, LandingResult, arrive};
use super::opening::{Opening, REDIRECT_PATH};
use super::page;
use crate::activity::Busy;
use crate::fault::BrowserFault;
use crate::hub::Hub;

/// Older than any token that is still good (protocol row 1.4.1).
const STALE_MS: u64 = 5 * 60 * 1_000 + 1_000;

/// What became of a browser on its way.
#[derive(Debug)]
pub(crate) enum Arrived {
    /// It came, sooner or later.
    Landed(Box<Landed>),
    /// It never came; nothing was decided.
    Lost,
}

impl Arrived {
    /// The end of the login as a caller without a browser sees it.
    pub(crate) fn landed(self) -> Landed {
        match self {
            Self::Landed(landed) => *landed,
            Self::Lost => {
                let reason = "the redirect was lost: an armed fault kept the browser from arriving";
                let result = LandingResult::Aborted(reason.to_owned());
                Landed {
                    page: page::of(&result, None),
                    result,
                    ..Landed::default()
                }
            }
        }
    }
}

/// Decides an arrival, unless an armed fault lets it go wrong on its way.
pub(crate) async fn come_back(
    hub: &Arc<Hub>,
    opening: Option<&Opening>,
    address: Address,
    landing: Landing,
) -> Arrived {
    let landed = match fault(hub, opening, &address) {
        None => arrive(hub, opening, address, landing).await,
        Some(BrowserFault::Lost) => return Arrived::Lost,
        Some(BrowserFault::Doubled) => {
            arrive(hub, opening, address.clone(), landing).await;
            arrive(hub, opening, address, landing).await
        }
        Some(BrowserFault::Late { ms }) => {
            let Some(_busy) = later(hub, ms).await else {
                return Arrived::Lost;
            };
            arrive(hub, opening, address, landing).await
        }
        Some(BrowserFault::StaleToken) => {
            let token = stale(hub, opening, &address);
            let address = Address {
                token: token.or(address.token),
                ..address
            };
            arrive(hub, None, address, landing).await
        }
    };
    Arrived::Landed(Box::new(landed))
}

fn fault(hub: &Hub, opening: Option<&Opening>, address: &Address) -> Option<BrowserFault> {
    if !hub.faults.any() {
        return None;
    }
    let psid = match opening {
        Some(opening) => Some(opening.psid.clone()),
        None => bearer(hub, address),
    };
    hub.faults.browser(psid.as_deref(), REDIRECT_PATH)
}

fn bearer(hub: &Hub, address: &Address) -> Option<String> {
    let token = hub.sealer.open(address.token.as_deref()?).ok()?;
    Some(token.psid)
}

/// A token of the same user that is past its five minutes.
fn stale(hub: &Hub, opening: Option<&Opening>, address: &Address) -> Option<String> {
    let text = opening.map(|opening| opening.account_linking_token.as_str());
    let token = hub.sealer.open(text.or(address.token.as_deref())?).ok()?;
    let born_ms = hub.clock.now_ms().saturating_sub(STALE_MS);
    Some(hub.sealer.seal(&token.psid, born_ms, token.serial))
}

/// Waits for platform time; nothing when the platform stops first.
async fn later(hub: &Arc<Hub>, ms: u64) -> Option<Busy> {
    let (tell, told) = oneshot::channel();
    let me = hub.me();
    // Whoever advances the clock waits for the arrival too, as it is busy from here on.
    let arrive = move || async move {
        if let Some(hub) = me.upgrade() {
            let _ = tell.send(hub.activity.begin());
        }
    };
    let due_ms = hub.clock.now_ms().saturating_add(ms);
    let label = "a late redirect arrives";
    if let Err(refused) = hub.clock.schedule(due_ms, label, arrive) {
        hub.note(None, format!("the redirect is not late: {refused}"));
        return Some(hub.activity.begin());
    }
    tokio::select! {
        () = hub.stop.cancelled() => None,
        busy = told => busy.ok(),
    }
}
