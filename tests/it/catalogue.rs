//! `linklab list` and `linklab explain`.

use crate::run::linklab;

#[test]
fn the_list_names_every_check_once() {
    let ended = linklab(&["list"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let ids: Vec<&str> = ended
        .stdout
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| word.len() == 6 && word.as_bytes()[3] == b'-')
        .collect();
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert!(ids.len() >= 45, "{}", ended.stdout);
    assert_eq!(unique.len(), ids.len(), "{}", ended.stdout);
}

#[test]
fn an_explanation_is_told_in_both_languages() {
    let english = linklab(&["explain", "RED-05"]);
    let chinese = linklab(&["explain", "red-05", "--lang", "zh"]);
    assert_eq!((english.code, chinese.code), (Some(0), Some(0)));
    assert!(
        english.stdout.contains("RED-05") && english.stdout.contains("S23"),
        "{}",
        english.stdout
    );
    let han = |character: char| ('\u{4e00}'..='\u{9fff}').contains(&character);
    assert!(!english.stdout.chars().any(han), "{}", english.stdout);
    assert!(
        chinese
            .stdout
            .chars()
            .filter(|character| han(*character))
            .count()
            > 20,
        "{}",
        chinese.stdout
    );
}

#[test]
fn the_table_of_linking_is_printed_and_drawn() {
    let text = linklab(&["explain", "linking"]);
    let diagram = linklab(&["explain", "linking", "--mermaid"]);
    assert_eq!(
        (text.code, diagram.code),
        (Some(0), Some(0)),
        "{}{}",
        text.stderr,
        diagram.stderr
    );
    assert!(text.stdout.lines().count() > 100, "{}", text.stdout);
    assert!(
        diagram.stdout.starts_with("stateDiagram"),
        "{}",
        diagram.stdout
    );
    let refused = linklab(&["explain", "RED-05", "--mermaid"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
}
