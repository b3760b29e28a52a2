//! The guided tour names files and functions; they have to be there.

use std::{fs, path::Path};

#[test]
fn every_stop_of_the_tour_exists() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tour = fs::read_to_string(home.join("../docs/reference-tour.md")).unwrap();
    let mut stops = 0;
    for stop in tour.lines().filter_map(|line| line.strip_prefix("### ")) {
        let mut names = stop.split('`').skip(1).step_by(2);
        let file = names.next().unwrap();
        let source = fs::read_to_string(home.join(file)).unwrap_or_else(|_| panic!("no {file}"));
        let words: Vec<&str> = source
            .split(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
            .filter(|word| !word.is_empty())
            .collect();
        for name in names {
            let defined = words.windows(2).any(|pair| {
                matches!(pair[0], "fn" | "struct" | "enum" | "trait") && pair[1] == name
            });
            assert!(defined, "{file} defines no {name}");
            stops += 1;
        }
    }
    assert!(stops > 30, "the tour has lost its stops");
}

#[test]
fn every_room_is_on_the_tour() {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let tour = fs::read_to_string(home.join("../docs/reference-tour.md")).unwrap();
    for entry in fs::read_dir(home.join("src")).unwrap() {
        let entry = entry.unwrap();
        let room = entry.file_name().into_string().unwrap();
        if entry.file_type().unwrap().is_dir() && room != "snapshots" {
            assert!(tour.contains(&format!("src/{room}/")), "{room}");
        }
    }
}
