//! What a business has set up for its page, and every way in which that changes.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::attachment::{Attachment, Attachments, MAX_ATTACHMENT_BYTES, MAX_ATTACHMENTS};
use super::command::Refusal;
use super::persona::{MAX_PERSONAS, Persona, Personas};
use super::profile::{Profile, Property};
use super::subscription::{Subscription, Subscriptions};
use super::thread::{Alias, MAX_ALIASES, MAX_PASSED, Threads};

/// The set-up of one page.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// The Messenger profile.
    pub profile: Profile,
    /// Who receives which webhook fields.
    pub subscriptions: Subscriptions,
    /// Under which names the page speaks.
    pub personas: Personas,
    /// What can be sent again by id.
    pub attachments: Attachments,
    /// Who controls which conversation, and other names of users.
    pub threads: Threads,
}

/// One change of a page's set-up; whole, so that a request is done wholly or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Properties of the Messenger profile get a value, or lose theirs.
    Profile(Vec<(Property, Option<Value>)>),
    /// An app's subscription is replaced.
    Subscription {
        /// Which app.
        app_id: String,
        /// What holds from now on.
        subscription: Subscription,
    },
    /// A persona is made.
    PersonaAdded(Persona),
    /// A persona is deleted.
    PersonaRemoved {
        /// Which.
        id: String,
    },
    /// An attachment is uploaded.
    AttachmentAdded(Attachment),
    /// Control of a conversation moves.
    Owner {
        /// Whose conversation.
        psid: String,
        /// The app in control; nothing means the primary receiver.
        app_id: Option<String>,
    },
    /// A user can be reached by another name.
    AliasGiven {
        /// The name.
        alias: Alias,
        /// Who.
        psid: String,
    },
    /// Another name is used up.
    AliasUsed {
        /// The name.
        alias: Alias,
    },
    /// The user did something that opens the page's 24 hours (protocol row 4.1.12).
    Spoke {
        /// Who.
        psid: String,
        /// When, in platform milliseconds.
        at_ms: u64,
    },
}

impl Change {
    /// The user whom the change is about, who must be there.
    pub(super) fn user(&self) -> Option<&str> {
        match self {
            Self::Owner { psid, .. } | Self::AliasGiven { psid, .. } | Self::Spoke { psid, .. } => {
                Some(psid)
            }
            _ => None,
        }
    }
}

impl Page {
    /// Whether there is room for the change.
    pub(super) fn check(&self, change: &Change) -> Result<(), Refusal> {
        let full = |kept: String| Err(Refusal::PageFull { kept });
        match change {
            Change::PersonaAdded(_) if self.personas.all().len() >= MAX_PERSONAS => {
                full(format!("{MAX_PERSONAS} personas"))
            }
            Change::AttachmentAdded(attachment) if self.attachments.is_full_for(attachment) => {
                full(format!(
                    "{MAX_ATTACHMENTS} attachments or {MAX_ATTACHMENT_BYTES} bytes of files"
                ))
            }
            Change::Owner {
                app_id: Some(_), ..
            } if self.threads.is_full_of_owners() => {
                full(format!("{MAX_PASSED} conversations of other apps"))
            }
            Change::AliasGiven { .. } if self.threads.is_full_of_aliases() => {
                full(format!("{MAX_ALIASES} other names of users"))
            }
            _ => Ok(()),
        }
    }

    /// Makes the change true; [`Change::Spoke`] concerns the user alone.
    pub(super) fn apply(&mut self, change: &Change) {
        match change.clone() {
            Change::Profile(values) => {
                for (property, value) in values {
                    match value {
                        Some(value) => self.profile.set(property, value),
                        None => self.profile.clear(property),
                    }
                }
            }
            Change::Subscription {
                app_id,
                subscription,
            } => self.subscriptions.set(&app_id, subscription),
            Change::PersonaAdded(persona) => self.personas.add(persona),
            Change::PersonaRemoved { id } => self.personas.remove(&id),
            Change::AttachmentAdded(attachment) => self.attachments.add(attachment),
            Change::Owner { psid, app_id } => self.threads.set_owner(&psid, app_id),
            Change::AliasGiven { alias, psid } => self.threads.give(&alias, &psid),
            Change::AliasUsed { alias } => self.threads.withdraw(&alias),
            Change::Spoke { .. } => {}
        }
    }
}
