//! The one key that tells what kind of event it is, and the field under which apps subscribe to it.

use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    AccountLinking, AppRoles, DeliveryReceipt, Message, MessageEdit, Optin, PassThreadControl,
    Policy, Postback, Reaction, ReadReceipt, Referral, RequestThreadControl, TakeThreadControl,
};

/// The one key that tells what kind of event it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Happening {
    /// The account was linked or unlinked.
    AccountLinking(AccountLinking),
    /// The user wrote, or the page did and this is its echo.
    Message(Message),
    /// The user pressed a postback button.
    Postback(Postback),
    /// A link led into the conversation.
    Referral(Referral),
    /// The user agreed to be written to.
    Optin(Optin),
    /// Messages have reached the user's device.
    Delivery(DeliveryReceipt),
    /// The user has seen messages.
    Read(ReadReceipt),
    /// The user reacted to a message.
    Reaction(Reaction),
    /// The user edited a message.
    MessageEdit(MessageEdit),
    /// The conversation was passed to another app.
    PassThreadControl(PassThreadControl),
    /// The conversation was taken by another app.
    TakeThreadControl(TakeThreadControl),
    /// Another app asks for the conversation.
    RequestThreadControl(RequestThreadControl),
    /// Apps of the page were given roles.
    AppRoles(AppRoles),
    /// The platform acts against the page.
    PolicyEnforcement(Policy),
    /// The same under the old key with a hyphen.
    #[serde(rename = "policy-enforcement")]
    PolicyEnforcementHyphen(Policy),
    /// Any other keys, for hostile and unheard-of events.
    #[serde(untagged)]
    Other(Map<String, Value>),
}

impl Happening {
    /// The webhook field that an app subscribes to for it (protocol row 3.4.6); nothing for unheard-of events,
    /// which reach every app.
    ///
    /// Whether an event goes to `standby` instead depends on who owns the conversation, not on the event.
    pub fn field(&self) -> Option<&'static str> {
        Some(match self {
            Self::AccountLinking(_) => "messaging_account_linking",
            Self::Message(message) if message.is_echo => "message_echoes",
            Self::Message(_) => "messages",
            Self::Postback(_) => "messaging_postbacks",
            Self::Referral(_) => "messaging_referrals",
            Self::Optin(_) => "messaging_optins",
            Self::Delivery(_) => "message_deliveries",
            Self::Read(_) => "message_reads",
            Self::Reaction(_) => "message_reactions",
            Self::MessageEdit(_) => "message_edits",
            Self::PassThreadControl(_)
            | Self::TakeThreadControl(_)
            | Self::RequestThreadControl(_)
            | Self::AppRoles(_) => "messaging_handovers",
            Self::PolicyEnforcement(_) | Self::PolicyEnforcementHyphen(_) => {
                "messaging_policy_enforcement"
            }
            Self::Other(_) => return None,
        })
    }
}
