//! The catalogue as a whole: complete, consistent with the requirement set, and readable in both languages.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::check::{Level, Need};
use crate::scenario::Profile;
use crate::text::Language;

/// Every MUST check of the families that need no browser; the CTL family is the suite judging itself.
const MUST: [&str; 39] = [
    "URL-01", "URL-04", "URL-07", "URL-08", "RED-01", "RED-02", "RED-03", "RED-05", "RED-06",
    "RED-09", "RED-17", "RED-18", "RED-21", "COD-01", "COD-03", "COD-08", "FAI-01", "FAI-02",
    "FAI-04", "FAI-05", "FAI-12", "HOK-01", "HOK-02", "HOK-03", "HOK-04", "HOK-05", "HOK-06",
    "HOK-07", "HOK-10", "HOK-12", "HOK-14", "LNK-01", "LNK-02", "LNK-07", "UNL-01", "UNL-02",
    "UNL-07", "CON-01", "CON-02",
];
const CONTROL: [&str; 5] = ["CTL-01", "CTL-02", "CTL-03", "CTL-04", "CTL-05"];

fn ids() -> Vec<&'static str> {
    checks().map(|check| check.id).collect()
}

#[test]
fn ids_are_unique_and_of_the_catalogues_form() {
    let ids = ids();
    let twice: Vec<&str> = ids
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .map(|pair| pair[0])
        .collect();
    assert!(twice.is_empty(), "twice: {twice:?}");
    for id in ids {
        let (family, number) = id.split_once('-').expect("a dash");
        assert!(
            (2..=3).contains(&family.len()) && family.bytes().all(|b| b.is_ascii_uppercase()),
            "{id}"
        );
        assert!(
            number.len() == 2 && number.bytes().all(|b| b.is_ascii_digit()),
            "{id}"
        );
    }
}

#[test]
fn every_must_check_of_the_families_without_a_browser_is_here() {
    let ids: BTreeSet<&str> = ids().into_iter().collect();
    let missing: Vec<&&str> = MUST
        .iter()
        .chain(&CONTROL)
        .filter(|id| !ids.contains(**id))
        .collect();
    assert!(missing.is_empty(), "missing: {missing:?}");
    assert!(ids.len() >= 45, "{} checks", ids.len());
    for id in MUST {
        assert_eq!(find(id).map(|check| check.level), Some(Level::Must), "{id}");
    }
    for id in CONTROL {
        assert_eq!(
            find(id).map(|check| check.level),
            Some(Level::Control),
            "{id}"
        );
    }
}

#[test]
fn every_basis_means_something_and_agrees_with_the_requirement_set() {
    let set = linklab_fixtures::requirements();
    let mut wrong = Vec::new();
    for check in checks() {
        if check.basis.is_empty() && check.level != Level::Control {
            wrong.push(format!("{} stands on nothing", check.id));
        }
        for id in check.basis {
            if basis(id).is_none() {
                wrong.push(format!(
                    "{} stands on {id}, which is no sentence and no source",
                    check.id
                ));
            }
            let named = |sentence: &linklab_fixtures::Sentence| {
                sentence.checks.iter().any(|known| known == check.id)
            };
            if set.sentence(id).is_some_and(|sentence| !named(sentence)) {
                wrong.push(format!(
                    "{} stands on {id}, but the requirement set does not name it there",
                    check.id
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_check_reads_scenarios_that_exist_and_every_scenario_is_read() {
    let mut known: BTreeSet<&str> = scenarios().iter().map(|scenario| scenario.name()).collect();
    assert_eq!(
        known.len(),
        scenarios().len(),
        "two scenarios have the same name"
    );
    known.insert("calibration");
    let mut read = BTreeSet::from(["calibration"]);
    for check in checks() {
        assert!(!check.scenarios.is_empty(), "{} reads nothing", check.id);
        for name in check.scenarios {
            assert!(
                known.contains(name),
                "{} reads {name}, which is no scenario",
                check.id
            );
            read.insert(name);
        }
    }
    assert_eq!(known, read, "every scenario is read by some check");
}

#[test]
fn a_greater_profile_never_plays_less() {
    for scenario in scenarios() {
        let counts = [Profile::Smoke, Profile::Default, Profile::Deep]
            .map(|profile| scenario.examples(profile));
        assert!(counts.is_sorted(), "{}: {counts:?}", scenario.name());
        assert!(counts[1] > 0, "{}: {counts:?}", scenario.name());
    }
}

#[test]
fn every_text_is_there_in_both_languages() {
    for check in checks() {
        for (name, text) in [
            ("title", check.title),
            ("why", check.why),
            ("fault", check.fault),
        ] {
            assert!(
                text.en.len() > 10 && text.en.is_ascii(),
                "{} {name}: {}",
                check.id,
                text.en
            );
            assert!(
                text.zh
                    .chars()
                    .any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)),
                "{} {name}",
                check.id
            );
        }
    }
}

#[test]
fn no_check_needs_the_same_thing_twice() {
    for check in checks() {
        let unique: BTreeSet<Need> = check.needs.iter().copied().collect();
        assert_eq!(unique.len(), check.needs.len(), "{}", check.id);
    }
}

#[test]
fn the_list_has_a_line_for_each_check() {
    for language in [Language::English, Language::Chinese] {
        let listed = list(language);
        assert_eq!(listed.lines().count(), checks().count());
        for (line, check) in listed.lines().zip(checks()) {
            assert!(
                line.starts_with(check.id) && line.ends_with(check.title.told(language)),
                "{line}"
            );
        }
    }
}

#[test]
fn a_check_is_explained_in_both_languages() {
    let pages: BTreeMap<&str, String> = [("en", Language::English), ("zh", Language::Chinese)]
        .map(|(name, language)| {
            (
                name,
                explain("red-05", language).expect("RED-05 is a check"),
            )
        })
        .into();
    insta::assert_snapshot!("explain_en", pages["en"]);
    insta::assert_snapshot!("explain_zh", pages["zh"]);
    let told = explain("RED-5", Language::English)
        .expect_err("no such id")
        .to_string();
    assert!(told.contains("did you mean RED-05?"), "{told}");
}
