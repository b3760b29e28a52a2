//! The Graph API as far as linking needs it: one dialect, few endpoints, and an error for everything else.
//!
//! Parameters come from the query, a form or a JSON body; any version or none; `me` or the page's id; errors
//! word for word as protocol section 2.3 has them. What is not served is answered by a Graph-shaped error, and
//! the reason goes into the header `x-linklab-hint` alone.

mod access;
mod answer;
mod call;
mod endpoint;
mod error;
mod faulty;
mod field;
mod node;
mod param;
mod picture;
mod route;
mod send;

pub(crate) use route::routes;
