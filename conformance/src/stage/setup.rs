//! What all recordings of a run share: the platform, the backend's description, and what calibration found.

use std::time::Duration;

use linklab_simulator::Simulator;
use reqwest::Client;
use reqwest::redirect::Policy;

use super::patience::Patience;
use crate::context::Context;
use crate::driver::Site;
use crate::generate::{Freedom, Mint, PsidShape, RedirectUri};
use crate::observe::Sight;
use crate::scenario::CaseId;
use crate::stage::{Cut, Recording};
use crate::subject::Subject;
use crate::transcript::{Canary, Transcript};

/// Positive effects are waited for at least this long, however fast the backend was.
const SHORTEST_WINDOW: Duration = Duration::from_secs(2);
/// Nothing must have happened for at least this long.
const SHORTEST_QUIET: Duration = Duration::from_millis(250);
/// So many users of another stage may stand in the way of a new one.
const MOST_COLLISIONS: usize = 1_000;

/// Shared by all scenarios of a run: the platform, the backend's description, and what calibration found.
#[derive(Debug)]
pub struct Stage {
    simulator: Simulator,
    subject: Subject,
    context: Context,
    sight: Sight,
    mint: Mint,
    patience: Patience,
    http: Client,
}

impl Stage {
    /// A stage before calibration: it observes by the best means that is configured.
    pub fn new(simulator: Simulator, subject: Subject, context: Context) -> Self {
        let http = Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .expect(
                "a client without TLS, proxies and resolvers has nothing to load that could fail",
            );
        Self {
            sight: Sight::configured(&subject),
            mint: Mint::new(simulator.clock().now_ms()),
            patience: Patience::default(),
            simulator,
            subject,
            context,
            http,
        }
    }

    /// The platform.
    pub fn simulator(&self) -> &Simulator {
        &self.simulator
    }

    /// The backend's description.
    pub fn subject(&self) -> &Subject {
        &self.subject
    }

    /// Policy, page and calibration.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Replaces policy, page and calibration; the means of observation stay as they are.
    pub fn set_context(&mut self, context: Context) {
        self.context = context;
    }

    /// Number of accounts.
    pub fn accounts(&self) -> usize {
        self.subject.accounts.len()
    }

    /// How long positive effects are waited for: three times the calibrated latency, at least 2 s.
    pub fn window(&self) -> Duration {
        (self.latency() * 3).max(SHORTEST_WINDOW)
    }

    /// How long nothing must have happened where no sentinel can tell: three times the calibrated latency, at
    /// least 250 ms.
    pub fn negative_window(&self) -> Duration {
        (self.latency() * 3).max(SHORTEST_QUIET)
    }

    /// A `redirect_uri` that this backend is known to accept, as live as possible.
    pub fn plain_redirect(&self) -> RedirectUri {
        self.freedom().plain().clone()
    }

    /// What of a `redirect_uri` may vary for this backend.
    pub fn freedom(&self) -> Freedom {
        Freedom::of(&self.subject, &self.context)
    }

    /// Starts a recording.
    pub fn record(&self, scenario: &'static str, case: CaseId) -> Recording<'_> {
        Recording::new(self, scenario, case)
    }

    /// A transcript that says why nothing could be played.
    pub fn unplayable(&self, scenario: &'static str, case: CaseId, why: &str) -> Transcript {
        self.record(scenario, case).cut(Cut(why.to_owned()))
    }

    /// From now on the link state is seen by these means.
    pub(crate) fn see_by(&mut self, sight: Sight, latency: Duration) {
        self.context.calibration.observation = sight.level;
        self.context.calibration.latency_ms =
            u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        self.sight = sight;
    }

    pub(crate) fn sight(&self) -> &Sight {
        &self.sight
    }

    pub(crate) fn http(&self) -> &Client {
        &self.http
    }

    pub(super) fn patience(&self) -> &Patience {
        &self.patience
    }

    pub(super) fn mint(&self) -> &Mint {
        &self.mint
    }

    /// A user of the platform who never talked to the page before.
    pub(super) fn new_user(&self, shape: PsidShape) -> Result<String, Cut> {
        // Another stage on the same platform may have begun in the same millisecond.
        let mut refusal = String::new();
        for _ in 0..MOST_COLLISIONS {
            match self
                .simulator
                .add_user(Some(&self.mint.psid(shape)), "Zoë 测试")
            {
                Ok(psid) => return Ok(psid),
                Err(error) => refusal = error.to_string(),
            }
        }
        Err(Cut(refusal))
    }

    /// What belongs to the backend: whatever leaves it is intercepted.
    pub(super) fn site(&self) -> Site {
        let addresses = [
            Some(self.subject.linking_url.as_str()),
            self.subject.webhook_url.as_deref(),
        ];
        Site::of(addresses.into_iter().flatten())
    }

    /// Values that must never leak, or that identify an account; users are added by each recording.
    pub(super) fn canaries(&self) -> Vec<Canary> {
        let config = self.simulator.config();
        let canary = |name: String, value: &str, secret: bool| Canary {
            name,
            value: value.to_owned(),
            secret,
        };
        let mut canaries = Vec::new();
        for account in &self.subject.accounts {
            canaries.push(canary(
                format!("password of {}", account.username),
                &account.password,
                true,
            ));
            canaries.push(canary(
                format!("user name of {}", account.username),
                &account.username,
                false,
            ));
        }
        canaries.push(canary(
            "page access token".to_owned(),
            &config.page_access_token,
            true,
        ));
        canaries.push(canary("app secret".to_owned(), &config.app_secret, true));
        canaries.push(canary(
            "verify token".to_owned(),
            &config.verify_token,
            true,
        ));
        canaries.retain(|canary| !canary.value.is_empty());
        canaries
    }

    /// The calibrated time from an acknowledgement to its visible effect.
    pub(super) fn latency(&self) -> Duration {
        Duration::from_millis(self.context.calibration.latency_ms)
    }
}
