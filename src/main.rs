//! The front door: one binary that starts the rooms, hands them to one another, and says how it went.

mod check;
mod cli;
mod embedded;
mod language;
mod reference;
mod speak;

use std::process::ExitCode;

use clap::Parser;
use linklab_conformance::catalogue;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let code = match cli.command {
        Command::Check(arguments) => on_runtime(check::run(*arguments)),
        Command::Reference(arguments) => on_runtime(reference::run(arguments)),
        Command::List(told) => {
            speak::out(&catalogue::list(language::chosen(told.lang)));
            0
        }
        Command::Explain { id, told } => {
            let language = language::chosen(told.lang);
            match catalogue::explain(&id, language) {
                Ok(text) => {
                    speak::out(&text);
                    0
                }
                Err(problem) => {
                    speak::problem(&problem.to_string());
                    2
                }
            }
        }
    };
    ExitCode::from(code)
}

/// Runs a command that needs sockets. Its error is a sentence for people and its exit code.
fn on_runtime(command: impl Future<Output = Result<u8, Failure>>) -> u8 {
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            speak::problem(&format!(
                "the system gives no threads or timers to run on: {error}"
            ));
            return 3;
        }
    };
    match runtime.block_on(command) {
        Ok(code) => code,
        Err(failure) => {
            speak::problem(&failure.message);
            failure.code
        }
    }
}

/// Why a command did not do its job.
#[derive(Debug)]
struct Failure {
    /// What was wrong and what to do.
    message: String,
    /// Exit code, as documented for `linklab check`.
    code: u8,
}

impl Failure {
    fn new(code: u8, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code,
        }
    }
}
