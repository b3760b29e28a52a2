//! Every fault changes the portrait, and the snapshot says which lines: one fault, one behaviour.

use std::collections::BTreeMap;
use std::fmt::Write;

use futures_util::StreamExt;
use linklab_specimens::Fault;

use crate::portrait;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_changes_its_own_lines_of_the_portrait() {
    let correct = portrait::of(&[]).await;
    assert_eq!(
        correct,
        portrait::of(&[]).await,
        "a portrait must not change by itself"
    );
    let portraits: BTreeMap<_, _> = futures_util::stream::iter(Fault::ALL)
        .map(|fault| async move { (fault, portrait::of(&[*fault]).await) })
        .buffer_unordered(16)
        .collect()
        .await;
    let mut changes = String::new();
    for (fault, portrait) in portraits {
        writeln!(changes, "{fault}").unwrap();
        let mut differs = false;
        for (name, line) in &correct {
            let other = portrait.get(name).map_or("(not seen)", String::as_str);
            if other != line {
                differs = true;
                writeln!(changes, "  {name}: {}", short(other)).unwrap();
            }
        }
        assert!(differs, "{fault} changes nothing");
    }
    insta::assert_debug_snapshot!("correct", correct);
    insta::assert_snapshot!("faults", changes);
}

/// Cuts the middle out of long lines, so that the snapshot stays readable.
fn short(line: &str) -> String {
    let letters: Vec<char> = line.chars().collect();
    if letters.len() <= 120 {
        return line.to_owned();
    }
    let part = |range: &[char]| range.iter().collect::<String>();
    format!(
        "{} … {}",
        part(&letters[..60]),
        part(&letters[letters.len() - 30..])
    )
}
