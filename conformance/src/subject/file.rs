//! linking.toml: the file that describes a backend, read whole and judged whole before anything is sent.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use toml::de::DeTable;

use super::reader::{Environment, Source, nearest};
use super::section::Section;
use super::{
    Account, ChatWords, Described, Exception, LoginHints, PlatformFacts, Probe, Start,
    StartCommand, Subject, SubjectError, UnlinkAction, rule,
};
use crate::catalogue::{self, UnknownCheck};
use crate::context::{Policy, PsidsPerAccount, Relink};
use crate::date::Date;

/// Longest description that is read, in bytes.
const LONGEST_FILE: u64 = 1024 * 1024;
/// Most entries of `[[accounts]]`, `[[expect]]` and `[[waive]]` each.
const MOST_ENTRIES: usize = 500;
/// What `[start]` may name in braces.
const BRACES: [&str; 6] = [
    "graph_url",
    "page_access_token",
    "app_secret",
    "verify_token",
    "page_id",
    "app_id",
];

/// Reads a linking.toml; `env:NAME` is looked up in the process environment.
pub fn load(path: &Path) -> Result<Described, SubjectError> {
    let file = path.display().to_string();
    let told = |message: String| SubjectError::one(&file, message);
    let size = std::fs::metadata(path)
        .map_err(|error| told(format!("cannot be read: {error}")))?
        .len();
    if size > LONGEST_FILE {
        return Err(told(format!(
            "has {size} bytes; a description has at most {LONGEST_FILE}"
        )));
    }
    let text =
        std::fs::read_to_string(path).map_err(|error| told(format!("cannot be read: {error}")))?;
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    parse(&file, &directory, &text, &|name| std::env::var(name).ok())
}

/// Reads the text of a linking.toml named `file` that lies in `directory`.
pub fn parse(
    file: &str,
    directory: &Path,
    text: &str,
    environment: Environment<'_>,
) -> Result<Described, SubjectError> {
    let source = Source::new(file, text, environment);
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        for error in errors {
            let at = error.span().unwrap_or(0..0);
            source.problem(&at, format!("this is not TOML: {}", error.message()));
        }
        return source.finish(None);
    }
    let described = described(&source, table.get_ref(), directory);
    source.finish(described)
}

fn described<'a>(
    source: &'a Source<'a>,
    table: &'a DeTable<'a>,
    directory: &Path,
) -> Option<Described> {
    let mut root = Section::new(source, table, 0..0, "");
    let backend = backend(&mut root);
    let start = root
        .section("start")
        .and_then(|section| start(section, directory));
    let (platform, graph) = root
        .section("platform")
        .map_or_else(Default::default, platform);
    let redirect_allow = root.section("redirect").map_or_else(Vec::new, redirect);
    let accounts = accounts(&mut root);
    let hints = root
        .section("login")
        .map_or_else(LoginHints::default, login);
    let chat = root.section("chat").map_or_else(ChatWords::default, chat);
    let probe = root.section("observe").and_then(observe);
    let unlink = root.section("actions").and_then(actions);
    let policy = root.section("policy").map_or_else(Policy::default, policy);
    let expectations = exceptions(&mut root, "expect");
    let waivers = exceptions(&mut root, "waive");
    for waiver in waivers
        .iter()
        .filter(|waiver| expectations.iter().any(|other| other.check == waiver.check))
    {
        root.problem_at(
            "waive",
            format!(
                "{} is both expected to fail and waived; keep one",
                waiver.check
            ),
        );
    }
    root.finish();
    let (linking_url, webhook_url) = backend?;
    Some(Described {
        // A backend that is neither started by the run nor told a fixed address cannot know where the platform is.
        subject: Subject {
            graph: graph.unwrap_or(true) && (platform.listen.is_some() || start.is_some()),
            linking_url,
            webhook_url,
            redirect_allow,
            accounts,
            hints,
            chat,
            probe,
            unlink,
            policy,
        },
        platform,
        start: start.map(Start::Command),
        expectations,
        waivers,
    })
}

fn backend(root: &mut Section<'_>) -> Option<(String, Option<String>)> {
    let Some(mut section) = root.section("backend") else {
        root.problem(
            "the file needs a [backend] section with linking_url, the url of the Log In button",
        );
        return None;
    };
    let linking_url = section.required("linking_url", &[rule::backend_url]);
    let webhook_url = section.string("webhook_url", &[rule::backend_url]);
    section.finish();
    Some((linking_url?, webhook_url))
}

fn start(mut section: Section<'_>, directory: &Path) -> Option<StartCommand> {
    let command = section.strings("command", &[braces]);
    match &command {
        None if section.has("command") => {}
        None => section.problem("[start] needs `command`, a list such as [\"node\", \"app.js\"]"),
        Some(words) if words.is_empty() => {
            section.problem_at("command", "start.command is empty; name the program");
        }
        Some(_) => {}
    }
    let ready = section.string("ready", &[rule::backend_url]);
    let env = section.pairs("env", |name, value| {
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err(format!("`{name}` cannot be the name of a variable"));
        }
        braces(value)
    });
    section.finish();
    Some(StartCommand {
        command: command.filter(|words| !words.is_empty())?,
        cwd: directory.to_path_buf(),
        env,
        ready,
    })
}

/// Braces that are nearly one of ours are a slip of the pen; other braces belong to the backend.
fn braces(text: &str) -> Result<(), String> {
    for piece in text.split('{').skip(1) {
        let Some((name, _)) = piece.split_once('}') else {
            continue;
        };
        if BRACES.contains(&name)
            || !name
                .bytes()
                .all(|b| b.is_ascii_alphabetic() || b == b'_' || b == b'-')
        {
            continue;
        }
        if let Some(near) = nearest(name, BRACES) {
            return Err(format!(
                "`{{{name}}}` is not filled in; did you mean `{{{near}}}`?"
            ));
        }
    }
    Ok(())
}

fn platform(mut section: Section<'_>) -> (PlatformFacts, Option<bool>) {
    let listen = section.parsed("listen", |text| {
        let address: SocketAddr = text
            .parse()
            .map_err(|_| format!("`{text}` is no address with a port, such as 127.0.0.1:9100"))?;
        if address.ip().is_loopback() {
            Ok(address)
        } else {
            Err(format!("`{text}` is not on this machine's loopback; the platform listens on 127.0.0.1 or [::1] only"))
        }
    });
    let facts = PlatformFacts {
        listen,
        app_id: section.string("app_id", &[rule::decimal]),
        app_secret: section.string("app_secret", &[rule::filled]),
        page_id: section.string("page_id", &[rule::decimal]),
        page_access_token: section.string("page_access_token", &[rule::filled]),
        verify_token: section.string("verify_token", &[rule::filled]),
    };
    let graph = section.flag("graph");
    section.finish();
    (facts, graph)
}

fn redirect(mut section: Section<'_>) -> Vec<String> {
    let allow = section
        .strings("allow", &[rule::redirect_prefix])
        .unwrap_or_default();
    section.finish();
    allow
}

fn accounts(root: &mut Section<'_>) -> Vec<Account> {
    let mut accounts: Vec<Account> = Vec::new();
    for mut section in root.sections("accounts", MOST_ENTRIES) {
        let username = section.required("username", &[rule::filled]);
        let password = section.required("password", &[rule::filled]);
        let name = section.string("name", &[rule::filled]);
        if let (Some(username), Some(password)) = (username, password) {
            let account = Account {
                name: name.unwrap_or_else(|| username.clone()),
                username,
                password,
            };
            if accounts
                .iter()
                .any(|other| other.username == account.username)
            {
                section.problem_at(
                    "username",
                    format!("the account `{}` is listed twice", account.username),
                );
            } else if accounts.iter().any(|other| other.name == account.name) {
                section.problem(format!(
                    "two accounts are called `{}`; the observation could not tell them apart",
                    account.name
                ));
            }
            accounts.push(account);
        }
        section.finish();
    }
    accounts
}

fn login(mut section: Section<'_>) -> LoginHints {
    if let Some(driver) = section.string("driver", &[])
        && driver != "auto"
    {
        let message = match driver.as_str() {
            "steps" | "browser" | "command" | "session" => {
                format!(
                    "the login driver \"{driver}\" is not available in this version; \"auto\" is"
                )
            }
            other => {
                format!("there is no login driver \"{other}\"; \"auto\" is the one of this version")
            }
        };
        section.problem_at("driver", message);
    }
    for key in ["steps", "command", "session"] {
        if section.has(key) {
            section.problem_at(
                key,
                format!("login.{key} belongs to a login driver that is not available in this version; \"auto\" is"),
            );
        }
    }
    let hints = LoginHints {
        username_field: section.string("username_field", &[rule::selector]),
        password_field: section.string("password_field", &[rule::selector]),
        submit: section.string("submit", &[rule::selector]),
        cancel: section.string("cancel", &[rule::selector]),
        signup: section.string("signup", &[rule::selector]),
        continue_: section.string("continue", &[rule::selector]),
    };
    section.finish();
    hints
}

fn chat(mut section: Section<'_>) -> ChatWords {
    let words = ChatWords {
        login: section.string("login", &[rule::filled]),
        logout: section.string("logout", &[rule::filled]),
        question: section.string("question", &[rule::filled]),
    };
    section.finish();
    words
}

fn observe(mut section: Section<'_>) -> Option<Probe> {
    if section.has("command") {
        section.problem_at(
            "command",
            "observe.command is not available in this version; observe.probe and [chat] question are",
        );
    }
    let probe = section.section("probe").and_then(|mut section| {
        let url = section.required("url", &[rule::psid_url]);
        let headers = section.pairs("headers", rule::header);
        let linked = section.required("linked", &[rule::pointer]);
        let account = section.string("account", &[rule::pointer]);
        section.finish();
        Some(Probe {
            url: url?,
            headers,
            linked: linked?,
            account,
        })
    });
    section.finish();
    probe
}

fn actions(mut section: Section<'_>) -> Option<UnlinkAction> {
    let unlink = section.section("unlink").and_then(|mut section| {
        let method = section.word(
            "method",
            &["POST", "GET", "PUT", "PATCH", "DELETE"].map(|method| (method, method)),
        );
        let url = section.required(
            "url",
            &[|text| rule::backend_url(&text.replace("{psid}", "1"))],
        );
        let headers = section.pairs("headers", rule::header);
        let json = section.json("json");
        let url = url?;
        if !url.contains("{psid}")
            && !json
                .as_ref()
                .is_some_and(|json| json.to_string().contains("{psid}"))
        {
            section
                .problem("[actions.unlink] does not say whom; write {psid} in the url or in json");
        }
        section.finish();
        Some(UnlinkAction {
            method: method.unwrap_or("POST").to_owned(),
            url,
            headers,
            json,
        })
    });
    section.finish();
    unlink
}

fn policy(mut section: Section<'_>) -> Policy {
    let usual = Policy::default();
    let policy = Policy {
        relink: section
            .word(
                "relink",
                &[
                    ("replace", Relink::Replace),
                    ("keep", Relink::Keep),
                    ("refuse", Relink::Refuse),
                ],
            )
            .unwrap_or(usual.relink),
        psids_per_account: section
            .word(
                "psids_per_account",
                &[
                    ("many", PsidsPerAccount::Many),
                    ("one", PsidsPerAccount::One),
                ],
            )
            .unwrap_or(usual.psids_per_account),
        ack_seconds: section
            .whole("ack_seconds", 1..=120)
            .unwrap_or(usual.ack_seconds),
    };
    section.finish();
    policy
}

fn exceptions(root: &mut Section<'_>, key: &'static str) -> Vec<Exception> {
    let mut exceptions: Vec<Exception> = Vec::new();
    for mut section in root.sections(key, MOST_ENTRIES) {
        let check = section.required("check", &[known_check]);
        let reason = section.required("reason", &[rule::filled]);
        if !section.has("until") {
            section.problem(format!(
                "[[{key}]] needs `until`, the last day on which it counts"
            ));
        }
        let until = section.parsed("until", |text| {
            text.parse::<Date>().map_err(|error| error.to_string())
        });
        section.finish();
        if let (Some(check), Some(reason), Some(until)) = (check, reason, until) {
            if exceptions.iter().any(|other| other.check == check) {
                root.problem_at(key, format!("[[{key}]] names {check} twice"));
            }
            exceptions.push(Exception {
                check,
                reason,
                until,
            });
        }
    }
    exceptions
}

fn known_check(id: &str) -> Result<(), String> {
    if catalogue::find(id).is_some() {
        return Ok(());
    }
    if id.contains('*') {
        return Err(format!(
            "`{id}` is a wildcard; name each check with a reason of its own"
        ));
    }
    Err(UnknownCheck::new(id).to_string())
}
