//! Linkings on the stage: from the tap on Log In to the landing.

use linklab_simulator::webview::{Landing, LandingResult};

use super::account::Actor;
use super::posting;
use super::recording::Flow;
use crate::context::ObservationLevel;
use crate::driver::{Browser, Ended, Tab};
use crate::generate::{PsidShape, RedirectUri};
use crate::stage::{Cut, Expect, FlowId, Recording};
use crate::transcript::{Given, Intent, LinkState, What};

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

impl Recording<'_> {
    /// A user taps Log In: a new linking, not yet opened by the browser. Labels of the redirect are added.
    pub fn flow(&mut self, setup: FlowSetup) -> Result<FlowId, Cut> {
        let stage = self.stage;
        let platform = stage.simulator();
        let psid = if let Some(earlier) = setup.user_of {
            self.psid(earlier).to_owned()
        } else {
            self.label(setup.psid.label());
            stage.new_user(setup.psid)?
        };
        let button_url = setup
            .button_url
            .unwrap_or_else(|| stage.subject().linking_url.clone());
        let opening = platform
            .tap_log_in(&psid, &button_url, Some(&setup.redirect.template()))
            .map_err(|error| Cut(error.to_string()))?;
        let browser = if let Some(earlier) = setup.browser_of {
            self.flows[earlier].given.browser
        } else {
            let turn = usize::try_from(self.case.number).unwrap_or(0) + self.browsers.len();
            self.browsers.push(Browser::new(turn));
            self.browsers.len() - 1
        };
        self.label(self.browsers[browser].label());
        for label in setup.redirect.labels() {
            self.label(label);
        }
        let actor = Actor::at(stage, setup.account);
        let tab = Tab::new(
            self.browsers[browser].clone(),
            stage.site(),
            &opening.redirect_uri,
            &stage.subject().hints,
        );
        let given = Given {
            psid,
            account: actor.as_ref().map(|actor| actor.given.clone()),
            button_url,
            linking_url: opening.url.clone(),
            redirect_uri: opening.redirect_uri.clone(),
            account_linking_token: opening.account_linking_token.clone(),
            browser,
        };
        self.flows.push(Flow {
            given,
            opening,
            actor,
            tab,
        });
        Ok(self.flows.len() - 1)
    }

    /// A plain linking of account `account`: live-like redirect, new user, fresh browser.
    pub fn plain_flow(&mut self, account: usize) -> Result<FlowId, Cut> {
        self.flow(FlowSetup {
            account,
            redirect: self.stage.plain_redirect(),
            psid: PsidShape::Live,
            user_of: None,
            browser_of: None,
            button_url: None,
        })
    }

    /// The Messenger user of a linking.
    pub fn psid(&self, flow: FlowId) -> &str {
        &self.flows[flow].given.psid
    }

    /// The linking URL as the platform made it; may be edited and given to `open_url`.
    pub fn linking_url(&self, flow: FlowId) -> &str {
        &self.flows[flow].given.linking_url
    }

    /// The browser loads the linking URL and follows redirects of the backend.
    pub async fn open(&mut self, flow: FlowId) -> Result<Ended, Cut> {
        let url = self.linking_url(flow).to_owned();
        self.open_url(flow, &url).await
    }

    /// The browser loads another URL in the place of the linking URL.
    pub async fn open_url(&mut self, flow: FlowId, url: &str) -> Result<Ended, Cut> {
        let ended = self.flows[flow].tab.open(url).await;
        self.take_over(flow);
        let ended = ended?;
        if let Ended::Stuck(reason) = &ended {
            self.note(
                flow,
                What::Stuck {
                    reason: reason.clone(),
                },
            );
        }
        Ok(ended)
    }

    /// The driver acts on the page that the browser shows. `detail` picks a variant: for `BadPassword` one of
    /// `wrong`, `unknown-user`, `empty`, `over-long`, `unicode`; for `Login` `until-consent`, which stops at the
    /// first page behind the credentials; else `""`.
    pub async fn intent(
        &mut self,
        flow: FlowId,
        intent: Intent,
        detail: &str,
    ) -> Result<Ended, Cut> {
        let mut who = Actor::required(self.flows[flow].actor.as_ref())?;
        if intent == Intent::SignUp {
            // A name that no earlier run took; the password stays that of the account, so that it stays redacted.
            who.username = format!("linklab-{}", self.stage.mint().psid(PsidShape::Live));
        }
        let ended = self.flows[flow].tab.attempt(intent, detail, &who).await;
        self.take_over(flow);
        Ok(ended?)
    }

    /// `open` then `Login`; the URL of the navigation, or `None` when the login ended elsewhere.
    pub async fn log_in(&mut self, flow: FlowId) -> Result<Option<String>, Cut> {
        let opened = self.open(flow).await?;
        let ended = match opened {
            Ended::Stayed => self.intent(flow, Intent::Login, "").await?,
            ended => ended,
        };
        Ok(match ended {
            Ended::Navigated(url) => Some(url),
            Ended::Stayed | Ended::Stuck(_) => None,
        })
    }

    /// Hands an intercepted navigation to the platform. The code that it found, if any. With
    /// [`Landing::Deliver`] the `linked` event is delivered and recorded.
    pub async fn land(
        &mut self,
        flow: FlowId,
        url: &str,
        landing: Landing,
    ) -> Result<Option<String>, Cut> {
        let landed = self.arrive(flow, url, landing).await;
        Ok(landed.code)
    }

    /// The whole happy path until the observation says linked; whether it did. Recorded like everything else.
    ///
    /// Where nothing can be observed, the platform's word counts.
    pub async fn link(&mut self, flow: FlowId) -> Result<bool, Cut> {
        let Some(url) = self.log_in(flow).await? else {
            return Ok(false);
        };
        let landed = self.arrive(flow, &url, Landing::Deliver).await;
        if landed.code.is_none() {
            return Ok(false);
        }
        if self.stage.sight().level == ObservationLevel::Wire {
            return Ok(landed.linked);
        }
        Ok(matches!(
            self.observe(flow, Expect::Linked).await?,
            LinkState::Linked { .. }
        ))
    }

    /// Login with the event held: the code that the backend issued, if any.
    pub async fn code(&mut self, flow: FlowId) -> Result<Option<String>, Cut> {
        match self.log_in(flow).await? {
            Some(url) => self.land(flow, &url, Landing::Hold).await,
            None => Ok(None),
        }
    }

    async fn arrive(&mut self, flow: FlowId, url: &str, landing: Landing) -> Arrival {
        let begun = std::time::Instant::now();
        let landed = self
            .stage
            .simulator()
            .land(&self.flows[flow].opening, url, landing)
            .await;
        let result = match &landed.result {
            LandingResult::Linked => "linked".to_owned(),
            LandingResult::Held => "held".to_owned(),
            LandingResult::Aborted(reason) => format!("aborted: {reason}"),
        };
        let code = landed.authorization_code.clone();
        self.note_at(
            begun,
            flow,
            What::Landed {
                result,
                code: code.clone(),
            },
        );
        if let Some(attempt) = &landed.attempt {
            let psid = self.psid(flow).to_owned();
            let delivered =
                posting::delivered(attempt, vec![psid], vec!["linked".to_owned()], "both");
            self.note_at(begun, flow, What::Delivered(delivered));
        }
        Arrival {
            linked: landed.result == LandingResult::Linked,
            code: code.filter(|code| !code.is_empty()),
        }
    }
}

/// What a landing came to.
struct Arrival {
    linked: bool,
    code: Option<String>,
}
