//! The running platform: a handle that a test, the suite or the front door holds.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::TcpListener;

use crate::environment::Environment;
use crate::fault::Faults;
use crate::hold::HeldSends;
use crate::hub::Hub;
use crate::journal::Journal;
use crate::knob::KnobError;
use crate::webhook::{
    Attempt, Delivery, DeliveryQueue, Envelope, HandshakeAnswer, Happening, Item, psids_in,
    verification,
};
use crate::webview::{self, Address, Landed, Landing, LandingResult, Opening, RedirectTemplate};
use crate::world::{Alias, Change, Page};
use crate::{Clock, Config, ConfigError, Knobs, server};

/// Why the platform did not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The configuration is refused.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The address cannot be bound.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// The address asked for.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Why something cannot be done for a user; each reads as a sentence.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UserError(pub String);

/// A running platform. Cheap to clone; the last `stop` or drop ends the server.
///
/// ```
/// use linklab_simulator::webview::{Landing, LandingResult};
/// use linklab_simulator::{Config, Simulator};
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
/// let platform = Simulator::start(Config::default()).await?;
/// let psid = platform.add_user(None, "Example User")?;
///
/// // The user taps a Log In button; a test plays the backend and sends the browser back with a code.
/// let opening = platform.tap_log_in(&psid, "https://shop.example/login?from=chat", None)?;
/// assert!(opening.url.starts_with("https://shop.example/login?from=chat&account_linking_token=AR"));
/// let back = format!("{}&authorization_code=c0de", opening.redirect_uri);
/// let landed = platform.land(&opening, &back, Landing::Hold).await;
///
/// assert_eq!(landed.result, LandingResult::Held);
/// assert_eq!(landed.authorization_code.as_deref(), Some("c0de"));
/// platform.stop().await;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug, Clone)]
pub struct Simulator {
    handle: Arc<Handle>,
}

/// Ends the server when the last clone of the simulator goes; the server itself holds the hub alone.
#[derive(Debug)]
struct Handle {
    hub: Arc<Hub>,
    /// Whether the platform ends with this handle.
    owner: bool,
}

impl Drop for Handle {
    fn drop(&mut self) {
        if !self.owner {
            return;
        }
        for sentence in self.hub.faults.never_fired() {
            tracing::warn!("{sentence}");
        }
        self.hub.stop.cancel();
    }
}

impl Simulator {
    /// Starts the platform and returns once it accepts connections.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        config.validate()?;
        let bind = |source| StartError::Bind {
            address: config.listen,
            source,
        };
        let listener = TcpListener::bind(config.listen).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let hub = Hub::new(config, address);
        hub.tasks.spawn(server::serve(listener, Arc::clone(&hub)));
        hub.tasks.spawn({
            let hub = Arc::clone(&hub);
            async move { hub.clock.drive(&hub.tasks, &hub.stop).await }
        });
        Ok(Self {
            handle: Arc::new(Handle { hub, owner: true }),
        })
    }

    /// A handle for the platform's own routes: they must not keep it alive or end it.
    pub(crate) fn guest(hub: &Arc<Hub>) -> Self {
        let hub = Arc::clone(hub);
        Self {
            handle: Arc::new(Handle { hub, owner: false }),
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.hub().address
    }

    /// Base URL of the Graph API, without a trailing slash.
    pub fn graph_url(&self) -> String {
        self.hub().origin()
    }

    /// What a backend has to be told to talk to this platform. Holds secrets.
    pub fn environment(&self) -> Environment {
        let hub = self.hub();
        Environment::of(&hub.config, hub.origin(), hub.callback_url())
    }

    /// The configuration in force.
    pub fn config(&self) -> &Config {
        &self.hub().config
    }

    /// The value of every knob now.
    pub fn knobs(&self) -> Knobs {
        self.hub().knobs()
    }

    /// Turns a knob while the platform runs; what happens from now on follows it.
    pub fn set_knob(&self, name: &str, value: &str) -> Result<(), KnobError> {
        self.hub().set_knob(name, value)
    }

    /// The platform's clock.
    pub fn clock(&self) -> &Clock {
        &self.hub().clock
    }

    /// The log of everything that crossed the border.
    pub fn journal(&self) -> Journal {
        self.hub().journal.clone()
    }

    /// Adds a user who talks to the page; `psid` is a decimal string of at most 20 digits, or one is made.
    pub fn add_user(&self, psid: Option<&str>, name: &str) -> Result<String, UserError> {
        self.hub().add_user(psid, name)
    }

    /// Gives a user another name by which the Send API reaches them (protocol row 4.1.9).
    pub fn add_alias(&self, psid: &str, alias: Alias) -> Result<(), UserError> {
        let psid = psid.to_owned();
        Ok(self.hub().change(&Change::AliasGiven { alias, psid })?)
    }

    /// What the business has set up for its page until now.
    pub fn page(&self) -> Page {
        self.hub().world().page().clone()
    }

    /// Whether the platform holds this user as linked, and by which code.
    pub fn link_of(&self, psid: &str) -> Option<String> {
        self.hub().world().link_of(psid).map(str::to_owned)
    }

    /// The user types a text; the message event is delivered.
    pub async fn say(&self, psid: &str, text: &str) -> Result<Attempt, UserError> {
        self.hub().say(psid, text).await
    }

    /// The user presses a postback button.
    pub async fn postback(
        &self,
        psid: &str,
        title: &str,
        payload: &str,
    ) -> Result<Attempt, UserError> {
        self.hub().postback(psid, title, payload).await
    }

    /// The user taps a Log In button whose url is `button_url`.
    ///
    /// Without `redirect`, the `redirect_uri` is the platform's own
    /// `{graph_url}/messenger_platform/account_linking/?account_linking_token={token}`.
    pub fn tap_log_in(
        &self,
        psid: &str,
        button_url: &str,
        redirect: Option<&RedirectTemplate>,
    ) -> Result<Opening, UserError> {
        self.hub().tap_log_in(psid, button_url, redirect)
    }

    /// The user's webview arrives at `url`, which should be the `redirect_uri` of `opening` with a code or without.
    ///
    /// The host of `url` is not resolved; an intercepted navigation is handed in as it is. An
    /// `account_linking_token` in `url` must be the one of `opening`. A `url` without one is aborted if the
    /// `redirect_uri` had one, as production could not tell whose it is.
    ///
    /// Once the event is in the queue it is sent and decided, even if the caller goes away.
    pub async fn land(&self, opening: &Opening, url: &str, landing: Landing) -> Landed {
        webview::come_back(self.hub(), Some(opening), Address::of_url(url), landing)
            .await
            .landed()
    }

    /// Decides a landing that was held, by the attempt with which the caller delivered its event.
    ///
    /// Aborts with a sentence when the login does not wait for an acknowledgement.
    pub fn conclude_held(&self, opening: &Opening, attempt: &Attempt) -> LandingResult {
        webview::conclude_held(self.hub(), &opening.account_linking_token, attempt)
    }

    /// The user taps the Log Out button; the unlinked event is delivered.
    pub async fn tap_log_out(&self, psid: &str) -> Result<Attempt, UserError> {
        self.hub().tap_log_out(psid).await
    }

    /// Sends a raw delivery to the webhook. Does not change the world's link state.
    pub async fn deliver(&self, delivery: Delivery) -> Attempt {
        let psids = psids_in(&delivery.body);
        self.hub().deliver(delivery, psids).await
    }

    /// Sends a verification GET with exactly this query (order kept) and returns the answer.
    pub async fn handshake(
        &self,
        query: &[(String, String)],
        timeout: Duration,
    ) -> HandshakeAnswer {
        let hub = self.hub();
        let url = hub.callback_url();
        hub.handshake(url.as_deref(), query, timeout).await
    }

    /// Verifies the webhook as the platform does when a subscription is made.
    pub async fn verify_webhook(&self) -> Result<(), String> {
        let hub = self.hub();
        let challenge = hub.ids.challenge();
        let query = verification(&challenge, &hub.verify_token());
        let url = hub.callback_url();
        let answer = hub
            .handshake(url.as_deref(), &query, hub.config.ack_timeout)
            .await;
        answer.failure(&challenge).map_or(Ok(()), Err)
    }

    /// The whole `linked` envelope for this user at the platform's present time.
    ///
    /// A JSON value keeps no order of keys; [`linked_bytes`](Self::linked_bytes) is what travels.
    pub fn linked_event(&self, psid: &str, code: &str) -> serde_json::Value {
        self.linked(psid, code).to_value()
    }

    /// The whole `unlinked` envelope for this user at the platform's present time.
    pub fn unlinked_event(&self, psid: &str) -> serde_json::Value {
        self.unlinked(psid).to_value()
    }

    /// The very bytes of a `linked` event for this user at the platform's present time, unsigned.
    pub fn linked_bytes(&self, psid: &str, code: &str) -> Bytes {
        self.linked(psid, code).to_bytes()
    }

    /// The very bytes of an `unlinked` event for this user at the platform's present time, unsigned.
    pub fn unlinked_bytes(&self, psid: &str) -> Bytes {
        self.unlinked(psid).to_bytes()
    }

    /// Anything else that a user does: sends a picture, reacts, opens a link. The event is delivered.
    ///
    /// The events that the page or the platform causes can be made in the same way.
    pub async fn happen(&self, psid: &str, happening: Happening) -> Result<Attempt, UserError> {
        self.hub().happen(psid, happening).await
    }

    /// The user has seen everything that was said until now; the read receipt is delivered.
    pub async fn read(&self, psid: &str) -> Result<Attempt, UserError> {
        self.hub().read(psid).await
    }

    /// The queue of deliveries, to look at and to meddle with.
    pub fn queue(&self) -> DeliveryQueue {
        DeliveryQueue::of(self.hub())
    }

    /// The fault rules.
    pub fn faults(&self) -> Faults {
        self.hub().faults.clone()
    }

    /// Makes Send API calls for `psid` hang until the guard is dropped (at most `limit`).
    pub fn hold_sends_to(&self, psid: &str, limit: Duration) -> HeldSends {
        self.hub().holds.hold(psid, limit)
    }

    /// Time the platform itself spent serving requests and preparing deliveries, in total.
    pub fn own_time(&self) -> Duration {
        self.hub().own_time.total()
    }

    /// Stops the server and waits until it is down.
    pub async fn stop(&self) {
        let hub = self.hub();
        hub.stop.cancel();
        hub.tasks.close();
        hub.tasks.wait().await;
    }

    fn linked(&self, psid: &str, code: &str) -> Envelope {
        let hub = self.hub();
        Envelope::of_one(Item::linked(
            psid,
            &hub.config.page_id,
            hub.clock.now_ms(),
            code,
        ))
    }

    fn unlinked(&self, psid: &str) -> Envelope {
        let hub = self.hub();
        Envelope::of_one(Item::unlinked(
            psid,
            &hub.config.page_id,
            hub.clock.now_ms(),
        ))
    }

    pub(crate) fn hub(&self) -> &Arc<Hub> {
        &self.handle.hub
    }
}
