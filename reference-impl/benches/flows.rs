//! How many people a minute the reference backend links, the platform on the same machine.
//!
//! Two figures, because most of a login is the password hash, which is slow on purpose: flows of browsers
//! that are signed in (page, consent, confirmation, redirect, signed event, thanks), and whole flows with
//! the login. `FLOWS` is the number of flows of each kind.

#![expect(
    clippy::unwrap_used,
    reason = "a broken set-up ends the run, and the panic says where"
)]
#![expect(clippy::print_stdout, reason = "the figures are the result")]

#[path = "../tests/it/backend.rs"]
#[expect(dead_code, reason = "shared with tests/it, which uses all of it")]
mod backend;
#[path = "../tests/it/person.rs"]
#[expect(dead_code, reason = "shared with tests/it, which uses all of it")]
mod person;
#[path = "../src/store/testing.rs"]
#[expect(dead_code, reason = "shared with the unit tests, which use all of it")]
mod testing;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use backend::{PASSWORD, config};
use linklab_reference::{AllowList, Backend, Secret};
use linklab_simulator::{
    Config, Simulator,
    webview::{Landing, LandingResult},
};
use person::Person;
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// People who link side by side.
const PEOPLE: usize = 8;

struct Bench {
    platform: Simulator,
    home: String,
}

#[tokio::main]
async fn main() {
    let flows: usize = std::env::var("FLOWS").map_or(400, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    for (store, url) in [
        (
            "SQLite file",
            Some(format!(
                "sqlite:{}",
                folder.path().join("bench.db").display()
            )),
        ),
        ("PostgreSQL", std::env::var("TEST_POSTGRES").ok()),
    ] {
        let Some(url) = url else {
            println!("reference, {store}: not measured (no server in TEST_POSTGRES)");
            continue;
        };
        let url = match url.strip_prefix("postgres") {
            Some(_) => testing::on_server(&url).await,
            None => url,
        };
        measure(store, &url, flows).await;
    }
}

async fn measure(store: &str, url: &str, flows: usize) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let home = format!("http://{}", listener.local_addr().unwrap());
    let platform = Simulator::start(Config {
        webhook_url: Some(format!("{home}/webhook")),
        ..Config::default()
    })
    .await
    .unwrap();
    let known = platform.config();
    let mut settings = config(&platform.graph_url());
    url.clone_into(&mut settings.database_url);
    settings.page.id.clone_from(&known.page_id);
    settings.page.app_secret = Secret::new(&known.app_secret);
    settings.page.verify_token = Secret::new(&known.verify_token);
    settings.page.access_token = Secret::new(&known.page_access_token);
    settings.redirect_allow = AllowList::new([platform.graph_url().as_str()]).unwrap();
    let backend = Backend::open(settings).await.unwrap();
    for number in 0..PEOPLE {
        let username = format!("person-{number}");
        backend
            .create_account(&username, &username, PASSWORD)
            .await
            .unwrap();
        platform.add_user(Some(&psid(number)), &username).unwrap();
    }
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let served = tokio::spawn(async move { backend.serve(listener, stopped).await.unwrap() });
    platform.verify_webhook().await.unwrap();
    let bench = Arc::new(Bench { platform, home });
    for (what, fresh) in [("signed in before", false), ("with the login", true)] {
        let took = run(&bench, flows, fresh).await;
        let pace = Duration::from_mins(1).as_secs_f64() / took.as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "a count of some hundreds")]
        let pace = pace * flows as f64;
        println!(
            "reference, {store}, {what}: {pace:.0} link flows a minute ({flows} in {took:.2?})"
        );
    }
    stop.cancel();
    served.await.unwrap();
    if let Ok(bench) = Arc::try_unwrap(bench) {
        bench.platform.stop().await;
    }
}

fn psid(number: usize) -> String {
    format!("2662830967681{number:04}")
}

async fn run(bench: &Arc<Bench>, flows: usize, fresh: bool) -> Duration {
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let person = Person::at(&bench.home, "en");
        if !fresh {
            link(bench, &person, number, true).await;
        }
        people.push(person);
    }
    let start = Instant::now();
    let mut linking = JoinSet::new();
    for (number, person) in people.into_iter().enumerate() {
        let bench = Arc::clone(bench);
        linking.spawn(async move {
            for _ in 0..flows / PEOPLE {
                if fresh {
                    link(&bench, &Person::at(&bench.home, "en"), number, true).await;
                } else {
                    link(&bench, &person, number, false).await;
                }
            }
        });
    }
    while let Some(done) = linking.join_next().await {
        done.unwrap();
    }
    start.elapsed()
}

async fn link(bench: &Bench, person: &Person, number: usize, login: bool) {
    let button = format!("{}/authorize", bench.home);
    let opening = bench
        .platform
        .tap_log_in(&psid(number), &button, None)
        .unwrap();
    let page = person
        .open(opening.url.strip_prefix(&bench.home).unwrap())
        .await;
    let form = if login {
        page.form("login")
            .with("username", &format!("person-{number}"))
            .with("password", PASSWORD)
    } else {
        page.form("agree")
    };
    let confirmation = person.submit(&form).await;
    let end = person.submit(&confirmation.form("consent")).await;
    let address = end.left_for.unwrap();
    let landed = bench
        .platform
        .land(&opening, &address, Landing::Deliver)
        .await;
    assert_eq!(landed.result, LandingResult::Linked);
}
