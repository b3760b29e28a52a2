//! One judgement: a description of the backend, a run of `linklab check`, and what it must say of each check.

use std::{
    env, fs,
    net::TcpListener,
    process::{Command, Stdio},
};

use libtest_mimic::Failed;
use serde_json::Value;

use crate::instances::{ACCOUNTS, ADMIN_TOKEN};

/// A check that this backend cannot meet, and why that is right.
struct Unmet {
    check: &'static str,
    /// Whether it is met after all when the backend asks whose token it is.
    met_when_confirming: bool,
    reason: &'static str,
}

/// Everything that is not a pass and still good. A check that is missing here has to pass; one that
/// stands here and passes is reported too, because the reason is then wrong.
const UNMET: [Unmet; 3] = [
    Unmet {
        check: "RED-10",
        met_when_confirming: false,
        reason: "the origin of a return address is pinned by the allow-list, so no odd host is ever returned to",
    },
    Unmet {
        check: "TOK-01",
        met_when_confirming: true,
        reason: "without CONFIRM_PSID the platform is never asked whose token it is",
    },
    Unmet {
        check: "TOK-02",
        met_when_confirming: true,
        reason: "without CONFIRM_PSID the platform is never asked whose token it is",
    },
];

/// What is judged.
pub(crate) struct Setting {
    /// How many instances share the database. More than one are reached through the proxy.
    pub(crate) instances: u32,
    /// Without one, a file.
    pub(crate) database: Option<String>,
    /// Whether the platform is asked whose token it is before a code is issued.
    pub(crate) confirm_psid: bool,
}

impl Setting {
    fn name(&self) -> &'static str {
        match (self.instances, &self.database) {
            (1, None) if self.confirm_psid => "sqlite-confirming",
            (1, None) => "sqlite",
            (1, Some(_)) => "postgres",
            _ => "two-instances",
        }
    }

    /// The checks that cannot pass in this setting.
    fn unmet(&self) -> impl Iterator<Item = &'static Unmet> {
        let confirming = self.confirm_psid;
        UNMET
            .iter()
            .filter(move |unmet| !(confirming && unmet.met_when_confirming))
    }
}

/// Runs the suite; every check has to pass but those of [`UNMET`], and a failure names what did not.
pub(crate) fn judged(setting: &Setting) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let description = folder.path().join("linking.toml");
    let file = format!("sqlite:{}", folder.path().join("links.db").display());
    let database = setting.database.as_deref().unwrap_or(&file);
    fs::write(&description, described(setting, database)?)?;
    let profile = env::var("PROVE_PROFILE").unwrap_or_else(|_| "smoke".to_owned());
    let reports = env::var_os("PROVE_REPORTS")
        .map_or_else(|| folder.path().to_owned(), std::path::PathBuf::from)
        .join(setting.name());
    let output = Command::new(env!("CARGO_BIN_EXE_linklab"))
        .args(["check", "--profile", &profile, "--fail-on", "hardening"])
        .args(["--lang", "en", "--config"])
        .arg(&description)
        .arg("--report-dir")
        .arg(&reports)
        .stdin(Stdio::null())
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let report = fs::read_to_string(reports.join("report.json"))
        .map_err(|error| format!("{error}: {told}"))?;
    let report: Value = serde_json::from_str(&report)?;
    let open = open(setting, &profile, &report)?;
    if output.status.code() == Some(0) && open.is_empty() {
        return Ok(());
    }
    Err(format!(
        "verdict {} ({}), not passed:\n{}\n{told}",
        report["verdict"],
        output.status,
        open.join("\n")
    )
    .into())
}

/// The checks whose outcome is not the expected one, each as a line for people.
fn open(setting: &Setting, profile: &str, report: &Value) -> Result<Vec<String>, Failed> {
    let checks = report["checks"]
        .as_array()
        .ok_or("the report holds no checks")?;
    let mut open = Vec::new();
    for check in checks {
        let outcome = &check["outcome"];
        let unmet = setting.unmet().find(|unmet| check["id"] == unmet.check);
        let good = match unmet {
            Some(_) => outcome == "not-applicable",
            None => outcome == "pass" || left_out(profile, check),
        };
        if !good {
            let known = unmet.map_or("it has to pass", |unmet| unmet.reason);
            open.push(format!(
                "{} {outcome} ({known}): {} {}",
                check["id"], check["reason"]["en"], check["findings"]
            ));
        }
    }
    for unmet in UNMET {
        if !checks.iter().any(|check| check["id"] == unmet.check) {
            open.push(format!(
                "{} is not a check of the suite any more",
                unmet.check
            ));
        }
    }
    Ok(open)
}

/// Whether a profile below the deepest one did not come to this check, which is no verdict on the
/// backend. It never excuses a check that some setting cannot meet: that list is exact.
fn left_out(profile: &str, check: &Value) -> bool {
    profile != "deep"
        && check["outcome"] == "not-applicable"
        && check["examples"] == 0
        && UNMET.iter().all(|unmet| check["id"] != unmet.check)
}

fn described(setting: &Setting, database: &str) -> Result<String, Failed> {
    let instances = setting.instances;
    let confirm_psid = u8::from(setting.confirm_psid);
    // The address has to be known before the backend starts, so a free port is looked up and let go.
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let origin = format!("http://127.0.0.1:{port}");
    let program = env::current_exe()?;
    let program = program.display();
    let accounts = ACCOUNTS
        .map(|(username, password, name)| {
            format!(
                "[[accounts]]\nusername = \"{username}\"\npassword = \"{password}\"\nname = \"{name}\"\n"
            )
        })
        .join("\n");
    let returns = "https://facebook.com/messenger_platform/account_linking/ \
                   https://www.facebook.com/messenger_platform/account_linking/ \
                   https://messenger.com/messenger_platform/account_linking/ \
                   https://www.messenger.com/messenger_platform/account_linking/ \
                   {graph_url}/messenger_platform/account_linking/";
    Ok(format!(
        r#"[backend]
linking_url = "{origin}/authorize"
webhook_url = "{origin}/webhook"

[start]
command = ["{program}"]
ready = "{origin}/healthz"

[start.env]
PROOF_INSTANCES = "{instances}"
LISTEN = "127.0.0.1:{port}"
PUBLIC_URL = "{origin}"
DATABASE_URL = "{database}"
GRAPH_URL = "{{graph_url}}"
PAGE_ID = "{{page_id}}"
PAGE_ACCESS_TOKEN = "{{page_access_token}}"
APP_SECRET = "{{app_secret}}"
VERIFY_TOKEN = "{{verify_token}}"
ADMIN_TOKEN = "{ADMIN_TOKEN}"
CONFIRM_PSID = "{confirm_psid}"
REDIRECT_ALLOW = "{returns}"

{accounts}
[chat]
login = "login"
logout = "logout"
question = "whoami"

[observe]
probe = {{ url = "{origin}/admin/links/{{psid}}", headers = {{ authorization = "Bearer {ADMIN_TOKEN}" }}, linked = "/linked", account = "/account" }}

[actions]
unlink = {{ method = "POST", url = "{origin}/admin/unlink", headers = {{ authorization = "Bearer {ADMIN_TOKEN}" }}, json = {{ psid = "{{psid}}" }} }}
"#
    ))
}
