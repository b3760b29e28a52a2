//! Family FAI: what happens when the linking does not work out, or has to begin again.

mod again;
mod cancel;
mod list;
mod refusal;
mod state;
mod unchanged;

pub(crate) use list::CHECKS;
