//! What a specimen is told before it starts: its faults, its accounts and what it knows of the platform.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, SocketAddr};

use crate::fault::Fault;

/// An account that can log in at the specimen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What is typed into the first field of the form.
    pub username: String,
    /// What is typed into the second.
    pub password: String,
    /// How the specimen calls this person in pages, messages and the probe.
    pub name: String,
}

impl Account {
    /// An account from its three parts.
    pub fn new(username: &str, password: &str, name: &str) -> Self {
        Self {
            username: username.to_owned(),
            password: password.to_owned(),
            name: name.to_owned(),
        }
    }
}

/// Everything a specimen needs to know; [`Default`] gives a correct one with three accounts.
#[derive(Debug, Clone)]
pub struct SpecimenConfig {
    /// The defects to show; none means a correct backend.
    pub faults: BTreeSet<Fault>,
    /// Where the Graph API answers, without a version, with or without a closing slash.
    pub graph_url: String,
    /// Sent with every Graph call.
    pub page_access_token: String,
    /// Key of the webhook signatures.
    pub app_secret: String,
    /// What the webhook handshake must present.
    pub verify_token: String,
    /// Events of other pages are ignored.
    pub page_id: String,
    /// Who can log in from the start; sign-up adds to them.
    pub accounts: Vec<Account>,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// A query of the linking URL's own, without `?`; empty for none (protocol row 1.2.4).
    pub linking_query: String,
}

impl Default for SpecimenConfig {
    fn default() -> Self {
        Self {
            faults: BTreeSet::new(),
            graph_url: "https://graph.facebook.com".to_owned(),
            page_access_token: "SPECIMEN-PAGE-TOKEN".to_owned(),
            app_secret: "specimen-app-secret".to_owned(),
            verify_token: "specimen-verify-token".to_owned(),
            page_id: "1691462197845448".to_owned(),
            accounts: vec![
                Account::new("alice", "correct horse", "Alice Archer"),
                Account::new("bob", "battery staple", "Bob Baker"),
                Account::new("carol", "tin whistle", "Carol Cooper"),
            ],
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            linking_query: String::new(),
        }
    }
}
