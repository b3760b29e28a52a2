//! Reading the settings from environment variables, with every problem reported at once.

use std::{fmt, net::SocketAddr, str::FromStr, time::Duration};

use url::Url;

use super::settings::{Config, Page};
use crate::{linking::AllowList, secret::Secret};

const LISTEN: &str = "127.0.0.1:8000";
const DATABASE_URL: &str = "sqlite:linklab-reference.db";

/// One variable that is missing or wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {problem}")]
pub struct ConfigProblem {
    variable: &'static str,
    problem: String,
}

/// Every variable that is missing or wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblems(Vec<ConfigProblem>);

impl ConfigProblems {
    /// The problems in the order of the documentation.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigProblem> {
        self.0.iter()
    }
}

impl std::error::Error for ConfigProblems {}

impl fmt::Display for ConfigProblems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "the configuration has {} problem(s):",
            self.0.len()
        )?;
        self.0
            .iter()
            .try_for_each(|problem| write!(formatter, "\n  {problem}"))
    }
}

impl Config {
    /// Reads the configuration from the environment.
    ///
    /// Required: `PAGE_ID`, `APP_SECRET`, `VERIFY_TOKEN`, `PAGE_ACCESS_TOKEN`, `GRAPH_URL`. Optional:
    /// `DATABASE_URL`, `PUBLIC_URL`, `LISTEN`, `REDIRECT_ALLOW` (prefixes with spaces between them, in
    /// place of Messenger's own), `ADMIN_TOKEN`, `PAGE_LANGUAGE` (`en` or `zh`), `ACCEPT_SHA1` and
    /// `CONFIRM_PSID` (`1` or `0`), `CODE_LIFE_SECONDS`. An empty variable counts as not set.
    pub fn from_env(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigProblems> {
        let mut reader = Reader {
            lookup,
            problems: Vec::new(),
        };
        let page = Page {
            id: reader.required("PAGE_ID"),
            app_secret: Secret::new(reader.required("APP_SECRET")),
            verify_token: Secret::new(reader.required("VERIFY_TOKEN")),
            access_token: Secret::new(reader.required("PAGE_ACCESS_TOKEN")),
        };
        let mut config = Self::new(page, reader.required("GRAPH_URL"));
        reader.check("GRAPH_URL", graph_url);
        DATABASE_URL.clone_into(&mut config.database_url);
        config.listen = LISTEN.parse().expect("the default address is well-formed");
        if let Some(url) = reader.parsed("DATABASE_URL", database_url) {
            config.database_url = url;
        }
        config.public_url = reader.parsed("PUBLIC_URL", public_url);
        if let Some(listen) = reader.parsed("LISTEN", listen) {
            config.listen = listen;
        }
        if config.listen.ip().is_unspecified() && reader.optional("PUBLIC_URL").is_none() {
            let problem = "is required when LISTEN is every address of this machine, because the Log In button needs one";
            reader.complain("PUBLIC_URL", problem.to_owned());
        }
        if let Some(allowed) = reader.allowed("REDIRECT_ALLOW") {
            config.redirect_allow = allowed;
        }
        config.admin_token = reader.parsed("ADMIN_TOKEN", admin_token);
        if let Some(language) = reader.parsed("PAGE_LANGUAGE", parse) {
            config.language = language;
        }
        config.accept_sha1 = reader.parsed("ACCEPT_SHA1", switch).unwrap_or_default();
        config.confirm_psid = reader.parsed("CONFIRM_PSID", switch).unwrap_or_default();
        if let Some(life) = reader.parsed("CODE_LIFE_SECONDS", code_life) {
            config.code_life = life;
        }
        match reader.problems {
            problems if problems.is_empty() => Ok(config),
            problems => Err(ConfigProblems(problems)),
        }
    }
}

struct Reader<L> {
    lookup: L,
    problems: Vec<ConfigProblem>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    fn optional(&self, variable: &'static str) -> Option<String> {
        (self.lookup)(variable).filter(|value| !value.trim().is_empty())
    }

    fn required(&mut self, variable: &'static str) -> String {
        self.optional(variable).unwrap_or_else(|| {
            self.complain(variable, "is required and not set".to_owned());
            String::new()
        })
    }

    fn parsed<T>(
        &mut self,
        variable: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        match parse(&self.optional(variable)?) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.complain(variable, problem);
                None
            }
        }
    }

    fn check(&mut self, variable: &'static str, check: impl Fn(&str) -> Result<(), String>) {
        self.parsed(variable, check);
    }

    fn allowed(&mut self, variable: &'static str) -> Option<AllowList> {
        match AllowList::new(self.optional(variable)?.split_whitespace()) {
            Ok(allowed) => Some(allowed),
            Err(bad) => {
                for entry in bad {
                    self.complain(variable, entry.to_string());
                }
                None
            }
        }
    }

    fn complain(&mut self, variable: &'static str, problem: String) {
        self.problems.push(ConfigProblem { variable, problem });
    }
}

fn graph_url(text: &str) -> Result<(), String> {
    match Url::parse(text) {
        Ok(url) if url.scheme() == "http" && url.query().is_none() => Ok(()),
        Ok(url) if url.scheme() == "https" => Err(
            "this build speaks plain http only; let a proxy on this machine speak https to Graph and give its http address"
                .to_owned(),
        ),
        _ => Err(format!("`{text}` is not an address like http://127.0.0.1:9100")),
    }
}

fn database_url(text: &str) -> Result<String, String> {
    match text.split_once(':') {
        Some(("sqlite", rest)) if !rest.is_empty() => Ok(text.to_owned()),
        Some(("postgres" | "postgresql", _)) => {
            Err("this version stores in SQLite only; write sqlite:path/to/file.db".to_owned())
        }
        _ => Err("write sqlite::memory: or sqlite:path/to/file.db".to_owned()),
    }
}

fn public_url(text: &str) -> Result<String, String> {
    let usable = Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
    });
    if usable {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err(format!(
            "`{text}` is not scheme, host and port alone, like https://login.example.com"
        ))
    }
}

fn listen(text: &str) -> Result<SocketAddr, String> {
    text.parse()
        .map_err(|_| format!("`{text}` is not an address with a port, like {LISTEN}"))
}

fn admin_token(text: &str) -> Result<Secret, String> {
    match text.len() {
        16.. => Ok(Secret::new(text)),
        _ => Err("is shorter than 16 characters, which can be guessed".to_owned()),
    }
}

fn parse<T: FromStr<Err: fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn switch(text: &str) -> Result<bool, String> {
    match text {
        "1" | "true" | "yes" => Ok(true),
        "0" | "false" | "no" => Ok(false),
        _ => Err(format!("`{text}` is neither 1 nor 0")),
    }
}

fn code_life(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(seconds @ 60..=3600) => Ok(Duration::from_secs(seconds)),
        _ => Err(format!(
            "`{text}` is not a number of seconds from 60 to 3600"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(pairs: &[(&str, &str)]) -> Result<Config, ConfigProblems> {
        let pairs: Vec<(String, String)> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Config::from_env(|name| {
            pairs
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, value)| value.clone())
        })
    }

    const REQUIRED: [(&str, &str); 5] = [
        ("PAGE_ID", "1691462197845448"),
        ("APP_SECRET", "s-e-c-r-e-t-1"),
        ("VERIFY_TOKEN", "s-e-c-r-e-t-2"),
        ("PAGE_ACCESS_TOKEN", "s-e-c-r-e-t-3"),
        ("GRAPH_URL", "http://127.0.0.1:9100"),
    ];

    #[test]
    fn the_required_variables_are_enough_and_printing_shows_no_secret() {
        let mut pairs = REQUIRED.to_vec();
        pairs.push(("ADMIN_TOKEN", "s-e-c-r-e-t-4 long enough"));
        let printed = config(&pairs).unwrap().to_string();
        assert!(!printed.contains("s-e-c-r-e-t"), "{printed}");
        insta::assert_snapshot!(printed);
    }

    #[test]
    fn every_problem_is_reported_at_once() {
        let problems = config(&[
            ("APP_SECRET", " "),
            ("GRAPH_URL", "https://graph.facebook.com"),
            ("DATABASE_URL", "postgres://db/x"),
            ("PUBLIC_URL", "https://example.com/path"),
            ("LISTEN", "localhost"),
            ("REDIRECT_ALLOW", "* https://fine.test/ nonsense"),
            ("ADMIN_TOKEN", "short"),
            ("PAGE_LANGUAGE", "de"),
            ("ACCEPT_SHA1", "maybe"),
            ("CODE_LIFE_SECONDS", "5"),
        ]);
        insta::assert_snapshot!(problems.unwrap_err());
    }

    #[test]
    fn a_button_needs_an_address() {
        let mut pairs = REQUIRED.to_vec();
        pairs.push(("LISTEN", "0.0.0.0:8000"));
        assert!(
            config(&pairs)
                .unwrap_err()
                .to_string()
                .contains("PUBLIC_URL: is required")
        );
        pairs.push(("PUBLIC_URL", "https://login.example.com"));
        assert!(config(&pairs).is_ok());
    }

    #[test]
    fn https_pages_get_secure_cookies() {
        let mut pairs = REQUIRED.to_vec();
        assert!(!config(&pairs).unwrap().is_https());
        pairs.push(("PUBLIC_URL", "https://login.example.com/"));
        let config = config(&pairs).unwrap();
        assert_eq!(
            config.public_url.as_deref(),
            Some("https://login.example.com")
        );
        assert!(config.is_https());
    }
}
