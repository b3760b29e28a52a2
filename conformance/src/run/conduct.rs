//! The run itself, from the description to the report.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use linklab_simulator::Simulator;
use tokio::time::Instant;

use super::assemble::Evidence;
use super::backend::Backend;
use super::calibrate::{Reached, calibrate};
use super::capability::Capabilities;
use super::exception::Exceptions;
use super::judging::{Judged, judge};
use super::play::{Pace, Plan, Repertoire, play};
use super::selection::{CALIBRATION, Selection};
use super::{Options, Outcome, Phase, Progress, RunError, confirm, figures, reach, shrink};
use crate::catalogue;
use crate::check::Need;
use crate::context::{Calibration, Context, ObservationLevel};
use crate::report::{Redaction, Report, Target};
use crate::scenario::AnyScenario;
use crate::stage::Stage;
use crate::subject::{Described, Platform, Subject};
use crate::text::Text;

/// Examples in flight where the accounts do not say less.
const USUAL_JOBS: usize = 4;
/// Examples of each scenario where the happy path fails.
const HANDFUL: u32 = 3;
/// Examples in flight where the happy path fails: they wait for what does not come, and disturb nobody.
const WAITING_JOBS: usize = 8;

/// Judges a backend. Starts the platform (and the backend, where the description says how), calibrates, plays the
/// scenarios of the selected checks, judges, confirms and shrinks failures, and stops what it started.
///
/// Ends within `options.limit` and a short grace. Dropping the future stops everything as well.
pub async fn run(
    described: Described,
    options: Options,
    progress: impl Progress,
) -> Result<Report, RunError> {
    let progress: Arc<dyn Progress> = Arc::new(progress);
    let judged = conduct(described, &options, &progress).await;
    progress.finished();
    judged
}

async fn conduct(
    mut described: Described,
    options: &Options,
    progress: &Arc<dyn Progress>,
) -> Result<Report, RunError> {
    let begun = Instant::now();
    let selection = Selection::of(options)?;
    allowed(&described, options)?;
    progress.started(Phase::Starting, 0);
    let (simulator, platform) = platform(&described, options).await?;
    let start = described.start.take();
    let mut capabilities = Capabilities::described(&described, start.is_some());
    let ours = start.is_some();
    let mut backend = Backend::start(start, &described.subject, &platform).await?;
    let judged = async {
        reachable(&described.subject).await?;
        let session = Session {
            described: &described,
            options,
            selection: &selection,
            progress,
            begun,
        };
        session.judge(&simulator, &mut capabilities).await
    }
    .await;
    let ended = backend.ended();
    backend.stop().await;
    simulator.stop().await;
    match ended {
        Some(how) if ours => Err(RunError::Environment(Text::new(
            format!("the backend went away during the run: {how}"),
            format!("后端在运行期间退出:{how}"),
        ))),
        _ => judged,
    }
}

/// Hostile requests go to a machine of somebody else only on the owner's word.
fn allowed(described: &Described, options: &Options) -> Result<(), RunError> {
    let foreign = described.foreign_urls();
    if options.i_own_this || foreign.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = foreign
        .iter()
        .map(|(name, url)| format!("{name} ({url})"))
        .collect();
    let named = named.join(", ");
    Err(RunError::Usage(Text::new(
        format!(
            "{named} does not lie on this machine, and the suite sends hostile requests; add --i-own-this if the \
             backend is yours"
        ),
        format!("{named} 不在本机上,而测试套件会发送恶意请求;如果后端属于你,请加上 --i-own-this"),
    )))
}

async fn reachable(subject: &Subject) -> Result<(), RunError> {
    reach::reachable("linking_url", &subject.linking_url).await?;
    match &subject.webhook_url {
        Some(webhook_url) => reach::reachable("webhook_url", webhook_url).await,
        None => Ok(()),
    }
}

async fn platform(
    described: &Described,
    options: &Options,
) -> Result<(Simulator, Platform), RunError> {
    let mut platform = described.platform.completed(options.seed);
    let config = linklab_simulator::Config {
        listen: platform.listen,
        app_id: platform.app_id.clone(),
        app_secret: platform.app_secret.clone(),
        page_id: platform.page_id.clone(),
        page_access_token: platform.page_access_token.clone(),
        verify_token: platform.verify_token.clone(),
        webhook_url: described.subject.webhook_url.clone(),
        // The platform must wait as long as the policy allows, or nobody could see that it was kept.
        ack_timeout: Duration::from_secs(described.subject.policy.ack_seconds),
        seed: options.seed,
        ..linklab_simulator::Config::default()
    };
    let simulator = Simulator::start(config).await.map_err(|error| {
        let told = error.to_string();
        match error {
            linklab_simulator::StartError::Config(_) => RunError::Usage(Text::new(
                format!("the platform refuses its configuration, see [platform]: {told}"),
                format!("平台拒绝了配置,请检查 [platform]:{told}"),
            )),
            _ => RunError::Environment(Text::new(
                format!("the platform did not start: {told}; see [platform] listen"),
                format!("平台未能启动:{told};请检查 [platform] listen"),
            )),
        }
    })?;
    platform.graph_url = simulator.graph_url();
    platform.listen = simulator.address();
    Ok((simulator, platform))
}

/// A run whose backend is up.
struct Session<'a> {
    described: &'a Described,
    options: &'a Options,
    selection: &'a Selection,
    progress: &'a Arc<dyn Progress>,
    begun: Instant,
}

impl Session<'_> {
    async fn judge(
        &self,
        simulator: &Simulator,
        capabilities: &mut Capabilities,
    ) -> Result<Report, RunError> {
        let (options, progress) = (self.options, self.progress);
        let subject = &self.described.subject;
        let wanted = self.selection.scenarios();
        let scenarios: Vec<Arc<dyn AnyScenario>> = catalogue::scenarios()
            .into_iter()
            .map(Arc::from)
            .filter(|scenario: &Arc<dyn AnyScenario>| wanted.contains(scenario.name()))
            .collect();
        let scenario_needs: BTreeMap<&'static str, &'static [Need]> = scenarios
            .iter()
            .map(|scenario| (scenario.name(), scenario.needs()))
            .collect();
        let needs: BTreeSet<Need> = scenario_needs
            .values()
            .copied()
            .flatten()
            .copied()
            .collect();

        progress.started(Phase::Calibrating, 0);
        let mut stage = Stage::new(
            simulator.clone(),
            subject.clone(),
            context(simulator, subject),
        );
        let limit = options.limit / 3;
        let calibrated = calibrate(&mut stage, capabilities, &needs, options.seed, limit).await;
        let stage = Arc::new(stage);

        let repertoire: Repertoire = scenarios
            .into_iter()
            .filter(|scenario| {
                capabilities.playable(&**scenario) && worth_playing(&**scenario, calibrated.reached)
            })
            .map(|scenario| (scenario.name(), scenario))
            .collect();
        let plan = Plan::of(&repertoire, &sparing(options, calibrated.reached));
        let pace = Pace {
            jobs: jobs(options, subject.accounts.len(), calibrated.reached),
            deadline: self.begun + options.limit,
        };
        progress.started(
            Phase::Playing,
            u64::try_from(plan.len()).unwrap_or(u64::MAX),
        );
        let mut played = play(&stage, plan, pace, progress).await;
        if let Some(transcript) = calibrated.transcript.clone() {
            played.transcripts.insert((CALIBRATION, 0), transcript);
        }

        let judged: Vec<Judged> = self
            .selection
            .shown()
            .into_iter()
            .map(|check| judge(check, &played, stage.context()))
            .collect();
        let inconsistent =
            confirm::inconsistent(&stage, &repertoire, &judged, options, pace, progress).await;
        let exceptions = Exceptions::on(options.today, self.described);
        let worth: Vec<&Judged> = judged
            .iter()
            .filter(|judged| !inconsistent.contains(judged.check.id))
            .filter(|judged| exceptions.expected(judged.check.id).is_none())
            .collect();
        let smallest = shrink::shrink(&stage, &repertoire, &worth, options, pace, progress).await;
        let evidence = Evidence {
            options,
            calibrated: &calibrated,
            capabilities,
            scenario_needs: &scenario_needs,
            played: &played,
            judged: &judged,
            inconsistent: &inconsistent,
            smallest: &smallest,
            exceptions: &exceptions,
        };
        Ok(self.report(&evidence, simulator))
    }

    fn report(&self, evidence: &Evidence<'_>, simulator: &Simulator) -> Report {
        let subject = &self.described.subject;
        let checks = evidence.checks();
        let calibration = &evidence.calibrated.calibration;
        let transcripts = &evidence.played.transcripts;
        let mut report = Report {
            tool: format!("linklab {}", env!("CARGO_PKG_VERSION")),
            set: linklab_fixtures::requirements().id.clone(),
            seed: self.options.seed,
            profile: self.options.profile,
            fail_on: self.options.fail_on,
            verdict: evidence.verdict(&checks),
            target: Target {
                linking_url: subject.linking_url.clone(),
                webhook_url: subject.webhook_url.clone(),
                observation: calibration.observation,
                observation_note: evidence.calibrated.note.clone(),
                accounts: subject.accounts.len(),
                latency_ms: calibration.latency_ms,
                pinned: pinned(calibration),
            },
            checks,
            stale: evidence.exceptions.stale.clone(),
            figures: figures::figures(
                transcripts.values(),
                self.begun.elapsed(),
                simulator.own_time(),
            ),
        };
        let mut redaction = Redaction::default();
        let config = simulator.config();
        redaction.secret("page access token", &config.page_access_token);
        redaction.secret("app secret", &config.app_secret);
        redaction.secret("verify token", &config.verify_token);
        redaction.subject(subject);
        for transcript in transcripts.values().chain(
            evidence
                .smallest
                .values()
                .map(|smallest| &smallest.transcript),
        ) {
            redaction.learn(transcript);
        }
        redaction.report(&mut report);
        tracing::debug!(
            failed = report.with(Outcome::Fail).count(),
            exit_code = report.exit_code(),
            "the run is over"
        );
        report
    }
}

fn context(simulator: &Simulator, subject: &Subject) -> Context {
    Context {
        policy: subject.policy.clone(),
        page_id: simulator.config().page_id.clone(),
        linking_url: subject.linking_url.clone(),
        calibration: Calibration {
            origin_pinned: false,
            path_pinned: false,
            latency_ms: 0,
            observation: ObservationLevel::Wire,
        },
    }
}

fn pinned(calibration: &Calibration) -> Vec<String> {
    [
        (calibration.origin_pinned, "origin"),
        (calibration.path_pinned, "path"),
    ]
    .into_iter()
    .filter(|(pinned, _)| *pinned)
    .map(|(_, name)| name.to_owned())
    .collect()
}

fn jobs(options: &Options, accounts: usize, reached: Reached) -> usize {
    if reached < Reached::Link {
        return options.jobs.unwrap_or(WAITING_JOBS).max(WAITING_JOBS);
    }
    options.jobs.unwrap_or(USUAL_JOBS).clamp(1, accounts.max(1))
}

/// A backend whose happy path fails is looked at with a handful of examples of each kind: most of them wait in vain
/// for something.
fn sparing(options: &Options, reached: Reached) -> Options {
    let mut sparing = options.clone();
    if reached < Reached::Link {
        sparing.most_examples = Some(
            options
                .most_examples
                .map_or(HANDFUL, |most| most.min(HANDFUL)),
        );
    }
    sparing
}

/// Where the webhook gives no answer, scenarios that need a linking by it would only wait.
fn worth_playing(scenario: &dyn AnyScenario, reached: Reached) -> bool {
    let links =
        scenario.needs().contains(&Need::Login) && scenario.needs().contains(&Need::Webhook);
    reached != Reached::Return || !links
}
