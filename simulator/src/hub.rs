//! What every part of the running platform shares.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::activity::Activity;
use crate::hold::Holds;
use crate::journal::{Journal, What};
use crate::knob::KnobError;
use crate::webhook::{Attempt, Courier, Delivery, HandshakeAnswer, Outcome};
use crate::world::{Change, Command, Event, Ids, Refusal, Sealer, Subscription, World};
use crate::{Clock, Config, Knobs};

/// How many deliveries nobody waits for may be under way; more are refused with a line in the journal.
const MAX_UNATTENDED: usize = 256;

/// The shared state. The world's lock is held for single commands only, never across an await.
pub(crate) struct Hub {
    pub(crate) config: Config,
    pub(crate) address: SocketAddr,
    pub(crate) clock: Clock,
    pub(crate) journal: Journal,
    pub(crate) ids: Ids,
    pub(crate) sealer: Sealer,
    pub(crate) courier: Courier,
    pub(crate) holds: Arc<Holds>,
    pub(crate) own_time: OwnTime,
    pub(crate) activity: Activity,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    knobs: Mutex<Knobs>,
    world: Mutex<World>,
    unattended: Arc<Semaphore>,
}

/// Neither secrets nor the journal belong into a debug line.
impl fmt::Debug for Hub {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hub")
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

impl Hub {
    /// The state of a platform that listens on `address`; `config` has been validated.
    pub(crate) fn new(config: Config, address: SocketAddr) -> Self {
        // Validation has parsed both ids as numbers.
        let number = |id: &str| id.parse().unwrap_or_default();
        Self {
            address,
            clock: Clock::system(),
            journal: Journal::new(),
            ids: Ids::new(config.seed),
            sealer: Sealer::new(config.seed, number(&config.app_id), number(&config.page_id)),
            courier: Courier::new(),
            holds: Arc::default(),
            own_time: OwnTime::default(),
            activity: Activity::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            knobs: Mutex::new(config.knobs),
            world: Mutex::new(first_world(&config)),
            unattended: Arc::new(Semaphore::new(MAX_UNATTENDED)),
            config,
        }
    }

    /// The origin of everything that this platform serves.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The value of every knob at this moment.
    pub(crate) fn knobs(&self) -> Knobs {
        *self.knobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Turns one knob; the journal tells of it.
    pub(crate) fn set_knob(&self, name: &str, value: &str) -> Result<(), KnobError> {
        self.knobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .set(name, value)?;
        self.note(None, format!("the knob {name} was turned to {value}"));
        Ok(())
    }

    /// Carries out a command; returns what happened and when, in platform milliseconds.
    pub(crate) fn command(&self, command: &Command<'_>) -> Result<(Event, u64), Refusal> {
        let (result, forgotten) = {
            let mut world = self.world();
            let now_ms = self.clock.now_ms();
            let before = world.forgotten_tokens();
            let result = world.handle(command, now_ms).map(|event| {
                world.apply(&event);
                (event, now_ms)
            });
            (result, world.forgotten_tokens() - before)
        };
        if forgotten > 0 {
            self.note(
                None,
                format!(
                    "{forgotten} used token(s) forgotten before their end; they could be used again"
                ),
            );
        }
        result
    }

    /// The state, for reading; never hold this across an await.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        // A command is decided before it is applied, so a panic leaves the state of the last one.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the page's set-up.
    pub(crate) fn change(&self, change: &Change) -> Result<(), Refusal> {
        self.command(&Command::Change(change)).map(drop)
    }

    /// Why events of this field do not reach the app, as the end of a sentence; nothing when they do.
    pub(crate) fn subscription_gap(&self, field: &str) -> Option<String> {
        let world = self.world();
        match world.page().subscriptions.of(&self.config.app_id) {
            Some(subscription) => subscription.gap(field),
            None => Some(format!("the app is not subscribed to {field}")),
        }
    }

    /// Whether events of this field reach the app: both levels must name it (protocol row 3.4.4).
    pub(crate) fn subscribes(&self, field: &str) -> bool {
        self.subscription_gap(field).is_none()
    }

    /// Where events of the app go.
    pub(crate) fn callback_url(&self) -> Option<String> {
        let world = self.world();
        let subscription = world.page().subscriptions.of(&self.config.app_id)?;
        subscription.callback_url.clone()
    }

    /// Writes a line of the journal that tells what befell a user; returns its `seq`.
    pub(crate) fn note(&self, cause: Option<u64>, text: String) -> u64 {
        self.journal
            .append(self.clock.now_ms(), cause, What::Note(text))
    }

    /// Delivers and writes it down; returns the line's `seq` too.
    pub(crate) async fn deliver(
        &self,
        delivery: Delivery,
        psids: Vec<String>,
        cause: Option<u64>,
    ) -> (Attempt, u64) {
        let _busy = self.activity.begin();
        let url = self.callback_url();
        let attempt = self.courier.deliver(url.as_deref(), delivery).await;
        let _own = self.own_time.start();
        let what = What::Delivered {
            psids,
            attempt: attempt.clone(),
        };
        let seq = self.journal.append(self.clock.now_ms(), cause, what);
        (attempt, seq)
    }

    /// Sends a verification GET and writes it down.
    pub(crate) async fn handshake(
        &self,
        url: Option<&str>,
        query: &[(String, String)],
        timeout: Duration,
    ) -> HandshakeAnswer {
        let answer = self.courier.handshake(url, query, timeout).await;
        let end = match &answer.outcome {
            Outcome::Answered { status, .. } => format!("was answered {status}"),
            Outcome::TimedOut => "was not answered in time".to_owned(),
            Outcome::Unreachable(why) => format!("found nobody: {why}"),
        };
        self.note(None, format!("verification GET {end}"));
        answer
    }

    /// Delivers while nobody waits for the answer; ended by the platform's stop.
    pub(crate) fn deliver_unattended(
        self: &Arc<Self>,
        delivery: Delivery,
        psid: String,
        cause: Option<u64>,
    ) {
        let Ok(permit) = Arc::clone(&self.unattended).try_acquire_owned() else {
            self.note(
                cause,
                format!(
                    "no event sent for {psid}: {MAX_UNATTENDED} deliveries are under way already"
                ),
            );
            return;
        };
        let hub = Arc::clone(self);
        self.tasks.spawn(async move {
            let _permit = permit;
            tokio::select! {
                () = hub.stop.cancelled() => {}
                _ = hub.deliver(delivery, vec![psid], cause) => {}
            }
        });
    }
}

/// A world whose app is subscribed as the configuration says.
fn first_world(config: &Config) -> World {
    let mut world = World::default();
    let subscription = Subscription {
        callback_url: config.webhook_url.clone(),
        verify_token: config.verify_token.clone(),
        fields: config.subscribed_fields.clone(),
        page_fields: Some(config.subscribed_fields.clone()),
    };
    world.apply(&Event::Changed(Box::new(Change::Subscription {
        app_id: config.app_id.clone(),
        subscription,
    })));
    world
}

/// The time that the platform itself has spent, waiting for nobody.
#[derive(Debug, Default)]
pub(crate) struct OwnTime(AtomicU64);

/// Counts from its making to its drop.
#[derive(Debug)]
pub(crate) struct Running<'a> {
    total: &'a OwnTime,
    since: Instant,
}

impl OwnTime {
    pub(crate) fn start(&self) -> Running<'_> {
        Running {
            total: self,
            since: Instant::now(),
        }
    }

    pub(crate) fn total(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        let spent = u64::try_from(self.since.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.total.0.fetch_add(spent, Ordering::Relaxed);
    }
}
