//! The knobs: one table of everything that nobody documents, with a default for each.
//!
//! A row of [`knobs!`] is a field of [`Knobs`], a line of the fidelity page and a name that the command line and
//! the control plane understand. A setting of [`Config`] that stands for something undocumented has a row too.

use std::fmt;
use std::str::FromStr;

use crate::Config;
use crate::webhook::{Patience, Retries};

/// Who says what a default says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Provenance {
    /// An official page.
    Documented,
    /// Seen in public logs or captures of the real platform.
    Observed,
    /// Follows from something documented or observed.
    Inferred,
    /// Nobody says it; the default is a choice.
    Unknown,
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Documented => "documented",
            Self::Observed => "observed",
            Self::Inferred => "inferred",
            Self::Unknown => "unknown",
        })
    }
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knob {
    /// The name under which it is read and set.
    pub name: &'static str,
    /// The default as text.
    pub default: String,
    /// Who stands behind the default.
    pub provenance: Provenance,
    /// Rows of the protocol notes that it comes from.
    pub rows: &'static [&'static str],
    /// What it changes.
    pub changes: String,
}

/// A knob cannot be turned as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KnobError {
    /// There is no such knob.
    #[error("there is no knob \"{name}\"; the knobs are {}", names().join(", "))]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The value does not fit.
    #[error("the knob {name} cannot be \"{value}\": {why}")]
    Value {
        /// Which knob.
        name: &'static str,
        /// What was given.
        value: String,
        /// What would fit.
        why: String,
    },
}

macro_rules! knobs {
    ($($(#[doc = $doc:literal])+ $name:ident: $kind:ty = $default:expr, $provenance:ident, [$($row:literal),+];)+) => {
        /// The value of every knob. `Knobs::default()` is what the fidelity page lists.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Knobs {
            $($(#[doc = $doc])+ pub $name: $kind,)+
        }

        impl Default for Knobs {
            fn default() -> Self {
                Self { $($name: $default,)+ }
            }
        }

        impl Knobs {
            /// Turns the knob `name` to the value that `value` spells.
            pub fn set(&mut self, name: &str, value: &str) -> Result<(), KnobError> {
                match name {
                    $(stringify!($name) => {
                        self.$name = read(stringify!($name), value)?;
                        Ok(())
                    })+
                    _ => Err(KnobError::Unknown { name: name.to_owned() }),
                }
            }

            /// Name and value of every knob, in the order of the table.
            pub fn values(&self) -> Vec<(&'static str, String)> {
                vec![$((stringify!($name), self.$name.to_string()),)+]
            }
        }

        /// The rows that are fields of [`Knobs`].
        fn own_rows() -> Vec<Knob> {
            let default = Knobs::default();
            vec![$(Knob {
                name: stringify!($name),
                default: default.$name.to_string(),
                provenance: Provenance::$provenance,
                rows: &[$($row),+],
                changes: [$($doc.trim()),+].join(" "),
            },)+]
        }
    };
}

knobs! {
    /// Whether a finished login uses its token up: a later return with it shows the failure page and sends nothing.
    token_burned: bool = true, Unknown, ["1.4.7"];
    /// Whether a new tap makes the older tokens of the same user worthless.
    newest_token_only: bool = false, Unknown, ["1.4.8"];
    /// What a Log In button does in a web client: `bare` opens its address without any parameter, `refuse` opens nothing.
    web_client: WebClient = WebClient::Bare, Observed, ["1.1.2", "1.1.3"];
    /// Whether linking needs `account_linking_url` in the page's profile.
    profile_url_needed: bool = false, Unknown, ["1.1.8"];
    /// Whether the way back is open only to a browser with the cookie of the user who tapped, so that a redirect followed by a server is refused.
    redirect_needs_cookie: bool = false, Unknown, ["1.5.14"];
    /// Whether Log Out sends an event although the user is not linked.
    log_out_event_when_unlinked: bool = true, Unknown, ["1.8.2"];
    /// How failed deliveries are repeated: `production`, `fast` or `off`. Official are "a few immediate retries" and an end after about 36 hours; the waits between are chosen.
    retries: Retries = Retries::Production, Documented, ["3.3.4", "3.3.6"];
    /// Whether a linked event is repeated although its linking was aborted with the first attempt; the linking stays aborted.
    retry_linked: bool = true, Unknown, ["1.5.6", "3.3.9"];
    /// Which edition's patience holds: `current` has the configured time-out and disables webhooks after 1 h, `legacy` has 20 s and 8 h.
    webhook_patience: Patience = Patience::Current, Documented, ["3.3.3", "3.3.5"];
    /// Whether the events of one user go out one after another; off, they overlap.
    user_order: bool = true, Documented, ["3.3.7", "3.3.8"];
    /// Whether the unlink call is refused for a user who is not linked, instead of succeeding again.
    unlink_needs_link: bool = false, Unknown, ["2.2.3"];
    /// Whether a call with the page's token needs an `appsecret_proof`, as an app can demand.
    appsecret_proof_needed: bool = false, Documented, ["4.3"];
    /// Whether messages beyond 24 hours after the user's last word are refused, unless a tag or a consent extends the window.
    window_enforced: bool = true, Documented, ["4.1.12"];
    /// Whether reading `recipient` without a linking token answers the page's id alone instead of an error.
    linking_token_optional: bool = false, Unknown, ["2.1.10"];
    /// The HTTP status of the two linking errors, 10301 and 10303.
    linking_error_status: u16 = 400, Inferred, ["2.1.8"];
    /// Whether the app is the primary receiver of its page; otherwise the page's inbox is, and controls every conversation first.
    primary_receiver: bool = true, Unknown, ["4.3"];
    /// Whether more than ten calls of the page's profile in ten minutes are refused with error 613.
    profile_rate_enforced: bool = false, Documented, ["4.1"];
    /// Whether a sent address of an attachment is fetched, and refused when that fails (plain http only).
    attachments_fetched: bool = false, Inferred, ["2.3", "4.3"];
}

/// What a tap on a Log In button does in a client that does not support linking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WebClient {
    /// Opens the button's address as it is, without token and `redirect_uri`.
    Bare,
    /// Opens nothing.
    Refuse,
}

impl fmt::Display for WebClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bare => "bare",
            Self::Refuse => "refuse",
        })
    }
}

impl FromStr for WebClient {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "bare" => Ok(Self::Bare),
            "refuse" => Ok(Self::Refuse),
            _ => Err("use bare or refuse".to_owned()),
        }
    }
}

fn read<T: FromStr<Err: fmt::Display>>(name: &'static str, value: &str) -> Result<T, KnobError> {
    value
        .trim()
        .parse()
        .map_err(|error: T::Err| KnobError::Value {
            name,
            value: value.to_owned(),
            why: error.to_string(),
        })
}

fn names() -> Vec<&'static str> {
    own_rows().into_iter().map(|knob| knob.name).collect()
}

/// Every row: the fields of [`Knobs`], then the settings of [`Config`] that stand for something undocumented.
pub fn table() -> Vec<Knob> {
    let config = Config::default();
    let mut rows = own_rows();
    rows.extend([
        Knob {
            name: "unlinked_event_after_api",
            default: config.unlinked_event_after_api.to_string(),
            provenance: Provenance::Unknown,
            rows: &["1.6.7"],
            changes: "Whether a successful unlink call is followed by an unlinked event. A setting of the configuration."
                .to_owned(),
        },
        Knob {
            name: "code_limit",
            default: config.code_limit.to_string(),
            provenance: Provenance::Unknown,
            rows: &["1.5.11"],
            changes: "How many characters an authorization_code may have; a longer one aborts the linking. \
                      A setting of the configuration."
                .to_owned(),
        },
        Knob {
            name: "ack_timeout",
            default: format!("{} s", config.ack_timeout.as_secs()),
            provenance: Provenance::Documented,
            rows: &["3.3.3"],
            changes: "How long a delivery may take before it counts as not acknowledged. A setting of the configuration."
                .to_owned(),
        },
    ]);
    rows
}

/// The fidelity page as Markdown: what is chosen where nobody says how the real platform behaves.
pub fn fidelity_page() -> String {
    let mut page = String::from(
        "# Fidelity\n\n\
         The platform does what is documented or has been observed. Where nobody says how the real one behaves, it\n\
         has a knob. This page is generated from the table of knobs in `simulator/src/knob.rs`; run the simulator's\n\
         tests with `LINKLAB_BLESS=1` to write it anew.\n\n\
         | knob | default | provenance | protocol rows | what it changes |\n\
         | --- | --- | --- | --- | --- |\n",
    );
    page.extend(table().iter().map(|knob| {
        let Knob {
            name,
            default,
            provenance,
            changes,
            ..
        } = knob;
        let rows = knob.rows.join(", ");
        format!("| `{name}` | `{default}` | {provenance} | {rows} | {changes} |\n")
    }));
    page
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_fidelity_page_is_the_table() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/fidelity.md");
        if std::env::var_os("LINKLAB_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, fidelity_page()).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(
            written,
            fidelity_page(),
            "docs/fidelity.md is out of date; run the simulator's tests with LINKLAB_BLESS=1"
        );
    }

    #[test]
    fn every_knob_reads_its_own_default_and_has_a_source() {
        let mut knobs = Knobs::default();
        for (name, value) in Knobs::default().values() {
            knobs.set(name, &value).unwrap();
        }
        assert_eq!(knobs, Knobs::default());
        for knob in table() {
            assert!(!knob.rows.is_empty() && knob.changes.len() > 20, "{knob:?}");
        }
    }

    #[test]
    fn a_wrong_name_and_a_wrong_value_are_told_apart() {
        let mut knobs = Knobs::default();
        knobs.set("web_client", "refuse").unwrap();
        assert_eq!(knobs.web_client, WebClient::Refuse);
        let wrong = knobs.set("web_client", "maybe").unwrap_err().to_string();
        assert_eq!(
            wrong,
            "the knob web_client cannot be \"maybe\": use bare or refuse"
        );
        let none = knobs.set("webclient", "bare").unwrap_err().to_string();
        assert!(none.contains("web_client"), "{none}");
    }
}
