//! Family UX, as far as it can be read off the HTML: pages for a phone, and words for a mistake.

mod list;
mod mistake;
mod phone;

pub(crate) use list::CHECKS;
