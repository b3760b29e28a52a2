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
    /// Run the reference backend alone, configured by the environment
    Reference(Reference),
    /// List every check with its level and rule
    List(Told),
    /// Explain one check: its rule, why it matters, its usual mistake
    Explain {
        /// Id of the check, such as RED-05
        id: String,
        #[command(flatten)]
        told: Told,
    },
}

/// In which language people are told things.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Told {
    /// Language of texts; ids and JSON are never translated [default: what LC_ALL, LC_MESSAGES or LANG say, else en]
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
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) check: Vec<String>,
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
