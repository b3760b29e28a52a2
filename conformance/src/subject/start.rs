//! How a backend is brought up for a run: by a command of its owner, or inside this process.

use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

use super::Platform;

/// Who starts the backend.
#[derive(Debug)]
pub enum Start {
    /// A process of its own.
    Command(StartCommand),
    /// A server inside this process (the embedded reference backend, a specimen in a test).
    InProcess(InProcess),
}

/// The `[start]` section. `{graph_url}` and its kin are filled in, in the command and in the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartCommand {
    /// Program and arguments; never empty.
    pub command: Vec<String>,
    /// Where it runs: the directory of linking.toml.
    pub cwd: PathBuf,
    /// Variables beside the inherited ones.
    pub env: Vec<(String, String)>,
    /// Polled until it answers anything; without it the linking URL's port is.
    pub ready: Option<String>,
}

impl StartCommand {
    /// A command as given behind `--`: it runs here, in the environment it inherits. What the run knows
    /// (`{graph_url}` and its kin) can be written into the command.
    pub fn given(command: Vec<String>) -> Self {
        Self {
            command,
            cwd: PathBuf::from("."),
            env: Vec::new(),
            ready: None,
        }
    }
}

type Launching = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// A backend inside this process: its address is known beforehand (a bound listener), the platform's is told late.
pub struct InProcess {
    launch: Box<dyn FnOnce(Platform) -> Launching + Send>,
}

impl InProcess {
    /// `launch` gets the running platform's facts and returns once the backend accepts connections.
    /// Who hands it in also stops the backend, after the run.
    pub fn new<F, Fut>(launch: F) -> Self
    where
        F: FnOnce(Platform) -> Fut + Send + 'static,
        Fut: Future<Output = Result<(), String>> + Send + 'static,
    {
        Self {
            launch: Box::new(move |platform| Box::pin(launch(platform))),
        }
    }

    /// Brings it up; the error is a sentence.
    pub(crate) async fn launch(self, platform: Platform) -> Result<(), String> {
        (self.launch)(platform).await
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}
