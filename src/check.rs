//! `linklab check`: put the description of a backend together, run the suite, tell the verdict.

use std::io::IsTerminal;

use linklab_conformance::check::Level;
use linklab_conformance::report;
use linklab_conformance::run::{self, Options, Progress};
use linklab_conformance::scenario::Profile;
use linklab_conformance::subject::{self, Described, Start};
use linklab_conformance::text::Language;

use crate::cli::{Check, FailOn, Format, ProfileName};
use crate::embedded::Embedded;
use crate::{Failure, language, speak};

/// Exit code of a process that was interrupted from the keyboard: 128 and the signal's number, as shells have it.
const INTERRUPTED: u8 = 130;

/// Judges the backend that the arguments name; the exit code is the verdict's.
pub(crate) async fn run(arguments: Check) -> Result<u8, Failure> {
    let language = language::chosen(arguments.told.lang);
    let options = options(&arguments);
    let (described, embedded) = described(&arguments)?;
    let directory = arguments.report_dir.clone();
    let format = arguments.format;

    let verdict = tokio::select! {
        verdict = judge(described, options, language, format, &directory) => verdict,
        () = interrupted() => Err(Failure::new(INTERRUPTED, "interrupted; nothing was decided")),
    };
    if let Some(embedded) = embedded {
        embedded.stop();
    }
    verdict
}

async fn judge(
    described: Described,
    options: Options,
    language: Language,
    format: Format,
    directory: &std::path::Path,
) -> Result<u8, Failure> {
    let outcome = if std::io::stderr().is_terminal() {
        run_with(described, options, report::Bar::new(language)).await
    } else {
        run_with(described, options, report::Lines::new(language)).await
    };
    let report = outcome.map_err(|error| Failure::new(error.exit_code(), error.told(language)))?;
    let files = report::write(&report, language, directory)
        .map_err(|error| Failure::new(2, error.to_string()))?;
    match format {
        Format::Text => speak::out(&report::terminal(&report, language)),
        Format::Json => speak::out(&report::json(&report)),
    }
    for file in files {
        speak::remark(&format!("wrote {}", file.display()));
    }
    Ok(report.exit_code())
}

async fn run_with(
    described: Described,
    options: Options,
    progress: impl Progress,
) -> Result<report::Report, run::RunError> {
    run::run(described, options, progress).await
}

fn options(arguments: &Check) -> Options {
    let profile = match arguments.profile {
        ProfileName::Smoke => Profile::Smoke,
        ProfileName::Default => Profile::Default,
        ProfileName::Deep => Profile::Deep,
    };
    Options {
        check: arguments.check.clone(),
        skip: arguments.skip.clone(),
        jobs: arguments.jobs.map(usize::from),
        fail_on: match arguments.fail_on {
            FailOn::Must => Level::Must,
            FailOn::Should => Level::Should,
            FailOn::Hardening => Level::Hardening,
        },
        i_own_this: arguments.i_own_this,
        ..Options::new(profile, arguments.seed, run::today())
    }
}

/// The backend: from a file, from a URL, or the embedded one.
fn described(arguments: &Check) -> Result<(Described, Option<Embedded>), Failure> {
    let refused = |error: subject::SubjectError| Failure::new(2, error.to_string());
    let mut described = match (&arguments.config, &arguments.url) {
        (Some(file), _) => subject::load(file).map_err(refused)?,
        (None, Some(url)) => Described::from_url(url).map_err(refused)?,
        (None, None) if arguments.command.is_empty() => {
            let mut embedded = Embedded::bind().map_err(|message| Failure::new(3, message))?;
            return Ok((embedded.described(), Some(embedded)));
        }
        (None, None) => {
            return Err(Failure::new(
                2,
                "a command was given to start a backend, but not where the backend answers: \
                 name its linking URL, or a linking.toml with --config",
            ));
        }
    };
    if !arguments.command.is_empty() {
        described.start = Some(Start::Command(subject::StartCommand::given(
            arguments.command.clone(),
        )));
    }
    Ok((described, None))
}

/// Resolves at Ctrl-C; dropping the run then stops what it started.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a signal handler the run simply cannot be interrupted this way.
        std::future::pending::<()>().await;
    }
}
