//! The table for people: as text and as a Mermaid diagram.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::input::Input;
use super::state::{Attempt, State};
use super::table::{Effect, answer};
use crate::Knobs;

/// The whole table with the default knobs: a block per state of the login, a line per input.
///
/// Whether the user is linked already matters to few inputs; those have a line for each case.
pub fn table_text() -> String {
    let knobs = Knobs::default();
    let mut text = String::from(
        "Linking of one user with one page, seen from one login (one account_linking_token).\n",
    );
    for attempt in Attempt::ALL {
        text.push('\n');
        line(
            &mut text,
            &format!("{}: {}", attempt.name(), attempt.meaning()),
        );
        for input in Input::ALL {
            let [unlinked, linked] = [false, true].map(|linked| {
                let answer = answer(knobs, State { linked, attempt }, input);
                let relation = match (linked, answer.next.linked) {
                    (false, true) => ", now linked",
                    (true, false) => ", now unlinked",
                    _ => "",
                };
                let next = answer.next.attempt.name();
                format!("{next:<10} {}{relation}", answer.effect.words())
            });
            let knob = input
                .needs_knob()
                .map(|knob| format!(" [knob {knob}]"))
                .unwrap_or_default();
            let name = input.name();
            if unlinked == linked {
                line(&mut text, &format!("  {name:<36} -> {unlinked}{knob}"));
            } else {
                line(
                    &mut text,
                    &format!("  {name:<36} -> {unlinked} (if unlinked){knob}"),
                );
                line(
                    &mut text,
                    &format!("  {:<36} -> {linked} (if linked){knob}", ""),
                );
            }
        }
    }
    text
}

/// The ways between the states of a login as a Mermaid state diagram; what leaves the state alone is left out.
pub fn table_mermaid() -> String {
    let knobs = Knobs::default();
    let mut ways: BTreeMap<(Attempt, Attempt), Vec<&'static str>> = BTreeMap::new();
    for attempt in Attempt::ALL {
        for input in Input::ALL {
            let state = State {
                linked: false,
                attempt,
            };
            let answer = answer(knobs, state, input);
            let again = attempt == Attempt::Opened && answer.effect == Effect::OpenLinkingUrl;
            if answer.next.attempt != attempt || again {
                ways.entry((attempt, answer.next.attempt))
                    .or_default()
                    .push(input.name());
            }
        }
    }
    let mut text = String::from("stateDiagram-v2\n    [*] --> idle\n");
    for ((from, to), inputs) in ways {
        let label = inputs.join(" / ");
        line(
            &mut text,
            &format!("    {} --> {}: {label}", from.name(), to.name()),
        );
    }
    text
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes every write");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads_as_reviewed() {
        insta::assert_snapshot!(table_text());
    }

    #[test]
    fn the_diagram_reads_as_reviewed() {
        insta::assert_snapshot!(table_mermaid());
    }
}
