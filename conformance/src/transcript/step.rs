//! One thing that happened: a request, a navigation, a delivery, a Graph call, an observation.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::context::ObservationLevel;

/// A happening at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Milliseconds since the example began.
    pub at_ms: u64,
    /// Index of the linking concerned, in `Transcript::flows`.
    pub flow: usize,
    /// Part of the scenario (`""` in plain flows; `negative`, `twin`, ... elsewhere).
    pub tag: String,
    /// What happened.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum What {
    /// The driver began to act on an intent.
    Intent(Attempted),
    /// The browser asked, the backend answered.
    Browser(Exchange),
    /// The browser was sent away from the backend; nothing was resolved or fetched.
    Navigated(Navigated),
    /// The driver could not go on.
    Stuck {
        /// Why, as a sentence.
        reason: String,
    },
    /// The browser stayed on a page of the backend at the end of an intent.
    Stayed,
    /// The platform posted to the webhook.
    Delivered(Delivered),
    /// The platform sent a verification GET.
    Handshake(Handshake),
    /// The backend called the Graph API.
    Graph(GraphCall),
    /// The link state was looked at.
    Observed(Observed),
    /// Someone else than the browser fetched the `redirect_uri` (loopback-hosted ones only).
    ForeignFetch {
        /// Request line and user agent.
        request: String,
    },
    /// What the simulated platform made of the return.
    Landed {
        /// `linked`, `held` or `aborted: reason`.
        result: String,
        /// The code that the platform's URL parser found.
        code: Option<String>,
    },
}

/// An intent on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempted {
    /// What the driver was asked to do.
    pub intent: Intent,
    /// Variant, for intents that have some (kind of bad password).
    pub detail: String,
}

/// What a user wants on the backend's pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Intent {
    /// Log in with the right password and agree to what is asked.
    Login,
    /// Submit the form with bad credentials.
    BadPassword,
    /// Press cancel.
    Cancel,
    /// Create an account.
    SignUp,
    /// Agree, go on.
    Continue,
}

/// One request of the browser and its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// Method.
    pub method: String,
    /// Absolute URL.
    pub url: String,
    /// Form fields that were sent, in order.
    pub form: Vec<(String, String)>,
    /// Header lines that were sent, names in lower case.
    pub request_headers: Vec<(String, String)>,
    /// HTTP status.
    pub status: u16,
    /// Header lines of the answer, names in lower case; bytes that are not UTF-8 show as U+FFFD.
    pub headers: Vec<(String, String)>,
    /// Body, at most 512 KiB, not UTF-8 shown as U+FFFD.
    pub body: String,
    /// Time to the whole answer in milliseconds.
    pub elapsed_ms: u64,
}

impl Exchange {
    /// First value of a header, by lower-case name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// A navigation that left the backend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Navigated {
    /// The target, byte for byte as the backend gave it.
    pub url: String,
    /// How the browser was told.
    pub via: Via,
    /// HTTP status of the redirecting answer.
    pub status: Option<u16>,
    /// Whether the user submitted credentials in this browser before.
    pub after_credentials: bool,
}

/// How a navigation came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// `Location` header.
    Location,
    /// `meta http-equiv=refresh`.
    Meta,
    /// A script that assigns the location, recognised statically.
    Script,
    /// A link that the user pressed.
    Link,
    /// A form whose action leaves the backend.
    Form,
}

/// One webhook POST.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Delivered {
    /// Users whose events travelled, in order.
    pub psids: Vec<String>,
    /// Kinds of the events in order: `linked`, `unlinked`, `message`, `unknown`, ...
    pub kinds: Vec<String>,
    /// Signature mode: `both`, `sha256`, `sha1`, `none`, `wrong-key`, ...
    pub signature: String,
    /// The bytes sent, as text.
    pub body: String,
    /// HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// Why there was no answer: `timed-out`, or `unreachable: ...`.
    pub failure: Option<String>,
    /// Milliseconds to the answer or the give-up.
    pub elapsed_ms: u64,
}

/// Which handshake was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// Everything right.
    Right,
    /// The verify token is wrong.
    WrongToken,
    /// There is no verify token.
    MissingToken,
    /// The mode is not `subscribe`.
    WrongMode,
    /// The verify token comes twice, wrong and right.
    DuplicateToken,
}

/// One verification GET.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Handshake {
    /// What was tried.
    pub case: Case,
    /// The challenge sent.
    pub challenge: String,
    /// HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// Content type of the answer.
    pub content_type: Option<String>,
    /// Body of the answer.
    pub body: String,
    /// Why there was no answer.
    pub failure: Option<String>,
}

/// One call of the backend to the platform.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GraphCall {
    /// Method.
    pub method: String,
    /// Path as received.
    pub path: String,
    /// Raw query.
    pub query: String,
    /// Content type sent.
    pub content_type: Option<String>,
    /// Authorization header sent.
    pub authorization: Option<String>,
    /// Body as text.
    pub body: String,
    /// Endpoint as the platform understood it: `messages`, `recipient`, `unlink_accounts`, ...
    pub endpoint: String,
    /// Status answered.
    pub status: u16,
    /// Body answered.
    pub answer: Value,
}

/// The link state as seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// Whose.
    pub psid: String,
    /// What was seen last.
    pub state: LinkState,
    /// How it was seen.
    pub level: ObservationLevel,
    /// Milliseconds from the first look to the last.
    pub waited_ms: u64,
}

/// Linked, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub enum LinkState {
    /// Not linked.
    Unlinked,
    /// Linked; the account where the observation can tell.
    Linked {
        /// Name of the account as the observation gives it.
        account: Option<String>,
    },
    /// Could not be told.
    Unknown {
        /// Why.
        why: String,
    },
}
