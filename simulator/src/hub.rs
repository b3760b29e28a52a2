//! What every part of the running platform shares.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::activity::Activity;
use crate::fault::{Faults, WebhookFault};
use crate::graph::Rates;
use crate::hold::Holds;
use crate::journal::{Journal, What};
use crate::knob::KnobError;
use crate::webhook::{Attempt, Courier, Delivery, HandshakeAnswer, Outcome, Scheduler};
use crate::world::{Change, Command, Event, Ids, Refusal, Sealer, Subscription, World};
use crate::{Clock, Config, Knobs, control};

/// The shared state. The world's lock is held for single commands only, never across an await.
pub(crate) struct Hub {
    pub(crate) config: Config,
    pub(crate) address: SocketAddr,
    pub(crate) clock: Clock,
    pub(crate) journal: Journal,
    pub(crate) ids: Ids,
    pub(crate) sealer: Sealer,
    pub(crate) courier: Courier,
    pub(crate) scheduler: Scheduler,
    pub(crate) faults: Faults,
    pub(crate) holds: Arc<Holds>,
    pub(crate) own_time: OwnTime,
    pub(crate) activity: Activity,
    pub(crate) stop: CancellationToken,
    pub(crate) tasks: TaskTracker,
    pub(crate) rates: Rates,
    /// One permit for each event stream that may be open.
    pub(crate) streams: Arc<Semaphore>,
    knobs: Mutex<Knobs>,
    world: Mutex<World>,
    me: Weak<Self>,
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
    pub(crate) fn new(config: Config, address: SocketAddr) -> Arc<Self> {
        // Validation has parsed both ids as numbers.
        let number = |id: &str| id.parse().unwrap_or_default();
        let (clock, journal) = (Clock::system(), Journal::new());
        Arc::new_cyclic(|me| Self {
            address,
            faults: Faults::new(journal.clone(), clock.clone()),
            scheduler: Scheduler::default(),
            clock,
            journal,
            ids: Ids::new(config.seed),
            sealer: Sealer::new(config.seed, number(&config.app_id), number(&config.page_id)),
            courier: Courier::new(),
            holds: Arc::default(),
            own_time: OwnTime::default(),
            activity: Activity::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
            rates: Rates::default(),
            streams: Arc::new(Semaphore::new(control::STREAMS)),
            knobs: Mutex::new(config.knobs),
            world: Mutex::new(first_world(&config)),
            me: Weak::clone(me),
            config,
        })
    }

    /// This hub, for work that may end after it.
    pub(crate) fn me(&self) -> Weak<Self> {
        Weak::clone(&self.me)
    }

    /// This hub, for a task of its own.
    pub(crate) fn arc(&self) -> Arc<Self> {
        self.me
            .upgrade()
            .expect("a hub is only ever made inside an Arc, and somebody calls it")
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

    /// The world and the knobs of the beginning; only used tokens are still known.
    pub(crate) fn begin_anew(&self) {
        *self.knobs.lock().unwrap_or_else(PoisonError::into_inner) = self.config.knobs;
        self.world().begin_anew(first_world(&self.config));
    }

    /// Carries out a command; returns what happened and when, in platform milliseconds.
    pub(crate) fn command(&self, command: &Command<'_>) -> Result<(Event, u64), Refusal> {
        let (result, forgotten) = {
            let knobs = self.knobs();
            let mut world = self.world();
            let now_ms = self.clock.now_ms();
            let before = world.forgotten_tokens();
            let result = world.handle(command, knobs, now_ms).map(|event| {
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
        if let Ok((event, _)) = &result {
            self.faults.witness(event);
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

    /// What the verification GET of the app carries.
    pub(crate) fn verify_token(&self) -> String {
        let world = self.world();
        let subscription = world.page().subscriptions.of(&self.config.app_id);
        subscription.map_or_else(
            || self.config.verify_token.clone(),
            |subscription| subscription.verify_token.clone(),
        )
    }

    /// Writes a line of the journal that tells what befell a user; returns its `seq`.
    pub(crate) fn note(&self, cause: Option<u64>, text: String) -> u64 {
        self.journal
            .append(self.clock.now_ms(), cause, What::Note(text))
    }

    /// Delivers past the queue and writes it down.
    pub(crate) async fn deliver(&self, delivery: Delivery, psids: Vec<String>) -> Attempt {
        let _busy = self.activity.begin();
        let url = self.callback_url();
        let attempt = self.send(url.as_deref(), delivery, None).await;
        let _own = self.own_time.start();
        let what = What::Delivered {
            psids,
            attempt: attempt.clone(),
        };
        self.journal.append(self.clock.now_ms(), None, what);
        attempt
    }

    /// Sends and tells how it went, with nothing else following.
    pub(crate) async fn send(
        &self,
        url: Option<&str>,
        delivery: Delivery,
        fault: Option<WebhookFault>,
    ) -> Attempt {
        self.courier.deliver(url, delivery, fault).await
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
}

/// A world whose apps are subscribed as the configuration says.
fn first_world(config: &Config) -> World {
    let mut world = World::default();
    let own = Subscription {
        callback_url: config.webhook_url.clone(),
        verify_token: config.verify_token.clone(),
        fields: config.subscribed_fields.clone(),
        page_fields: Some(config.subscribed_fields.clone()),
    };
    let others = config.other_apps.iter().map(|app| {
        let subscription = Subscription {
            callback_url: app.webhook_url.clone(),
            verify_token: app.verify_token.clone(),
            fields: app.subscribed_fields.clone(),
            page_fields: Some(app.subscribed_fields.clone()),
        };
        (app.app_id.clone(), subscription)
    });
    for (app_id, subscription) in std::iter::once((config.app_id.clone(), own)).chain(others) {
        world.apply(&Event::Changed(Box::new(Change::Subscription {
            app_id,
            subscription,
        })));
    }
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
