//! The command as an operator uses it: configured by the environment, stopped by a signal.

use std::{
    process::{Output, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::Command,
    time,
};

use crate::backend::{APP_SECRET, NOON, PAGE_TOKEN, config, start_with};

const DEADLINE: Duration = Duration::from_secs(20);

fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linklab-reference"));
    command
        .env_clear()
        .envs(variables.iter().copied())
        .kill_on_drop(true);
    command
}

fn complete<'a>(graph_url: &'a str, database_url: &'a str) -> [(&'a str, &'a str); 7] {
    [
        ("PAGE_ID", crate::backend::PAGE_ID),
        ("APP_SECRET", APP_SECRET),
        ("VERIFY_TOKEN", "verify-me"),
        ("PAGE_ACCESS_TOKEN", PAGE_TOKEN),
        ("GRAPH_URL", graph_url),
        ("DATABASE_URL", database_url),
        ("LISTEN", "127.0.0.1:0"),
    ]
}

async fn run(mut command: Command) -> (bool, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = time::timeout(DEADLINE, command.output())
        .await
        .unwrap()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.success(), text(stdout), text(stderr))
}

#[tokio::test]
async fn without_its_variables_it_names_each_of_them_and_stops() {
    let (success, _, told) = run(command(&[])).await;
    assert!(!success);
    for variable in [
        "PAGE_ID",
        "APP_SECRET",
        "VERIFY_TOKEN",
        "PAGE_ACCESS_TOKEN",
        "GRAPH_URL",
    ] {
        assert!(
            told.contains(&format!("{variable}: is required and not set")),
            "{told}"
        );
    }
}

#[tokio::test]
async fn printing_the_configuration_shows_no_secret() {
    let mut command = command(&complete("http://127.0.0.1:9", "sqlite::memory:"));
    command.arg("--print-config");
    let (success, printed, _) = run(command).await;
    assert!(success);
    assert!(printed.contains("APP_SECRET=[redacted]"), "{printed}");
    assert!(!printed.contains(APP_SECRET) && !printed.contains(PAGE_TOKEN));
}

#[tokio::test]
async fn it_serves_until_it_is_told_to_stop() {
    let mut command = command(&complete("http://127.0.0.1:9", "sqlite::memory:"));
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let announced = async {
        loop {
            let line = lines
                .next_line()
                .await
                .unwrap()
                .expect("the address is announced");
            if let Some((_, address)) = line.split_once("127.0.0.1:") {
                return address
                    .chars()
                    .take_while(char::is_ascii_digit)
                    .collect::<String>();
            }
        }
    };
    let port = time::timeout(DEADLINE, announced).await.unwrap();
    let health = reqwest::get(format!("http://127.0.0.1:{port}/healthz"))
        .await
        .unwrap();
    assert_eq!(health.status(), 200);

    let id = Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap()).unwrap();
    kill_process(id, Signal::TERM).unwrap();
    let status = time::timeout(DEADLINE, child.wait())
        .await
        .unwrap()
        .unwrap();
    assert!(status.success());
    let mut rest = String::new();
    lines.into_inner().read_to_string(&mut rest).await.unwrap();
    assert!(!rest.contains("ERROR"), "{rest}");
}

#[tokio::test]
async fn a_command_unlinks_one_person() {
    let database = crate::testing::fresh_shared_url().await;
    let backend = start_with(|config| config.database_url.clone_from(&database)).await;
    let address = crate::person::Person::new(&backend)
        .link("ann", &crate::platform::linking_page("T1"))
        .await;
    backend
        .deliver(&[crate::platform::linked(
            "7",
            &crate::platform::code_in(&address),
            NOON,
        )])
        .await;
    assert!(backend.name_behind("7").await.is_some());

    let graph = backend.graph.uri();
    for (psid, said) in [
        ("7", "unlinked on both sides"),
        ("8", "was not linked here"),
    ] {
        let mut command = command(&complete(&graph, &database));
        command.args(["unlink", "--psid", psid]);
        let (success, printed, told) = run(command).await;
        assert!(success && printed.contains(said), "{printed}{told}");
    }
    assert_eq!(backend.name_behind("7").await, None);

    let mut command = command(&complete("http://127.0.0.1:9", &database));
    command.args(["unlink", "--psid", "7"]);
    let (success, _, told) = run(command).await;
    assert!(!success);
    assert!(
        told.contains("Graph cannot be reached") && !told.contains(PAGE_TOKEN),
        "{told}"
    );
}

#[tokio::test]
async fn a_database_that_cannot_be_opened_is_named() {
    let mut config = config("http://127.0.0.1:9");
    config.database_url = "sqlite:/nowhere/at/all.db".to_owned();
    let error = linklab_reference::Backend::open(config)
        .await
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("check DATABASE_URL"), "{error}");
}
