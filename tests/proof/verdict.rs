//! One judgement: a description of the backend, a run of `linklab check`, and what it must say.

use std::{
    env, fs,
    net::TcpListener,
    process::{Command, Stdio},
};

use libtest_mimic::Failed;
use serde_json::Value;

use crate::instances::{ACCOUNTS, ADMIN_TOKEN};

/// What is judged.
pub(crate) struct Setting {
    /// How many instances share the database. More than one are reached through the proxy.
    pub(crate) instances: u32,
    /// Without one, a file.
    pub(crate) database: Option<String>,
}

impl Setting {
    fn name(&self) -> &'static str {
        match (self.instances, &self.database) {
            (1, None) => "sqlite",
            (1, Some(_)) => "postgres",
            _ => "two-instances",
        }
    }
}

/// Runs the suite; anything but a full pass is a failure that names what did not pass.
pub(crate) fn judged(setting: &Setting) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let description = folder.path().join("linking.toml");
    let file = format!("sqlite:{}", folder.path().join("links.db").display());
    let database = setting.database.as_deref().unwrap_or(&file);
    fs::write(&description, described(setting.instances, database)?)?;
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
    let open: Vec<String> = report["checks"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|check| check["outcome"] != "pass")
        .filter(|check| {
            // A smaller profile leaves checks out; that is no verdict on the backend.
            check["outcome"] == "not-testable" || check["examples"].as_u64() != Some(0)
        })
        .map(|check| {
            format!(
                "{} {}: {} {}",
                check["id"], check["outcome"], check["reason"]["en"], check["findings"]
            )
        })
        .collect();
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

fn described(instances: u32, database: &str) -> Result<String, Failed> {
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
