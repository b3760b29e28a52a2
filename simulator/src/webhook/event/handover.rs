//! Several apps at one page pass conversations to each other, and the platform's own measures.

use std::collections::BTreeMap;

use serde::Serialize;

/// `pass_thread_control`: the new owner learns who had the conversation, or the old one who has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassThreadControl {
    /// Told to apps that watch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_owner_app_id: Option<String>,
    /// Told to the app that receives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_owner_app_id: Option<String>,
    /// As the passing app gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<String>,
}

/// `take_thread_control`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TakeThreadControl {
    /// Who had the conversation.
    pub previous_owner_app_id: String,
    /// As the taking app gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<String>,
}

/// `request_thread_control`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestThreadControl {
    /// Who asks for the conversation.
    pub requested_owner_app_id: String,
    /// As the asking app gave it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metadata: Option<String>,
}

/// `app_roles`: roles by app id, such as `primary_receiver`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct AppRoles(pub BTreeMap<String, Vec<String>>);

/// A measure of the platform against the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Policy {
    /// `block`, `unblock` or `warning`.
    pub action: String,
    /// Why, in the platform's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
