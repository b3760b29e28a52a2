//! The promises themselves, each on the database that it is given.

use std::{process::Stdio, time::Duration};

use linklab_reference::ManualClock;
use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    time,
};
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use crate::{
    backend::{APP_SECRET, NOON, PAGE_ID, PAGE_TOKEN, PASSWORD, Running, VERIFY_TOKEN, start_with},
    person::Person,
    platform::{code_in, linked, linking_page, notification, return_address, said, sign},
};

const DEADLINE: Duration = Duration::from_secs(30);

/// The backend as a process of its own, its Graph hanging; gives it and its address.
async fn process(graph: &str, database: &str) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_linklab-reference"))
        .env_clear()
        .envs([
            ("PAGE_ID", PAGE_ID),
            ("APP_SECRET", APP_SECRET),
            ("VERIFY_TOKEN", VERIFY_TOKEN),
            ("PAGE_ACCESS_TOKEN", PAGE_TOKEN),
            ("GRAPH_URL", graph),
            ("DATABASE_URL", database),
            ("LISTEN", "127.0.0.1:0"),
        ])
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let announced = async {
        loop {
            let line = lines
                .next_line()
                .await
                .unwrap()
                .expect("it announces itself");
            if let Some((_, port)) = line.split_once("address=127.0.0.1:") {
                return port.trim().to_owned();
            }
        }
    };
    let port = time::timeout(DEADLINE, announced).await.unwrap();
    // Whatever else it writes is read, so that it never waits for us.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    (child, format!("http://127.0.0.1:{port}"))
}

/// The event was acknowledged and its thanks were on their way when the process was killed: another
/// instance finds the link and says thanks; the platform's redelivery adds nothing.
pub(crate) async fn survive_a_kill(url: &str) {
    let hanging = MockServer::start().await;
    let late = ResponseTemplate::new(200).set_delay(Duration::from_mins(2));
    Mock::given(any()).respond_with(late).mount(&hanging).await;
    let (mut child, home) = process(&hanging.uri(), url).await;

    let person = Person::at(&home, "en");
    let login = person.open(&linking_page("T1")).await;
    let signup = person.open(&login.link("Create an account")).await;
    let form = signup
        .form("signup")
        .with("username", "cleo")
        .with("display_name", "Cleo")
        .with("password", PASSWORD);
    let confirmation = person.submit(&form).await;
    let end = person.submit(&confirmation.form("consent")).await;
    let code = code_in(&end.left_for.unwrap());
    let event = notification(&[linked("7", &code, NOON)]);
    let delivered = reqwest::Client::new()
        .post(format!("{home}/webhook"))
        .header("x-hub-signature-256", sign(event.as_bytes()))
        .body(event)
        .send()
        .await
        .unwrap();
    assert_eq!(delivered.status(), 200);
    let under_way = async {
        while hanging.received_requests().await.unwrap().is_empty() {
            time::sleep(Duration::from_millis(5)).await;
        }
    };
    time::timeout(DEADLINE, under_way).await.unwrap();
    let id = Pid::from_raw(i32::try_from(child.id().unwrap()).unwrap()).unwrap();
    kill_process(id, Signal::KILL).unwrap();
    child.wait().await.unwrap();

    // A minute later by its clock, when the dead worker's lease has run out.
    let later = ManualClock::starting_at(linklab_reference::Clock::system().now() + 60_000);
    let mut after = start_with(|config| {
        url.clone_into(&mut config.database_url);
        config.clock = later.clock();
    })
    .await;
    assert_eq!(after.name_behind("7").await.as_deref(), Some("Cleo"));
    let messages = after.messages_to("7", 1).await;
    assert!(messages[0].to_string().contains("Cleo"));
    assert_eq!(after.deliver(&[linked("7", &code, NOON)]).await, 200);
    after.stop().await;
    assert_eq!(after.messages_so_far("7").await.len(), 1);
}

async fn pair(url: &str) -> (Running, Running) {
    let one = start_with(|config| url.clone_into(&mut config.database_url)).await;
    let two = start_with(|config| url.clone_into(&mut config.database_url)).await;
    (one, two)
}

/// The platform delivers one event to both instances at the same moment, several times over.
pub(crate) async fn race_for_one_event(url: &str) {
    let (mut one, mut two) = pair(url).await;
    for round in 0..5 {
        let psid = format!("7{round}");
        let address = Person::new(&one)
            .link("ann", &linking_page(&format!("T{round}")))
            .await;
        let event = [
            linked(&psid, &code_in(&address), NOON),
            said(&psid, &format!("m{round}"), "whoami"),
        ];
        let deliveries = (0..8).map(|number| {
            let instance = if number % 2 == 0 { &one } else { &two };
            instance.deliver(&event)
        });
        for status in futures_util::future::join_all(deliveries).await {
            assert_eq!(status, 200);
        }
        for instance in [&one, &two] {
            assert_eq!(instance.name_behind(&psid).await.as_deref(), Some("Ann"));
        }
    }
    one.stop().await;
    two.stop().await;
    for round in 0..5 {
        let psid = format!("7{round}");
        let mut messages = one.messages_so_far(&psid).await;
        messages.extend(two.messages_so_far(&psid).await);
        assert_eq!(messages.len(), 2, "one thanks, one answer: {messages:?}");
    }
}

/// No two steps of a flow are answered by the same instance.
pub(crate) async fn change_the_instance(url: &str) {
    let (one, two) = pair(url).await;
    let person = Person::new(&one);
    let login = person.open(&linking_page("T1")).await;
    let elsewhere = |mut form: crate::person::Form, instance: &Running| {
        form.action = instance.url(&form.action);
        form
    };
    let form = login
        .form("login")
        .with("username", "ann")
        .with("password", PASSWORD);
    // The answer leads back to the first instance, as a load balancer might.
    let answer = person.send(&elsewhere(form, &two)).await;
    let next = answer.headers()["location"].to_str().unwrap().to_owned();
    let confirmation = person.open(&next).await;
    let end = person
        .submit(&elsewhere(confirmation.form("consent"), &two))
        .await
        .left_for
        .unwrap();
    assert!(end.starts_with(&return_address("T1")), "{end}");
    assert_eq!(one.deliver(&[linked("7", &code_in(&end), NOON)]).await, 200);
    assert_eq!(two.name_behind("7").await.as_deref(), Some("Ann"));
    assert_eq!(two.admin_unlink("7").await.0, 200);
    assert_eq!(one.name_behind("7").await, None);
}
