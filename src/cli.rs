//! The command line: what can be asked, with every default told.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Messenger account linking without Meta: a platform on localhost, a reference backend, and a suite that judges any
/// backend.
#[derive(Debug, Parser)]
#[command(name = "linklab", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What can be asked.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Judge a linking backend; without one named, the embedded reference backend over real sockets
    Check(Box<Check>),
    /// Run the platform for local development; with no backend named, the reference backend too
    Dev(Box<Dev>),
    /// Run the reference backend alone, configured by the environment
    Reference(Reference),
    /// List every check with its level and rule
    List(Told),
    /// Explain one check (rule, consequence, usual mistake), or the platform's own table of linking
    Explain {
        /// Id of the check, such as RED-05; or `linking`
        id: String,
        /// Draw the table of linking as a Mermaid state diagram
        #[arg(long)]
        mermaid: bool,
        #[command(flatten)]
        told: Told,
    },
}

/// In which language people are told things.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Told {
    /// Language of texts; ids and JSON are never translated [default: that of the locale, else en]
    #[arg(long, value_enum, env = "LINKLAB_LANG")]
    pub(crate) lang: Option<Lang>,
}

/// A language of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// English
    En,
    /// Chinese, simplified
    Zh,
}

/// How much is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileName {
    /// A handful of examples: at each save
    Smoke,
    /// 120 flows and every scenario: at each push
    Default,
    /// Many more random examples: nightly
    Deep,
}

/// From which level on a broken check fails the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// What the official page demands
    Must,
    /// Also what it recommends
    Should,
    /// Also what security literature asks for
    Hardening,
}

/// How the verdict is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// report.json on standard output
    Json,
}

/// `linklab check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// The backend's linking URL (the url of its Log In button)
    #[arg(conflicts_with = "config")]
    pub(crate) url: Option<String>,
    /// Description of the backend (linking.toml)
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// How much is run
    #[arg(long, value_enum, default_value_t = ProfileName::Default)]
    pub(crate) profile: ProfileName,
    /// Seed of everything generated; a fixed one by default, so that two runs are alike
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Only these checks (ids, separated by commas)
    #[arg(long = "check", value_name = "ID", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// All but these checks
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) skip: Vec<String>,
    /// Examples played at the same time [default: as many as there are accounts, at most 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) jobs: Option<u16>,
    /// From which level on a broken check fails the run
    #[arg(long, value_enum, default_value_t = FailOn::Must)]
    pub(crate) fail_on: FailOn,
    /// Where report.json and junit.xml are written
    #[arg(long, value_name = "DIR", default_value = "linklab-report")]
    pub(crate) report_dir: PathBuf,
    /// How the verdict is printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
    /// Allow a target that is not on this machine
    #[arg(long)]
    pub(crate) i_own_this: bool,
    #[command(flatten)]
    pub(crate) told: Told,
    /// Command that starts the backend (the same as [start] command in linking.toml)
    #[arg(last = true, value_name = "COMMAND")]
    pub(crate) command: Vec<String>,
}

/// `linklab reference`.
#[derive(Debug, Args)]
pub(crate) struct Reference {
    /// Address to listen on [default: what LISTEN says, else 127.0.0.1:8000]
    #[arg(long)]
    pub(crate) listen: Option<SocketAddr>,
    /// Print the configuration with its secrets hidden, and stop
    #[arg(long)]
    pub(crate) print_config: bool,
}

/// How the environment block is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum BlockFormat {
    /// Lines for a shell or a .env file
    Env,
    /// One JSON object
    Json,
}

/// `linklab dev`.
#[derive(Debug, Args)]
pub(crate) struct Dev {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, env = "LINKLAB_LISTEN", default_value = "127.0.0.1:9100")]
    pub(crate) listen: SocketAddr,
    /// Where the backend receives events, plain http; without it the reference backend is started too
    #[arg(long, value_name = "URL", env = "WEBHOOK_URL")]
    pub(crate) webhook_url: Option<String>,
    /// The backend's linking URL (the url of its Log In button)
    #[arg(
        long,
        value_name = "URL",
        env = "LINKING_URL",
        requires = "webhook_url"
    )]
    pub(crate) linking_url: Option<String>,
    /// Id of the app [default: a fixed one]
    #[arg(long, value_name = "ID", env = "APP_ID")]
    pub(crate) app_id: Option<String>,
    /// Key of the webhook signatures [default: a fixed one]
    #[arg(
        long,
        value_name = "SECRET",
        env = "APP_SECRET",
        hide_env_values = true
    )]
    pub(crate) app_secret: Option<String>,
    /// Id of the page [default: a fixed one]
    #[arg(long, value_name = "ID", env = "PAGE_ID")]
    pub(crate) page_id: Option<String>,
    /// Token of the backend's Graph calls; never a real one [default: a fixed one]
    #[arg(
        long,
        value_name = "TOKEN",
        env = "PAGE_ACCESS_TOKEN",
        hide_env_values = true
    )]
    pub(crate) page_access_token: Option<String>,
    /// Token of the webhook's verification [default: a fixed one]
    #[arg(
        long,
        value_name = "TOKEN",
        env = "VERIFY_TOKEN",
        hide_env_values = true
    )]
    pub(crate) verify_token: Option<String>,
    /// Seed of every generated id and token
    #[arg(long, default_value_t = 0)]
    pub(crate) seed: u64,
    /// How the environment block is printed
    #[arg(long, value_enum, default_value_t = BlockFormat::Env)]
    pub(crate) format: BlockFormat,
    /// Serve the control plane, which tells the secrets, also when --listen is not on loopback
    #[arg(long)]
    pub(crate) control_beyond_loopback: bool,
}
