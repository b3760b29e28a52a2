//! The Send API: who is addressed, what may be said, and the sentence for everything that may not.

mod airline;
mod button;
mod commerce;
mod message;
mod recipient;
mod request;
mod template;

pub(crate) use button::menu_item;
pub(crate) use message::{Media, Source, media};
pub(crate) use recipient::recipient_of;
pub(crate) use request::{psid_of, send};
