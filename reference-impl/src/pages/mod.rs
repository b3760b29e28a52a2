//! Pages: server-rendered, without scripts, for a phone first, in English and Chinese.
//!
//! Knows what to show and nothing of why.

mod guard;
mod language;
mod page;
mod routes;
mod text;

pub(crate) use guard::guard_data;
pub use language::{Language, UnknownLanguage};
pub(crate) use page::{account, confirmation, consent, go, login, refused, signup, trouble};
pub(crate) use routes::routes;
pub(crate) use text::Notice;
