//! The stage: what a scenario can do to a backend, and the recording that turns it into a transcript.

use std::time::Duration;

use linklab_simulator::Simulator;
use linklab_simulator::webhook::Attempt;
use linklab_simulator::webview::Landing;
use serde_json::Value;

use crate::context::Context;
use crate::generate::{Parcel, PsidShape, RedirectUri};
use crate::scenario::CaseId;
use crate::subject::Subject;
use crate::transcript::{Case, Intent, LinkState, Transcript};

/// Shared by all scenarios of a run: the platform, the backend's description, and what calibration found.
#[derive(Debug)]
pub struct Stage {}

/// Number of a linking within a recording.
pub type FlowId = usize;

/// How a linking is set up.
#[derive(Debug, Clone)]
pub struct FlowSetup {
    /// Which of the configured accounts logs in (modulo their number).
    pub account: usize,
    /// Where the platform wants the browser back.
    pub redirect: RedirectUri,
    /// Shape of a new user's PSID; ignored when `user_of` is given.
    pub psid: PsidShape,
    /// Use the Messenger user of this earlier linking instead of a new one.
    pub user_of: Option<FlowId>,
    /// Use the browser (cookie jar) of this earlier linking instead of a fresh one.
    pub browser_of: Option<FlowId>,
    /// Another Log In button url than the configured one.
    pub button_url: Option<String>,
}

/// Where an intent ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// The browser was sent away from the backend, to this URL.
    Navigated(String),
    /// The browser shows a page of the backend.
    Stayed,
    /// The driver could not do it.
    Stuck(String),
}

/// What an observation waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Poll until linked, or the window ends.
    Linked,
    /// Poll until unlinked, or the window ends (after an action that must unlink).
    Unlinked,
    /// Nothing must have changed: wait for a sentinel effect on the same webhook, then look once.
    StillUnlinked,
    /// Nothing must have changed: wait for a sentinel effect on the same webhook, then look once.
    StillLinked,
}

impl Stage {
    /// The platform.
    pub fn simulator(&self) -> &Simulator {
        unimplemented!()
    }
    /// The backend's description.
    pub fn subject(&self) -> &Subject {
        unimplemented!()
    }
    /// Policy, page and calibration.
    pub fn context(&self) -> &Context {
        unimplemented!()
    }
    /// Number of accounts.
    pub fn accounts(&self) -> usize {
        unimplemented!()
    }
    /// How long positive effects are waited for: three times the calibrated latency, at least 2 s.
    pub fn window(&self) -> Duration {
        unimplemented!()
    }
    /// A redirect_uri that this backend is known to accept, as live as possible.
    pub fn plain_redirect(&self) -> RedirectUri {
        unimplemented!()
    }
    /// Starts a recording.
    pub fn record(&self, _scenario: &'static str, _case: CaseId) -> Recording<'_> {
        unimplemented!()
    }
    /// A transcript that says why nothing could be played.
    pub fn unplayable(&self, _scenario: &'static str, _case: CaseId, _why: &str) -> Transcript {
        unimplemented!()
    }
}

/// One example on its way to a transcript.
#[derive(Debug)]
pub struct Recording<'a> {
    _stage: &'a Stage,
}

/// The recording cannot go on for a reason that no check judges; `?` in a scenario's body leads to a cut transcript.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cut(pub String);

impl Recording<'_> {
    /// Adds a class label.
    pub fn label(&mut self, _label: impl Into<String>) {
        unimplemented!()
    }
    /// Steps from here on carry this tag.
    pub fn tag(&mut self, _tag: &str) {
        unimplemented!()
    }
    /// A user taps Log In: a new linking, not yet opened by the browser. Labels of the redirect are added.
    pub fn flow(&mut self, _setup: FlowSetup) -> Result<FlowId, Cut> {
        unimplemented!()
    }
    /// A plain linking of account `account`: live-like redirect, new user, fresh browser.
    pub fn plain_flow(&mut self, _account: usize) -> Result<FlowId, Cut> {
        unimplemented!()
    }
    /// The Messenger user of a linking.
    pub fn psid(&self, _flow: FlowId) -> &str {
        unimplemented!()
    }
    /// The linking URL as the platform made it; may be edited and given to `open_url`.
    pub fn linking_url(&self, _flow: FlowId) -> &str {
        unimplemented!()
    }
    /// The browser loads the linking URL and follows redirects of the backend.
    pub async fn open(&mut self, _flow: FlowId) -> Result<Ended, Cut> {
        unimplemented!()
    }
    /// The browser loads another URL in the place of the linking URL.
    pub async fn open_url(&mut self, _flow: FlowId, _url: &str) -> Result<Ended, Cut> {
        unimplemented!()
    }
    /// The driver acts on the page that the browser shows. `detail` picks a variant: for `BadPassword` one of
    /// `wrong`, `unknown-user`, `empty`, `over-long`, `unicode`; else `""`.
    pub async fn intent(&mut self, _flow: FlowId, _intent: Intent, _detail: &str) -> Result<Ended, Cut> {
        unimplemented!()
    }
    /// `open` then `Login`; the URL of the navigation, or `None` when the login ended elsewhere.
    pub async fn log_in(&mut self, _flow: FlowId) -> Result<Option<String>, Cut> {
        unimplemented!()
    }
    /// Hands an intercepted navigation to the platform. The code that it found, if any. With
    /// [`Landing::Deliver`] the `linked` event is delivered and recorded.
    pub async fn land(&mut self, _flow: FlowId, _url: &str, _landing: Landing) -> Result<Option<String>, Cut> {
        unimplemented!()
    }
    /// The whole happy path until the observation says linked; whether it did. Recorded like everything else.
    pub async fn link(&mut self, _flow: FlowId) -> Result<bool, Cut> {
        unimplemented!()
    }
    /// Login with the event held: the code that the backend issued, if any.
    pub async fn code(&mut self, _flow: FlowId) -> Result<Option<String>, Cut> {
        unimplemented!()
    }
    /// Posts to the webhook. `flow` is the linking the step is filed under.
    pub async fn deliver(&mut self, _flow: FlowId, _parcel: &Parcel) -> Result<Attempt, Cut> {
        unimplemented!()
    }
    /// Posts the same bytes several times at once.
    pub async fn deliver_at_once(&mut self, _flow: FlowId, _parcel: &Parcel, _times: usize) -> Result<(), Cut> {
        unimplemented!()
    }
    /// Posts given bytes with given headers (for bodies that are no parcel).
    pub async fn deliver_raw(&mut self, _flow: FlowId, _label: &str, _body: Vec<u8>) -> Result<Attempt, Cut> {
        unimplemented!()
    }
    /// A verification GET.
    pub async fn handshake(&mut self, _case: Case, _challenge: &str) -> Result<(), Cut> {
        unimplemented!()
    }
    /// Looks at the link state of the flow's user, recorded under the present tag.
    pub async fn observe(&mut self, _flow: FlowId, _expect: Expect) -> Result<LinkState, Cut> {
        unimplemented!()
    }
    /// The user types a text; the bot's messages that arrive within the window (first one awaited, then a short quiet).
    pub async fn say(&mut self, _flow: FlowId, _text: &str) -> Result<Vec<Value>, Cut> {
        unimplemented!()
    }
    /// Waits until the backend has called this endpoint for the flow's user (since the recording began), up to the window.
    pub async fn await_call(&mut self, _flow: FlowId, _endpoint: &str) -> Result<bool, Cut> {
        unimplemented!()
    }
    /// Makes the backend unlink the flow's user (`[actions] unlink`, or the chat's Log Out); how, or `None` if neither is configured.
    pub async fn backend_unlink(&mut self, _flow: FlowId) -> Result<Option<&'static str>, Cut> {
        unimplemented!()
    }
    /// Platform time, for events made by hand.
    pub fn now_ms(&self) -> u64 {
        unimplemented!()
    }
    /// Ends the recording: collects the Graph calls of its users and sorts the steps by time.
    pub fn finish(self) -> Transcript {
        unimplemented!()
    }
    /// Ends the recording early.
    pub fn cut(self, _why: Cut) -> Transcript {
        unimplemented!()
    }
}
