//! The backend's life during a run: started as its owner says, awaited, and stopped with everything it started.

use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};

use super::tail::Tail;
use super::{RunError, reach};
use crate::subject::{Platform, Start, StartCommand, Subject};
use crate::text::Text;

/// Time allowed until a started backend answers.
const READY_WITHIN: Duration = Duration::from_secs(15);
/// Time between two looks at a backend that is coming up: a foreign HTTP endpoint tells nobody.
const LOOK_EVERY: Duration = Duration::from_millis(30);
/// Time that a backend gets to end itself.
const GRACE: Duration = Duration::from_secs(2);

/// A backend that this run started, if it did. Dropping it kills the whole process group.
#[derive(Debug)]
pub(super) struct Backend {
    process: Option<Process>,
}

#[derive(Debug)]
struct Process {
    child: Child,
    group: Option<Pid>,
    out: Tail,
    err: Tail,
}

impl Backend {
    /// Starts the backend as described and returns once it answers; a backend that runs already is left alone.
    pub(super) async fn start(
        start: Option<Start>,
        subject: &Subject,
        platform: &Platform,
    ) -> Result<Self, RunError> {
        let process = match start {
            None => None,
            Some(Start::InProcess(backend)) => {
                backend.launch(platform.clone()).await.map_err(|error| {
                    RunError::Environment(Text::new(
                        format!("the embedded backend did not start: {error}"),
                        format!("内置后端未能启动:{error}"),
                    ))
                })?;
                None
            }
            Some(Start::Command(start)) => Some(Process::start(&start, subject, platform).await?),
        };
        Ok(Self { process })
    }

    /// Asks the process group to end, and ends it where it does not.
    pub(super) async fn stop(mut self) {
        if let Some(mut process) = self.process.take() {
            process.signal(Signal::TERM);
            if tokio::time::timeout(GRACE, process.child.wait())
                .await
                .is_err()
            {
                tracing::warn!("the backend did not end within {GRACE:?} and is killed");
            }
            process.signal(Signal::KILL);
        }
    }

    /// What to tell when the backend went away during the run; `None` while it lives or was not ours.
    pub(super) fn ended(&mut self) -> Option<String> {
        let process = self.process.as_mut()?;
        let status = process.child.try_wait().ok().flatten()?;
        Some(format!(
            "the backend ended with {status}{}",
            process.last_words()
        ))
    }
}

impl Process {
    async fn start(
        start: &StartCommand,
        subject: &Subject,
        platform: &Platform,
    ) -> Result<Self, RunError> {
        if reach::knock(&subject.linking_url).await.is_ok() {
            return Err(environment(
                format!(
                    "something answers at {} already, before `{}` was started; stop it, or leave [start] away to judge it",
                    subject.linking_url,
                    start.command.join(" ")
                ),
                format!(
                    "在启动 `{}` 之前,{} 已有应答;请先停掉它,或去掉 [start]",
                    start.command.join(" "),
                    subject.linking_url
                ),
            ));
        }
        let mut process = Self::spawn(start, platform)?;
        let ready = start.ready.as_deref().unwrap_or(&subject.linking_url);
        tokio::select! {
            answered = answers(ready, start.ready.is_some()) => {
                if answered {
                    return Ok(process);
                }
            }
            status = process.child.wait() => return Err(process.gone(start, &status)),
        }
        Err(environment(
            format!(
                "`{}` was started, but nothing answered at {ready} within {} s{}",
                start.command.join(" "),
                READY_WITHIN.as_secs(),
                process.last_words()
            ),
            format!(
                "已启动 `{}`,但 {ready} 在 {} 秒内没有应答{}",
                start.command.join(" "),
                READY_WITHIN.as_secs(),
                process.last_words()
            ),
        ))
    }

    fn spawn(start: &StartCommand, platform: &Platform) -> Result<Self, RunError> {
        let mut words = start.command.iter().map(|word| platform.fill(word));
        let program = words.next().unwrap_or_default();
        let mut child = Command::new(&program)
            .args(words)
            .current_dir(&start.cwd)
            .envs(
                start
                    .env
                    .iter()
                    .map(|(name, value)| (name, platform.fill(value))),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| {
                environment(
                    format!(
                        "cannot start `{program}` in {}: {error}; see [start] command",
                        start.cwd.display()
                    ),
                    format!(
                        "无法在 {} 启动 `{program}`:{error};请检查 [start] command",
                        start.cwd.display()
                    ),
                )
            })?;
        let (out, err) = (Tail::default(), Tail::default());
        if let Some(stream) = child.stdout.take() {
            drop(out.follow(stream));
        }
        if let Some(stream) = child.stderr.take() {
            drop(err.follow(stream));
        }
        let group = child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        Ok(Self {
            child,
            group,
            out,
            err,
        })
    }

    fn gone(&self, start: &StartCommand, status: &std::io::Result<ExitStatus>) -> RunError {
        let how = status
            .as_ref()
            .map_or_else(ToString::to_string, ToString::to_string);
        let words = start.command.join(" ");
        environment(
            format!(
                "`{words}` ended with {how} before it answered{}",
                self.last_words()
            ),
            format!("`{words}` 在应答之前就结束了({how}){}", self.last_words()),
        )
    }

    fn last_words(&self) -> String {
        let printed = [self.err.lines(), self.out.lines()]
            .into_iter()
            .find(|lines| !lines.is_empty());
        printed.map_or_else(
            || "; it printed nothing".to_owned(),
            |lines| format!("; it printed last:\n{lines}"),
        )
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = self.group
            && let Err(error) = kill_process_group(group, signal)
        {
            // The usual reason is that the whole group has ended.
            tracing::debug!(%error, "process group of the backend");
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
    }
}

/// Waits until a URL answers anything (or its port accepts a connection); whether it did in time.
async fn answers(url: &str, over_http: bool) -> bool {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(2))
        .build()
        .expect("a client without TLS and proxy has nothing that could fail to be built");
    let deadline = Instant::now() + READY_WITHIN;
    while Instant::now() < deadline {
        let answered = if over_http {
            client.get(url).send().await.is_ok()
        } else {
            reach::knock(url).await.is_ok()
        };
        if answered {
            return true;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    false
}

fn environment(en: String, zh: String) -> RunError {
    RunError::Environment(Text::new(en, zh))
}

#[cfg(test)]
mod tests;
