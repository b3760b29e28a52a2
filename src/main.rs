//! The front door: one binary that starts the rooms, hands them to one another, and says how it went.

mod check;
mod cli;
mod dev;
mod embedded;
mod language;
mod log;
mod reference;
mod speak;
mod stop;

use std::process::ExitCode;

use clap::Parser;
use linklab_conformance::catalogue;
use linklab_conformance::text::Language;
use linklab_simulator::world::linking;

use crate::cli::{Cli, Command};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let code = match cli.command {
        Command::Check(arguments) => on_runtime(check::run(*arguments)),
        Command::Dev(arguments) => on_runtime(dev::run(*arguments)),
        Command::Reference(arguments) => on_runtime(reference::run(arguments)),
        Command::List(told) => {
            speak::out(&catalogue::list(language::chosen(told.lang)));
            0
        }
        Command::Explain { id, mermaid, told } => {
            explain(&id, mermaid, language::chosen(told.lang))
        }
    };
    ExitCode::from(code)
}

/// Explains a check, or the table that drives the platform; the exit code.
fn explain(id: &str, mermaid: bool, language: Language) -> u8 {
    let text = match (id, mermaid) {
        ("linking", true) => Ok(linking::table_mermaid()),
        ("linking", false) => Ok(linking::table_text()),
        (_, true) => {
            Err("only `linking` can be drawn; leave --mermaid away to explain a check".to_owned())
        }
        (_, false) => catalogue::explain(id, language).map_err(|unknown| unknown.to_string()),
    };
    match text {
        Ok(text) => {
            speak::out(&text);
            0
        }
        Err(problem) => {
            speak::problem(&problem);
            2
        }
    }
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
