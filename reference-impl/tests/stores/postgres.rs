//! A `PostgreSQL` server for one run of tests: its own data in a temporary directory, a Unix socket
//! instead of a port, and no care for power cuts.
//!
//! Uses the system's packages (Debian: `postgresql`). The server refuses to run as root, so under root it
//! runs as the user `postgres` that the package creates.

use std::{
    fs, io,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// How long starting may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// The pause between two looks whether it is up.
const LOOK: Duration = Duration::from_millis(20);

/// A running server; dropping it stops it and takes its data away.
pub(crate) struct Postgres {
    server: Child,
    home: PathBuf,
}

impl Postgres {
    /// Starts a server; the error says in a few words why there is none.
    pub(crate) fn start() -> Result<Self, String> {
        let programs = programs().ok_or("no postgres")?;
        let owner = owner()?;
        let home = std::env::temp_dir().join(format!("linklab-postgres-{}", std::process::id()));
        let told = |error: io::Error| format!("no postgres in {}: {error}", home.display());
        fs::create_dir(&home).map_err(told)?;
        fs::set_permissions(&home, fs::Permissions::from_mode(0o700)).map_err(told)?;
        if let Some((user, group)) = owner {
            chown(&home, Some(user), Some(group)).map_err(told)?;
        }
        let command = |name: &str| {
            let mut command = Command::new(programs.join(name));
            command
                .current_dir(&home)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            if let Some((user, group)) = owner {
                command.uid(user).gid(group);
            }
            command
        };
        let data = home.join("data");
        let made = command("initdb")
            .args(["--auth=trust", "--username=postgres", "--encoding=UTF8"])
            .args(["--locale=C", "--no-sync", "--pgdata"])
            .arg(&data)
            .status()
            .map_err(told)?;
        if !made.success() {
            fs::remove_dir_all(&home).ok();
            return Err(format!("initdb failed ({made})"));
        }
        let server = command("postgres")
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&home)
            .args(["-c", "listen_addresses=", "-c", "max_connections=400"])
            .args(["-c", "fsync=off", "-c", "full_page_writes=off"])
            .args(["-c", "synchronous_commit=off"])
            .spawn()
            .map_err(told)?;
        let started = Self {
            server,
            home: home.clone(),
        };
        let deadline = Instant::now() + PATIENCE;
        loop {
            let ready = command("pg_isready").arg("-h").arg(&started.home).status();
            if ready.is_ok_and(|status| status.success()) {
                return Ok(started);
            }
            if deadline < Instant::now() {
                return Err("postgres did not start in time".to_owned());
            }
            thread::park_timeout(LOOK);
        }
    }

    /// The address of its first database.
    pub(crate) fn url(&self) -> String {
        let socket = self.home.display();
        format!("postgres://postgres@localhost/postgres?host={socket}")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Its own processes notice that it is gone and end too; nothing in the data is wanted again.
        self.server.kill().ok();
        self.server.wait().ok();
        let deadline = Instant::now() + PATIENCE;
        while fs::remove_dir_all(&self.home).is_err()
            && self.home.exists()
            && Instant::now() < deadline
        {
            thread::park_timeout(LOOK);
        }
    }
}

/// The directory with the server's programs: Debian keeps them out of `PATH`.
pub(crate) fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    versions.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    versions
        .into_iter()
        .rev()
        .chain(std::env::split_paths(&path))
        .find(|place| complete(place))
}

fn complete(place: &Path) -> bool {
    let needed = ["initdb", "postgres", "pg_isready"];
    needed.iter().all(|name| place.join(name).is_file())
}

/// User and group to run as when this process is root's.
fn owner() -> Result<Option<(u32, u32)>, String> {
    let id = |arguments: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(arguments).output().ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse().ok()
    };
    if id(&["-u"]) != Some(0) {
        return Ok(None);
    }
    match (id(&["-u", "postgres"]), id(&["-g", "postgres"])) {
        (Some(user), Some(group)) => Ok(Some((user, group))),
        _ => Err("no user postgres for the server to run as".to_owned()),
    }
}
