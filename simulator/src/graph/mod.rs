//! The Graph API as bots use it: one dialect, one table of endpoints, and an error for everything else.
//!
//! Parameters come from the query, a form, a JSON body or the parts of a multipart one; any version or none; `me`
//! or the page's id; errors word for word as protocol section 2.3 has them. What is not served is answered by a
//! Graph-shaped error, and the reason goes into the header `x-linklab-hint` alone.

mod access;
mod answer;
mod app;
mod attachment;
mod batch;
mod call;
mod endpoint;
mod error;
mod faulty;
mod fetch;
mod field;
mod messenger_profile;
mod node;
mod object;
mod param;
mod persona;
mod picture;
mod place;
mod rate;
mod reference;
mod route;
mod run;
mod send;
mod shape;
mod subscription;
mod thread;
mod thread_setting;
mod upload;

pub(crate) use rate::Rates;
pub(crate) use route::routes;
pub(crate) use thread::PAGE_INBOX;
