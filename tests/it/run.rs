//! Running the built binary in a directory of its own, with a bound on how long it may take.

use std::io::Read;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Nothing that these tests run takes nearly as long; what reaches it hangs.
const BOUND: Duration = Duration::from_mins(2);

/// How a run of the binary ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Where it ran, and where its report lies unless told otherwise.
    pub(crate) directory: TempDir,
}

/// Runs `linklab` with these arguments, in English.
#[track_caller]
pub(crate) fn linklab(arguments: &[&str]) -> Ended {
    let directory = tempfile::tempdir().expect("a temporary directory");
    linklab_in(directory, arguments)
}

/// The same, in a directory that was prepared.
#[track_caller]
pub(crate) fn linklab_in(directory: TempDir, arguments: &[&str]) -> Ended {
    let mut child = Command::new(env!("CARGO_BIN_EXE_linklab"))
        .args(arguments)
        .current_dir(directory.path())
        .env("LINKLAB_LANG", "en")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let stdout = collect(child.stdout.take().expect("stdout is piped"));
    let stderr = collect(child.stderr.take().expect("stderr is piped"));
    let deadline = Instant::now() + BOUND;
    let status = loop {
        match child.try_wait().expect("the process can be waited for") {
            Some(status) => break status,
            None if Instant::now() < deadline => thread::park_timeout(Duration::from_millis(5)),
            None => {
                child.kill().ok();
                panic!("`linklab {}` hangs", arguments.join(" "));
            }
        }
    };
    Ended {
        code: status.code(),
        stdout: stdout.join().expect("stdout is read"),
        stderr: stderr.join().expect("stderr is read"),
        directory,
    }
}

fn collect(mut pipe: impl Read + Send + 'static) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).ok();
        String::from_utf8_lossy(&bytes).into_owned()
    })
}
