//! Backends as processes: they come up, go away, and never outlive the run.

use std::path::PathBuf;

use super::*;
use crate::subject::{Described, PlatformFacts};

/// A backend in Python's standard library: answers every GET, and starts a child that would outlive it.
const SERVER: &str = "
import http.server, os, subprocess, sys
child = subprocess.Popen(['sleep', '600'])
open(sys.argv[2], 'w').write(str(child.pid) + ' ' + os.environ['GRAPH'])
http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), http.server.SimpleHTTPRequestHandler).serve_forever()
";

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn subject(port: u16) -> Subject {
    Described::from_url(&format!("http://127.0.0.1:{port}/authorize"))
        .unwrap()
        .subject
}

fn platform() -> Platform {
    let mut platform = PlatformFacts::default().completed(7);
    platform.graph_url = "http://127.0.0.1:9100".to_owned();
    platform
}

fn start(words: &[&str], env: &[(&str, &str)]) -> Start {
    Start::Command(StartCommand {
        command: words.iter().map(ToString::to_string).collect(),
        cwd: PathBuf::from("."),
        env: env
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        ready: None,
    })
}

/// Whether a process is there and no zombie.
fn alive(pid: &str) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .trim_start()
            .starts_with('Z')
    })
}

#[tokio::test]
async fn a_started_backend_is_stopped_with_all_that_it_started() {
    let port = free_port();
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("seen");
    let words = [
        "python3",
        "-c",
        SERVER,
        &port.to_string(),
        file.to_str().unwrap(),
    ];
    let start = start(&words, &[("GRAPH", "at {graph_url}")]);
    let mut backend = Backend::start(Some(start), &subject(port), &platform())
        .await
        .unwrap();
    assert!(backend.ended().is_none());
    let seen = std::fs::read_to_string(&file).unwrap();
    let (child, graph) = seen.split_once(' ').unwrap();
    assert_eq!(graph, "at http://127.0.0.1:9100");
    assert!(alive(child));
    backend.stop().await;
    let deadline = Instant::now() + Duration::from_secs(5);
    while alive(child) && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(!alive(child), "the grandchild outlived the run");
}

#[tokio::test]
async fn a_backend_that_ends_at_once_is_told_at_once_with_its_last_words() {
    let begun = Instant::now();
    let words = ["sh", "-c", "echo 'no database' >&2; exit 3"];
    let error = Backend::start(Some(start(&words, &[])), &subject(free_port()), &platform())
        .await
        .unwrap_err();
    assert_eq!(error.exit_code(), 3);
    let told = error.to_string();
    assert!(
        told.contains("exit status: 3") && told.contains("no database"),
        "{told}"
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn a_program_that_is_not_there_is_a_sentence() {
    let words = ["linklab-no-such-program"];
    let error = Backend::start(Some(start(&words, &[])), &subject(free_port()), &platform())
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("cannot start `linklab-no-such-program`"),
        "{error}"
    );
}

#[tokio::test]
async fn a_port_that_is_taken_already_is_told_before_anything_starts() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Backend::start(Some(start(&["true"], &[])), &subject(port), &platform())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("already"), "{error}");
}
