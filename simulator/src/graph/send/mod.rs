//! The Send API: who is addressed, what may be said, and the sentence for everything that may not.

mod button;
mod message;
mod place;
mod request;
mod template;

pub(crate) use request::{recipient_of, send};
