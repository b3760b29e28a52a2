//! Linking: reads and checks the platform's request, asks for consent, issues codes, sends the
//! browser back, and takes links away.
//!
//! Knows nothing of passwords, and never binds a PSID: that is the signed event's job.

mod account_page;
mod admin;
mod allow_list;
mod consent;
mod destination;
mod issue;
mod request;
mod routes;
mod unlink;

pub(crate) use admin::refusal;
pub use allow_list::{AllowList, BadEntry};
pub(crate) use request::{LinkRefusal, LinkRequest};
pub(crate) use routes::routes;
pub use unlink::UnlinkError;
pub(crate) use unlink::unlink;
