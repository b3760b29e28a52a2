//! What happens to messages after they were sent: delivered, read, reacted to, edited.

use serde::Serialize;

/// `delivery`: everything up to the watermark has reached the user's device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliveryReceipt {
    /// Ids of messages that arrived; optional in production.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub mids: Vec<String>,
    /// Milliseconds since the Unix epoch.
    pub watermark: u64,
}

/// `read`: the user has seen everything up to the watermark.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReadReceipt {
    /// Milliseconds since the Unix epoch.
    pub watermark: u64,
}

/// `reaction`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reaction {
    /// Which message.
    pub mid: String,
    /// Given or taken back.
    pub action: ReactionAction,
    /// The picture.
    pub emoji: String,
    /// Its name: `sad`, `love`, `other` and so on.
    pub reaction: String,
}

/// Whether a reaction is given or taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReactionAction {
    /// Given.
    React,
    /// Taken back.
    Unreact,
}

/// `message_edit`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageEdit {
    /// Which message.
    pub mid: String,
    /// What it says now.
    pub text: String,
    /// How often it was edited: a number in a string, as observed (protocol section 3.5).
    pub num_edit: String,
}
