//! Family RED: where the browser is sent when the login is done, and what it carries there.

mod joint;
mod leak;
mod list;
mod manner;
mod presence;
mod retry;
mod spelling;
mod target;

pub(crate) use list::CHECKS;
