//! `linklab dev` as a developer meets it: a block to paste, a control plane, an end by Ctrl-C.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::run::linklab;

const BOUND: Duration = Duration::from_mins(1);

/// A running `linklab dev`; killed if a test fails before its end.
struct Running {
    child: Child,
    told: Value,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_linklab"))
            .args(["dev", "--listen", "127.0.0.1:0", "--format", "json"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let stdout = child.stdout.take().expect("stdout is piped");
        let mut line = String::new();
        BufReader::new(stdout)
            .read_line(&mut line)
            .expect("stdout is read");
        let told = serde_json::from_str(&line).unwrap_or_default();
        Self { child, told }
    }

    fn value(&self, name: &str) -> &str {
        self.told[name].as_str().unwrap_or_default()
    }

    /// Status and JSON of one request to the platform.
    fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let host = self.value("GRAPH_API_URL").replace("http://", "");
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect(&host).expect("the platform listens");
        stream
            .set_read_timeout(Some(BOUND))
            .expect("a time-out can be set");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("the request is sent");
        let mut answer = String::new();
        stream
            .read_to_string(&mut answer)
            .expect("the platform answers");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
        let body = serde_json::from_str(body).unwrap_or_default();
        (status.expect("an answer has a status"), body)
    }

    /// Ctrl-C; returns the exit code and what was said to the developer.
    #[cfg(unix)]
    fn interrupt(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.expect("kill runs").success());
        let mut stderr = String::new();
        let mut pipe = self.child.stderr.take().expect("stderr is piped");
        pipe.read_to_string(&mut stderr).expect("stderr is read");
        (self.child.wait().expect("it ends").code(), stderr)
    }
}

#[cfg(unix)]
#[test]
fn it_starts_the_reference_backend_steers_by_http_and_ends_by_ctrl_c() {
    let running = Running::start(&[]);
    for name in [
        "GRAPH_API_URL",
        "PAGE_ID",
        "APP_ID",
        "PAGE_ACCESS_TOKEN",
        "APP_SECRET",
        "VERIFY_TOKEN",
        "WEBHOOK_URL",
        "LINKING_URL",
    ] {
        assert!(
            !running.value(name).is_empty(),
            "{name} in {}",
            running.told
        );
    }
    let (status, verified) = running.call("POST", "/_linklab/webhooks/verify", None);
    assert_eq!(
        (status, &verified["verified"]),
        (200, &json!(true)),
        "{verified}"
    );
    let users = running.call("GET", "/_linklab/users", None).1;
    let psid = users["users"][0]["psid"].as_str().unwrap().to_owned();
    let text = json!({ "text": "login" });
    let said = running
        .call("POST", &format!("/_linklab/users/{psid}/say"), Some(&text))
        .1;
    assert_eq!(said["attempt"]["acknowledged"], true, "{said}");
    let wait = format!(
        "/_linklab/journal/wait?kind=bot_said&psid={psid}&text=account_link&within_ms=30000"
    );
    let offered = running.call("GET", &wait, None).1;
    let told = offered["entry"]["bot_said"]["message"].to_string();
    assert!(told.contains(running.value("LINKING_URL")), "{offered}");
    let rule = json!({ "fault": { "webhook": "cut" }, "when": { "next": 1 } });
    assert_eq!(running.call("POST", "/_linklab/faults", Some(&rule)).0, 200);

    let (code, stderr) = running.interrupt();
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.contains("warning: fault 1 never fired"), "{stderr}");
    assert!(
        stderr.contains("openapi.json") && stderr.contains("Ctrl-C"),
        "{stderr}"
    );
}

#[test]
fn a_backend_that_is_named_gets_the_events_and_keeps_its_settings() {
    let backend = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", backend.local_addr().unwrap());
    let running = Running::start(&[
        "--webhook-url",
        &url,
        "--linking-url",
        "http://127.0.0.1:1/link",
        "--app-secret",
        "a secret",
    ]);
    let expected: HashMap<_, _> = [
        ("WEBHOOK_URL", url.as_str()),
        ("LINKING_URL", "http://127.0.0.1:1/link"),
        ("APP_SECRET", "a secret"),
    ]
    .into();
    for (name, value) in expected {
        assert_eq!(running.value(name), value);
    }
    let serving = std::thread::spawn(move || {
        let (mut stream, _) = backend.accept().unwrap();
        stream.set_read_timeout(Some(BOUND)).unwrap();
        let mut head = [0; 5];
        stream.read_exact(&mut head).unwrap();
        stream
            .write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            .unwrap();
        head
    });
    let verified = running.call("POST", "/_linklab/webhooks/verify", None).1;
    assert_eq!(verified["verified"], false);
    assert_eq!(&serving.join().unwrap(), b"GET /");
}

#[test]
fn a_real_looking_token_is_refused_and_not_repeated() {
    let token = format!("EAA{}", "Gm0".repeat(60));
    let ended = linklab(&[
        "dev",
        "--listen",
        "127.0.0.1:0",
        "--page-access-token",
        &token,
    ]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    assert!(
        ended.stderr.contains("looks like a real access token"),
        "{}",
        ended.stderr
    );
    assert!(!ended.stderr.contains("Gm0Gm0") && ended.stdout.is_empty());
}

#[test]
fn a_taken_port_is_told() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = linklab(&["dev", "--listen", &address]);
    assert_eq!(ended.code, Some(3), "{}", ended.stderr);
    assert!(
        ended
            .stderr
            .contains(&format!("cannot listen on {address}")),
        "{}",
        ended.stderr
    );
}
