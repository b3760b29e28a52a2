//! A specimen as the suite gets it: bound first, started when the platform is there, stopped with its last handle.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use linklab_conformance::context::Policy;
use linklab_conformance::date::Date;
use linklab_conformance::report::Report;
use linklab_conformance::run::{self, Options, RunError, Silent};
use linklab_conformance::scenario::Profile;
use linklab_conformance::subject::{
    Account, ChatWords, Described, Exception, InProcess, LoginHints, PlatformFacts, Probe, Start,
    Subject, UnlinkAction,
};
use linklab_specimens::{Fault, Specimen, SpecimenConfig};

/// Passwords that are no part of any other text, so that a leak is a leak.
pub(crate) const PASSWORDS: [&str; 3] = [
    "Zq7-alice-horse&co",
    "Zq8 bob staple+",
    "Zq9\"carol'whistle",
];
/// The seed of all runs of the tests.
pub(crate) const SEED: u64 = 20_261;

/// Options of a quick run that still meets every class of example.
pub(crate) fn options() -> Options {
    let mut options = Options::new(
        Profile::Default,
        SEED,
        Date::new(2026, 12, 1).expect("a day of the calendar"),
    );
    options.most_examples = Some(12);
    options.confirmations = 1;
    // One example after the other: collateral that depends on what else is under way would not be exact.
    options.jobs = Some(1);
    options.shrink_limit = std::time::Duration::ZERO;
    options
}

/// Describes a specimen with these faults and runs the suite against it.
pub(crate) async fn judge(faults: &[Fault], options: Options) -> Result<Report, RunError> {
    let (described, running) = described(faults.iter().copied().collect());
    let report = run::run(described, options, Silent).await;
    let specimen = running.lock().expect("nobody panics with the lock").take();
    if let Some(specimen) = specimen {
        specimen.stop().await;
    }
    report
}

type Running = Arc<Mutex<Option<Specimen>>>;

/// A specimen's description, and where the specimen is found once it runs.
pub(crate) fn described(faults: BTreeSet<Fault>) -> (Described, Running) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener
        .set_nonblocking(true)
        .expect("a socket can be made non-blocking");
    let origin = format!(
        "http://{}",
        listener
            .local_addr()
            .expect("a bound socket has an address")
    );
    let accounts = [
        Account {
            username: "alice".into(),
            password: PASSWORDS[0].into(),
            name: "Alice Archer".into(),
        },
        Account {
            username: "bob".into(),
            password: PASSWORDS[1].into(),
            name: "Bob Baker".into(),
        },
        Account {
            username: "carol".into(),
            password: PASSWORDS[2].into(),
            name: "Carol Cooper".into(),
        },
    ];
    let known = accounts
        .iter()
        .map(|account| {
            linklab_specimens::Account::new(&account.username, &account.password, &account.name)
        })
        .collect();
    let running: Running = Arc::default();
    let handle = Arc::clone(&running);
    let start = InProcess::new(move |platform| async move {
        let config = SpecimenConfig {
            faults,
            graph_url: platform.graph_url,
            page_access_token: platform.page_access_token,
            app_secret: platform.app_secret,
            verify_token: platform.verify_token,
            page_id: platform.page_id,
            accounts: known,
            ..SpecimenConfig::default()
        };
        let listener =
            tokio::net::TcpListener::from_std(listener).map_err(|error| error.to_string())?;
        let specimen = Specimen::start_on(listener, config).map_err(|error| error.to_string())?;
        *handle.lock().map_err(|error| error.to_string())? = Some(specimen);
        Ok(())
    });
    let described = Described {
        subject: Subject {
            linking_url: format!("{origin}/link"),
            webhook_url: Some(format!("{origin}/webhook")),
            graph: true,
            redirect_allow: Vec::new(),
            accounts: accounts.to_vec(),
            hints: LoginHints::default(),
            chat: ChatWords {
                login: Some("login".into()),
                logout: Some("logout".into()),
                question: Some("whoami".into()),
            },
            probe: Some(Probe {
                url: format!("{origin}/status?psid={{psid}}"),
                headers: Vec::new(),
                linked: "/linked".into(),
                account: Some("/account".into()),
            }),
            unlink: Some(UnlinkAction {
                method: "POST".into(),
                url: format!("{origin}/unlink"),
                headers: Vec::new(),
                json: Some(serde_json::json!({"psid": "{psid}"})),
            }),
            policy: Policy {
                ack_seconds: 2,
                ..Policy::default()
            },
        },
        platform: PlatformFacts::default(),
        start: Some(Start::InProcess(start)),
        // Specimens accept any redirect_uri on purpose, so that the suite can vary all of it.
        expectations: vec![Exception {
            check: "SEC-01".into(),
            reason: "specimens accept any address".into(),
            until: Date::new(2100, 1, 1).expect("a day of the calendar"),
        }],
        waivers: Vec::new(),
    };
    (described, running)
}
