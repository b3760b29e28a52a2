//! The reference backend judged by the whole suite: on `SQLite` with and without asking whose token it
//! is, on `PostgreSQL`, and as two instances behind a proxy that sends every request to the other one.
//!
//! `cargo test` plays the smoke profile; `cargo xtask prove reference` plays the deep one (`PROVE_PROFILE`).

mod instances;
#[path = "../../reference-impl/tests/stores/postgres.rs"]
mod postgres;
mod proxy;
mod verdict;

use std::{env, process::ExitCode};

use libtest_mimic::{Arguments, Completion, Trial};
use postgres::Postgres;
use verdict::{Setting, judged};

fn main() -> ExitCode {
    // The suite starts this very program again, as the backend to be judged.
    if env::var_os("PROOF_INSTANCES").is_some() {
        return instances::main();
    }
    let mut arguments = Arguments::from_args();
    // One after the other: each of them keeps the whole machine busy.
    arguments.test_threads = Some(1);
    let trials = vec![
        on_file("the_reference_passes_on_sqlite", false),
        on_file("the_reference_passes_when_it_confirms_the_psid", true),
        on_server("the_reference_passes_on_postgres", 1),
        on_server("two_instances_of_the_reference_pass_behind_a_proxy", 2),
    ];
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn on_file(name: &str, confirm_psid: bool) -> Trial {
    Trial::test(name, move || {
        judged(&Setting {
            instances: 1,
            database: None,
            confirm_psid,
        })
    })
}

fn on_server(name: &str, instances: u32) -> Trial {
    Trial::ignorable_test(name, move || match Postgres::start() {
        Ok(server) => {
            judged(&Setting {
                instances,
                database: Some(server.url()),
                confirm_psid: false,
            })?;
            Ok(Completion::Completed)
        }
        Err(reason) => Ok(Completion::ignored_with(reason)),
    })
}
