//! What can befall a conversation, each kind a typed value in the order of keys that travels (protocol section 3.5).

mod handover;
mod happening;
mod linking;
mod message;
mod postback;
mod receipt;

pub use handover::{AppRoles, PassThreadControl, Policy, RequestThreadControl, TakeThreadControl};
pub use happening::Happening;
pub use linking::AccountLinking;
pub use message::{
    Attachment, AttachmentKind, AttachmentPayload, Coordinates, LIKE_STICKER, Message, QuickReply,
    ReplyTo,
};
pub use postback::{Optin, Postback, Referral, ReferralSource};
pub use receipt::{DeliveryReceipt, MessageEdit, Reaction, ReactionAction, ReadReceipt};
