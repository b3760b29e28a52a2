//! Chores of the workspace: `cargo xtask test`, `cargo xtask prove` and `cargo xtask bench`.

mod bench;
mod command;
#[path = "../../reference-impl/tests/stores/postgres.rs"]
mod postgres;
mod prove;
mod system;
mod test;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask test     install what the tests need, then format check, lints and all tests
cargo xtask prove reference
                     judge the reference backend by the deep profile: on SQLite, on PostgreSQL, and as two
                     instances behind a proxy
cargo xtask bench    print the figures of `linklab check` (release build) and of the developer's loop
cargo xtask bench --clean
                     the same, and the time of a clean release build in a directory of its own";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["test"] => test::run(),
        ["prove", "reference"] => prove::reference(),
        ["bench"] => bench::run(false),
        ["bench", "--clean"] => bench::run(true),
        [] | ["help" | "--help" | "-h"] => {
            command::say(USAGE);
            return ExitCode::SUCCESS;
        }
        other => {
            command::say(&format!(
                "xtask does not know `{}`\n{USAGE}",
                other.join(" ")
            ));
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            command::say(&format!("xtask: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
