//! What cannot be run is told in a sentence, with the exit code that says whose turn it is.

use crate::run::{linklab, linklab_in};

#[track_caller]
fn refused(arguments: &[&str], code: i32, words: &[&str]) {
    let ended = linklab(arguments);
    assert_eq!(ended.code, Some(code), "{}\n{}", ended.stdout, ended.stderr);
    for word in words {
        assert!(
            ended.stderr.contains(word),
            "`{word}` is missing in: {}",
            ended.stderr
        );
    }
    assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
}

#[test]
fn a_backend_that_does_not_answer_is_an_environment_problem() {
    refused(
        &["check", "http://127.0.0.1:9/authorize"],
        3,
        &["127.0.0.1:9"],
    );
}

#[test]
fn a_url_that_is_none_is_a_usage_problem() {
    refused(&["check", "localhost:8000/authorize"], 2, &["http"]);
    refused(&["check", "https://127.0.0.1:8000/authorize"], 2, &["TLS"]);
}

#[test]
fn a_backend_of_somebody_else_is_not_attacked_by_accident() {
    refused(
        &["check", "http://192.0.2.1/authorize"],
        2,
        &["--i-own-this"],
    );
}

#[test]
fn a_missing_file_is_named() {
    refused(
        &["check", "--config", "nowhere/linking.toml"],
        2,
        &["nowhere/linking.toml"],
    );
}

#[test]
fn a_check_that_does_not_exist_is_named_with_the_nearest_one() {
    refused(&["check", "--check", "RED-0l"], 2, &["RED-0l", "RED-0"]);
    refused(&["explain", "RDE-05"], 2, &["RDE-05"]);
}

#[test]
fn nothing_left_to_run_is_not_success() {
    refused(&["check", "--check", "RED-01", "--skip", "RED-01"], 4, &[]);
}

#[test]
fn a_command_without_an_address_is_a_usage_problem() {
    refused(&["check", "--", "node", "app.js"], 2, &["--config"]);
}

#[test]
fn all_problems_of_a_description_are_told_at_once_with_their_lines() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(
        directory.path().join("linking.toml"),
        "[backend]\nlinking_uri = \"http://127.0.0.1:8000/authorize\"\n\n[platform]\napp_secret = \"env:NO_SUCH_VARIABLE_HERE\"\n\n[policy]\nrelink = \"never\"\n",
    )
    .unwrap();
    let ended = linklab_in(directory, &["check", "--config", "linking.toml"]);
    assert_eq!(ended.code, Some(2), "{}", ended.stderr);
    for word in [
        "linking_uri",
        "linking_url",
        "NO_SUCH_VARIABLE_HERE",
        "never",
        "replace",
        ":2",
        ":5",
        ":8",
    ] {
        assert!(
            ended.stderr.contains(word),
            "`{word}` is missing in: {}",
            ended.stderr
        );
    }
}
