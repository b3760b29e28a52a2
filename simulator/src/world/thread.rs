//! Conversations as far as several apps share them: who controls one, and by which other names a user is reached.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many conversations may be controlled by another app at once; more are refused with a sentence.
pub const MAX_PASSED: usize = 100_000;

/// How many other names of users are kept; more are refused with a sentence.
pub const MAX_ALIASES: usize = 100_000;

/// A way to reach a user other than the PSID (protocol row 4.1.9).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Alias {
    /// A guest of the checkbox or chat plugin.
    UserRef(String),
    /// A telephone number.
    PhoneNumber(String),
    /// A post that the user wrote on the page.
    PostId(String),
    /// A comment that the user wrote on the page.
    CommentId(String),
    /// Consent to one message beyond the window; used up by it.
    OneTimeNotifToken(String),
    /// Consent to marketing messages.
    NotificationMessagesToken(String),
}

impl Alias {
    /// The key of the recipient object that carries it.
    pub fn key(&self) -> &'static str {
        match self {
            Self::UserRef(_) => "user_ref",
            Self::PhoneNumber(_) => "phone_number",
            Self::PostId(_) => "post_id",
            Self::CommentId(_) => "comment_id",
            Self::OneTimeNotifToken(_) => "one_time_notif_token",
            Self::NotificationMessagesToken(_) => "notification_messages_token",
        }
    }

    /// The name itself.
    pub fn value(&self) -> &str {
        match self {
            Self::UserRef(value)
            | Self::PhoneNumber(value)
            | Self::PostId(value)
            | Self::CommentId(value)
            | Self::OneTimeNotifToken(value)
            | Self::NotificationMessagesToken(value) => value,
        }
    }

    /// One text for kind and name, as keys of a JSON object must be.
    fn text(&self) -> String {
        format!("{}:{}", self.key(), self.value())
    }
}

/// Which app controls which conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Threads {
    /// Conversations that the primary receiver has passed on, by PSID.
    owners: BTreeMap<String, String>,
    aliases: BTreeMap<String, String>,
}

impl Threads {
    /// The app that controls this conversation, if the primary receiver has passed it on.
    pub fn owner_of(&self, psid: &str) -> Option<&str> {
        self.owners.get(psid).map(String::as_str)
    }

    /// The user behind another name.
    pub fn psid_at(&self, alias: &Alias) -> Option<&str> {
        self.aliases.get(&alias.text()).map(String::as_str)
    }

    pub(super) fn is_full_of_owners(&self) -> bool {
        self.owners.len() >= MAX_PASSED
    }

    pub(super) fn is_full_of_aliases(&self) -> bool {
        self.aliases.len() >= MAX_ALIASES
    }

    pub(super) fn set_owner(&mut self, psid: &str, app_id: Option<String>) {
        match app_id {
            Some(app_id) => self.owners.insert(psid.to_owned(), app_id),
            None => self.owners.remove(psid),
        };
    }

    pub(super) fn give(&mut self, alias: &Alias, psid: &str) {
        self.aliases.insert(alias.text(), psid.to_owned());
    }

    pub(super) fn withdraw(&mut self, alias: &Alias) {
        self.aliases.remove(&alias.text());
    }
}
