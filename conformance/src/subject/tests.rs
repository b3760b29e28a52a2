//! linking.toml as its readers write it: what is understood, and what is told when it is not.

use std::path::Path;

use super::*;
use crate::context::{PsidsPerAccount, Relink};

const FULL: &str = r##"
[backend]
linking_url = "http://127.0.0.1:8000/authorize?shop=1"
webhook_url = "http://127.0.0.1:8000/webhook"

[start]
command = ["node", "app.js", "--graph={graph_url}"]
ready = "http://127.0.0.1:8000/"
[start.env]
GRAPH_BASE = "{graph_url}"
JSON = '{"other": "{braces}"}'

[platform]
listen = "127.0.0.1:9100"
graph = "env:GRAPH"
app_id = "1517776481860111"
app_secret = "env:APP_SECRET"
page_id = "1691462197845448"
page_access_token = "EAAtoken"
verify_token = "verify"

[redirect]
allow = ["https://facebook.com/messenger_platform/account_linking/"]

[[accounts]]
username = "alice"
password = "env:ALICE"
name = "Alice"

[[accounts]]
username = "bob"
password = "pw2"

[login]
driver = "auto"
username_field = "#email"
continue = "button.yes"

[chat]
login = "login"
logout = "logout"
question = "whoami"

[observe]
probe = { url = "http://127.0.0.1:8000/status?psid={psid}", linked = "/linked", account = "/account", headers = { authorization = "env:BEARER" } }

[actions]
unlink = { method = "POST", url = "http://127.0.0.1:8000/unlink", json = { psid = "{psid}", deep = [1, true, 2.5] } }

[policy]
relink = "keep"
psids_per_account = "one"
ack_seconds = "env:ACK"

[[expect]]
check = "RED-04"
reason = "tracked"
until = "2027-01-31"

[[waive]]
check = "red-08"
reason = "no fragments here"
until = 2027-06-30
"##;

fn environment(name: &str) -> Option<String> {
    let value = match name {
        "GRAPH" => "true",
        "APP_SECRET" => "0123456789abcdef",
        "ALICE" => "correct horse",
        "BEARER" => "Bearer x",
        "ACK" => "7",
        _ => return None,
    };
    Some(value.to_owned())
}

fn read(text: &str) -> Result<Described, SubjectError> {
    parse("linking.toml", Path::new("/srv/bot"), text, &environment)
}

/// The problems of a text, one a line.
fn problems(text: &str) -> String {
    read(text).expect_err("the text has problems").to_string()
}

#[test]
fn every_key_of_the_contract_is_understood() {
    let described = read(FULL).expect("a good description");
    let subject = &described.subject;
    assert_eq!(
        subject.linking_url,
        "http://127.0.0.1:8000/authorize?shop=1"
    );
    assert!(subject.graph);
    assert_eq!(subject.accounts[0].password, "correct horse");
    assert_eq!(
        (
            subject.accounts[0].name.as_str(),
            subject.accounts[1].name.as_str()
        ),
        ("Alice", "bob")
    );
    assert_eq!(subject.hints.username_field.as_deref(), Some("#email"));
    assert_eq!(subject.hints.continue_.as_deref(), Some("button.yes"));
    assert_eq!(subject.chat.question.as_deref(), Some("whoami"));
    let probe = subject.probe.as_ref().expect("a probe");
    assert_eq!(
        probe.headers,
        [("authorization".to_owned(), "Bearer x".to_owned())]
    );
    assert_eq!(probe.account.as_deref(), Some("/account"));
    let unlink = subject.unlink.as_ref().expect("an action");
    assert_eq!(
        unlink.json,
        Some(serde_json::json!({"psid": "{psid}", "deep": [1, true, 2.5]}))
    );
    assert_eq!(subject.policy.relink, Relink::Keep);
    assert_eq!(subject.policy.psids_per_account, PsidsPerAccount::One);
    assert_eq!(subject.policy.ack_seconds, 7);
    assert_eq!(
        described.platform.app_secret.as_deref(),
        Some("0123456789abcdef")
    );
    let Some(Start::Command(start)) = &described.start else {
        panic!("a command")
    };
    assert_eq!(start.cwd, Path::new("/srv/bot"));
    assert_eq!(start.env.len(), 2);
    assert_eq!(described.expectations[0].until.to_string(), "2027-01-31");
    assert_eq!(described.waivers[0].until.to_string(), "2027-06-30");
}

#[test]
fn a_minimal_description_has_defaults_for_the_rest() {
    let described = read("[backend]\nlinking_url = \"http://localhost:1/a\"\n").expect("enough");
    assert_eq!(described.subject.policy, crate::context::Policy::default());
    assert!(
        !described.subject.graph,
        "nobody told the backend where the platform is"
    );
    assert!(described.start.is_none() && described.subject.webhook_url.is_none());
    let platform = described.platform.completed(7);
    assert_eq!(platform, described.platform.completed(7));
    assert_ne!(
        platform.app_secret,
        described.platform.completed(8).app_secret
    );
    assert_ne!(platform.page_id, platform.app_id);
}

#[test]
fn all_problems_are_told_at_once_with_their_lines() {
    let text = r#"[backend]
linkin_url = "http://127.0.0.1:8000/authorize"
webhook_url = "https://127.0.0.1/webhook"

[plattform]
graph = true

[start]
command = "node app.js"
env = { A = "{graph_uri}" }

[[accounts]]
username = "alice"
password = "env:MISSING"

[login]
driver = "browser"
cancel = "a["

[observe]
command = ["./observe"]
probe = { url = "http://127.0.0.1:8000/status", linked = "linked" }

[policy]
relink = "replacing"
ack_seconds = 0

[[expect]]
check = "RED-4"
reason = " "
until = "31.01.2027"

[[waive]]
check = "UX-*"
reason = "all of them"
"#;
    insta::assert_snapshot!(problems(text));
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    let told = problems("[backend]\nlinking_url = http://127.0.0.1\n");
    assert!(
        told.starts_with("linking.toml:2: this is not TOML"),
        "{told}"
    );
}

#[test]
fn drivers_of_later_versions_are_told_as_such() {
    for driver in ["steps", "command", "session"] {
        let text = format!(
            "[backend]\nlinking_url = \"http://localhost/a\"\n[login]\ndriver = \"{driver}\"\n"
        );
        let told = problems(&text);
        assert!(
            told.contains(&format!("\"{driver}\" is not available in this version")),
            "{told}"
        );
    }
    assert!(
        problems(
            "[backend]\nlinking_url = \"http://localhost/a\"\n[[login.steps]]\nfill = \"x\"\n"
        )
        .contains("linking.toml:3: login.steps belongs to a login driver that is not available")
    );
}

#[test]
fn accounts_that_cannot_be_told_apart_are_refused() {
    let text = r#"[backend]
linking_url = "http://localhost/a"
[[accounts]]
username = "alice"
password = "1"
[[accounts]]
username = "alice"
password = "2"
[[accounts]]
username = "bob"
password = "3"
name = "alice"
"#;
    let told = problems(text);
    assert!(
        told.contains("the account `alice` is listed twice"),
        "{told}"
    );
    assert!(told.contains("two accounts are called `alice`"), "{told}");
}

#[test]
fn an_exception_must_be_one_thing_only() {
    let text = r#"[backend]
linking_url = "http://localhost/a"
[[expect]]
check = "RED-04"
reason = "a"
until = "2027-01-31"
[[waive]]
check = "RED-04"
reason = "b"
until = "2027-01-31"
"#;
    assert!(problems(text).contains("both expected to fail and waived"));
}

#[test]
fn a_file_is_read_with_its_directory_and_a_missing_one_is_a_sentence() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("linking.toml");
    std::fs::write(
        &path,
        "[backend]\nlinking_url = \"http://localhost:1/a\"\n[start]\ncommand = [\"true\"]\n",
    )
    .expect("a file");
    let Some(Start::Command(start)) = load(&path).expect("a description").start else {
        panic!("a command")
    };
    assert_eq!(start.cwd, directory.path());
    let told = load(&directory.path().join("other.toml"))
        .expect_err("no file")
        .to_string();
    assert!(told.contains("other.toml: cannot be read"), "{told}");
}
