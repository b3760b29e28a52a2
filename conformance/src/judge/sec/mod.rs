//! Family SEC: what security literature asks for and the page is silent about, as far as no attack tool is needed.

mod address;
mod cookie;
mod header;
mod list;
mod origin;

pub(crate) use list::CHECKS;
