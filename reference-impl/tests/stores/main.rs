//! What holds on either database and for several instances: crashes, races, flows that change the instance.
//!
//! A test that needs `PostgreSQL` says so by name when there is none.

#![expect(
    clippy::unwrap_used,
    reason = "a broken set-up ends the test, and the panic says where"
)]

#[path = "../it/backend.rs"]
#[expect(dead_code, reason = "shared with tests/it, which uses all of it")]
mod backend;
#[path = "../it/person.rs"]
#[expect(dead_code, reason = "shared with tests/it, which uses all of it")]
mod person;
#[path = "../it/platform.rs"]
#[expect(dead_code, reason = "shared with tests/it, which uses all of it")]
mod platform;
mod postgres;
mod promises;
#[path = "../../src/store/testing.rs"]
#[expect(dead_code, reason = "shared with the unit tests, which use all of it")]
mod testing;

use std::{env, process::ExitCode, sync::Arc};

use libtest_mimic::{Arguments, Completion, Trial};
use postgres::Postgres;
use tokio::runtime::Runtime;

type Promise = fn(&Runtime, String);

const PROMISES: [(&str, Promise); 3] = [
    (
        "a_kill_in_the_middle_of_linking_loses_nothing",
        |runtime, url| {
            runtime.block_on(promises::survive_a_kill(&url));
        },
    ),
    (
        "two_instances_that_race_for_one_event_thank_once",
        |runtime, url| {
            runtime.block_on(promises::race_for_one_event(&url));
        },
    ),
    (
        "a_flow_may_start_on_one_instance_and_end_on_another",
        |runtime, url| {
            runtime.block_on(promises::change_the_instance(&url));
        },
    ),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let server = if arguments.list {
        Err("only listing".to_owned())
    } else {
        env::var("TEST_POSTGRES").map_or_else(
            |_| Postgres::start().map(|server| (server.url(), Some(server))),
            |url| Ok((url, None)),
        )
    };
    let (address, server) = match server {
        Ok((url, server)) => (Ok(url), server),
        Err(reason) => (Err(reason), None),
    };
    let address = Arc::new(address);
    let mut trials = Vec::new();
    for (name, promise) in PROMISES {
        trials.push(Trial::test(format!("sqlite::{name}"), move || {
            let folder = tempfile::tempdir()?;
            let url = format!("sqlite:{}", folder.path().join("shared.db").display());
            promise(&Runtime::new()?, url);
            Ok(())
        }));
        let address = Arc::clone(&address);
        trials.push(Trial::ignorable_test(
            format!("postgres::{name}"),
            move || match &*address {
                Ok(server) => {
                    let runtime = Runtime::new()?;
                    let url = runtime.block_on(testing::on_server(server));
                    promise(&runtime, url);
                    Ok(Completion::Completed)
                }
                Err(reason) => Ok(Completion::ignored_with(reason)),
            },
        ));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    drop(server);
    conclusion.exit_code()
}
