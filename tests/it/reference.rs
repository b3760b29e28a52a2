//! `linklab reference` as an operator meets it: an address to open and a log of what was asked.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

const BOUND: Duration = Duration::from_mins(1);

/// Killed and reaped however its test ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn it_logs_each_answer_without_the_query_and_stops_in_order_when_terminated() {
    let mut running = Running(
        Command::new(env!("CARGO_BIN_EXE_linklab"))
            .args(["reference", "--listen", "127.0.0.1:0"])
            .env_remove("LOG")
            .env("LOG_FORMAT", "json")
            .env("PAGE_ID", "1")
            .env("APP_SECRET", "an-app-secret")
            .env("VERIFY_TOKEN", "verify-me")
            .env("PAGE_ACCESS_TOKEN", "a-page-token")
            .env("GRAPH_URL", "http://127.0.0.1:9")
            .env("DATABASE_URL", "sqlite::memory:")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts"),
    );
    let stderr = running.0.stderr.take().expect("stderr is piped");
    let (said, heard) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            if said.send(line).is_err() {
                return;
            }
        }
    });
    let until = |word: &str| {
        let mut told = Vec::new();
        while let Ok(line) = heard.recv_timeout(BOUND) {
            if line.contains(word) {
                return line;
            }
            told.push(line);
        }
        panic!("`{word}` is not said in: {told:#?}");
    };

    let opened = until("reference backend on http://");
    let host = opened
        .split_once("http://")
        .and_then(|(_, rest)| rest.split(',').next())
        .expect("the address is told");
    let mut stream = TcpStream::connect(host).expect("it listens there");
    stream
        .set_read_timeout(Some(BOUND))
        .expect("a time-out can be set");
    write!(
        stream,
        "GET /authorize?account_linking_token=T0psecret HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
    )
    .expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");

    let line = until("\"answered\"");
    let logged: serde_json::Value = serde_json::from_str(&line).expect("a line is an object");
    assert_eq!(logged["status"], 400, "{line}");
    assert!(!line.contains("T0psecret"), "{line}");

    let id = running.0.id().to_string();
    let sent = Command::new("kill").args(["-TERM", &id]).status();
    assert!(sent.expect("kill runs").success());
    let ended = running.0.wait().expect("it ends");
    assert_eq!(ended.code(), Some(0), "it stops in order");
}
