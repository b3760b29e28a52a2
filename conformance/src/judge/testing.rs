//! Small transcripts by hand, for the unit tests of judges.
//!
//! A [`Tape`] is written like a screenplay: each call adds one step to the flow and under the tag that
//! are current, one millisecond after the last.

use crate::context::{Calibration, Context, ObservationLevel, Policy};
use crate::judge::{Finding, Judge, Tally, Verdict};
use crate::transcript::{
    Attempted, Canary, Delivered, Exchange, Given, GivenAccount, GraphCall, Handshake, Intent,
    LinkState, Navigated, Observed, Step, Transcript, Via, What,
};

/// The token of hand-made linkings, in the shape of protocol row 1.4.4 but shorter.
pub(crate) const TOKEN: &str = "ARQx7kP2mVtoken_of_flow-0aZ";
/// The live `redirect_uri` (protocol row 1.3.3) with [`TOKEN`].
pub(crate) const LIVE: &str = "https://facebook.com/messenger_platform/account_linking/?account_linking_token=ARQx7kP2mVtoken_of_flow-0aZ";
/// The Log In button's url.
pub(crate) const BUTTON: &str = "http://127.0.0.1:8000/link";
/// A code as a good backend makes it.
pub(crate) const CODE: &str = "Zq3vT0mXh81LkPfYw5RbNd";
/// Alice's password; a secret canary of every hand-made transcript.
pub(crate) const PASSWORD: &str = "correct-horse-17";

/// What judges know beside transcripts: nothing pinned, the account visible.
pub(crate) fn context() -> Context {
    Context {
        policy: Policy::default(),
        page_id: "1691462197845448".to_owned(),
        linking_url: BUTTON.to_owned(),
        calibration: Calibration {
            origin_pinned: false,
            path_pinned: false,
            latency_ms: 20,
            observation: ObservationLevel::Probe,
        },
    }
}

/// A linking of Alice towards this `redirect_uri`, in browser 0.
pub(crate) fn given(redirect_uri: &str) -> Given {
    let encoded =
        percent_encoding::utf8_percent_encode(redirect_uri, percent_encoding::NON_ALPHANUMERIC);
    Given {
        psid: "1134343043305865".to_owned(),
        account: Some(account(0, "alice")),
        button_url: BUTTON.to_owned(),
        linking_url: format!("{BUTTON}?account_linking_token={TOKEN}&redirect_uri={encoded}"),
        redirect_uri: redirect_uri.to_owned(),
        account_linking_token: TOKEN.to_owned(),
        browser: 0,
    }
}

/// An account whose observed name is its user name.
pub(crate) fn account(index: usize, username: &str) -> GivenAccount {
    GivenAccount {
        index,
        username: username.to_owned(),
        name: username.to_owned(),
    }
}

/// A tape of scenario `flow` with one linking towards [`LIVE`].
pub(crate) fn flow_transcript() -> Tape {
    Tape::new("flow").given(given(LIVE))
}

/// [`LIVE`] with this code appended as the official page asks.
pub(crate) fn live_with(code: &str) -> String {
    format!("{LIVE}&authorization_code={code}")
}

/// An answer of the backend with an HTML body.
pub(crate) fn html(method: &str, url: &str, status: u16, body: &str) -> Exchange {
    Exchange {
        method: method.to_owned(),
        url: url.to_owned(),
        form: Vec::new(),
        request_headers: Vec::new(),
        status,
        headers: vec![(
            "content-type".to_owned(),
            "text/html; charset=utf-8".to_owned(),
        )],
        body: body.to_owned(),
        elapsed_ms: 5,
    }
}

/// A login page that leaves nothing to wish for.
pub(crate) const LOGIN_PAGE: &str = r#"<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>Log in</title></head>
<body><h1>Log in</h1><form method="post" action="/link">
<label>E-mail <input type="email" name="username" autocomplete="username"></label>
<label>Password <input type="password" name="password" autocomplete="current-password"></label>
<button>Log in</button></form></body></html>"#;

/// The verdict of an `Each` check of this list.
pub(crate) fn verdict(judge: Judge, transcript: &Transcript) -> Verdict {
    verdict_in(judge, transcript, &context())
}

/// The verdict of an `Each` check under another context.
pub(crate) fn verdict_in(judge: Judge, transcript: &Transcript, context: &Context) -> Verdict {
    match judge {
        Judge::Each(judge) => judge(transcript, context),
        Judge::All(_) => panic!("this judge reads all transcripts together; use tally()"),
    }
}

/// The tally of any judge over these transcripts.
pub(crate) fn tally(judge: Judge, transcripts: &[Transcript]) -> Tally {
    judge.over(&transcripts.iter().collect::<Vec<_>>(), &context())
}

/// The finding of a broken verdict.
pub(crate) fn broken(verdict: Verdict) -> Finding {
    match verdict {
        Verdict::Broken(finding) => finding,
        other => panic!("expected a broken rule, got {other:?}"),
    }
}

/// A transcript being written.
#[derive(Debug, Clone)]
pub(crate) struct Tape {
    transcript: Transcript,
    now_ms: u64,
    flow: usize,
    tag: String,
    after_credentials: bool,
}

impl Tape {
    /// An empty tape; its id is the scenario's name with number 0.
    pub(crate) fn new(scenario: &str) -> Self {
        Self {
            transcript: Transcript {
                id: format!("{scenario}-000"),
                scenario: scenario.to_owned(),
                labels: std::collections::BTreeSet::new(),
                flows: Vec::new(),
                canaries: vec![Canary {
                    name: "password of alice".to_owned(),
                    value: PASSWORD.to_owned(),
                    secret: true,
                }],
                steps: Vec::new(),
                cut: None,
            },
            now_ms: 0,
            flow: 0,
            tag: String::new(),
            after_credentials: false,
        }
    }

    /// Another number in the id.
    pub(crate) fn numbered(mut self, number: usize) -> Self {
        self.transcript.id = format!("{}-{number:03}", self.transcript.scenario);
        self
    }

    /// Adds a linking and makes it the current flow; its PSID is used as canary too.
    pub(crate) fn given(mut self, given: Given) -> Self {
        self.transcript.canaries.push(Canary {
            name: "psid".to_owned(),
            value: given.psid.clone(),
            secret: false,
        });
        self.transcript.flows.push(given);
        self.flow = self.transcript.flows.len() - 1;
        self.after_credentials = false;
        self
    }

    /// Steps from here on belong to this linking.
    pub(crate) fn flow(mut self, flow: usize) -> Self {
        self.flow = flow;
        self
    }

    /// Steps from here on carry this tag.
    pub(crate) fn tag(mut self, tag: &str) -> Self {
        tag.clone_into(&mut self.tag);
        self
    }

    /// Adds a class label.
    pub(crate) fn label(mut self, label: &str) -> Self {
        self.transcript.labels.insert(label.to_owned());
        self
    }

    /// Adds a value that must not leak.
    pub(crate) fn canary(mut self, name: &str, value: &str, secret: bool) -> Self {
        self.transcript.canaries.push(Canary {
            name: name.to_owned(),
            value: value.to_owned(),
            secret,
        });
        self
    }

    /// Any step.
    pub(crate) fn step(mut self, what: What) -> Self {
        self.now_ms += 1;
        self.transcript.steps.push(Step {
            at_ms: self.now_ms,
            flow: self.flow,
            tag: self.tag.clone(),
            what,
        });
        self
    }

    /// The driver begins to act.
    pub(crate) fn intent(self, intent: Intent, detail: &str) -> Self {
        self.step(What::Intent(Attempted {
            intent,
            detail: detail.to_owned(),
        }))
    }

    /// The browser asked, the backend answered.
    pub(crate) fn exchange(self, exchange: Exchange) -> Self {
        self.step(What::Browser(exchange))
    }

    /// The linking URL is opened and shows this page.
    pub(crate) fn page(self, status: u16, body: &str) -> Self {
        let url = self.transcript.flows[self.flow].linking_url.clone();
        self.exchange(html("GET", &url, status, body))
    }

    /// The usual beginning: the login page, then the right password, answered by an empty 302.
    pub(crate) fn login(self) -> Self {
        let username = self.username();
        let mut login = self.page(200, LOGIN_PAGE).intent(Intent::Login, "");
        login.after_credentials = true;
        let mut answer = html("POST", BUTTON, 302, "");
        answer.form = vec![
            ("username".to_owned(), username),
            ("password".to_owned(), PASSWORD.to_owned()),
        ];
        login.exchange(answer)
    }

    /// The user of the current flow.
    pub(crate) fn psid(&self) -> String {
        self.transcript.flows[self.flow].psid.clone()
    }

    /// A control beside it: a plain login as a flow of its own under tag `control`, which comes back well.
    pub(crate) fn and_a_plain_login(self) -> Self {
        self.given(given(LIVE))
            .tag("control")
            .login()
            .navigated(&live_with(CODE))
    }

    fn username(&self) -> String {
        let account = self.transcript.flows[self.flow].account.as_ref();
        account.map_or_else(String::new, |account| account.username.clone())
    }

    /// The browser is sent away by a `Location` of a 302.
    pub(crate) fn navigated(self, url: &str) -> Self {
        let after_credentials = self.after_credentials;
        self.navigated_by(Navigated {
            url: url.to_owned(),
            via: Via::Location,
            status: Some(302),
            after_credentials,
        })
    }

    /// The browser is sent away, in detail.
    pub(crate) fn navigated_by(self, navigated: Navigated) -> Self {
        self.step(What::Navigated(navigated))
    }

    /// The browser stays on a page of the backend.
    pub(crate) fn stayed(self) -> Self {
        self.step(What::Stayed)
    }

    /// The driver cannot go on.
    pub(crate) fn stuck(self, reason: &str) -> Self {
        self.step(What::Stuck {
            reason: reason.to_owned(),
        })
    }

    /// The state of the flow's user as seen.
    pub(crate) fn observed(self, state: LinkState) -> Self {
        let psid = self.transcript.flows[self.flow].psid.clone();
        self.step(What::Observed(Observed {
            psid,
            state,
            level: ObservationLevel::Probe,
            waited_ms: 10,
        }))
    }

    /// The flow's user is seen linked to this account.
    pub(crate) fn linked(self, account: &str) -> Self {
        self.observed(LinkState::Linked {
            account: Some(account.to_owned()),
        })
    }

    /// The flow's user is seen unlinked.
    pub(crate) fn unlinked(self) -> Self {
        self.observed(LinkState::Unlinked)
    }

    /// What the platform made of the return.
    pub(crate) fn landed(self, result: &str, code: Option<&str>) -> Self {
        self.step(What::Landed {
            result: result.to_owned(),
            code: code.map(str::to_owned),
        })
    }

    /// A webhook POST.
    pub(crate) fn delivered(self, delivered: Delivered) -> Self {
        self.step(What::Delivered(delivered))
    }

    /// A Graph call of the backend.
    pub(crate) fn graph(self, call: GraphCall) -> Self {
        self.step(What::Graph(call))
    }

    /// A verification GET.
    pub(crate) fn handshake(self, handshake: Handshake) -> Self {
        self.step(What::Handshake(handshake))
    }

    /// Someone else fetches the `redirect_uri`.
    pub(crate) fn foreign_fetch(self, request: &str) -> Self {
        self.step(What::ForeignFetch {
            request: request.to_owned(),
        })
    }

    /// The transcript as written so far.
    pub(crate) fn done(self) -> Transcript {
        self.transcript
    }
}
