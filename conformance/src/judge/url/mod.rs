//! Family URL: how the platform calls the linking page, and what may vary in that call.

mod bare;
mod call;
mod duplicate;
mod list;
mod opening;

pub(crate) use list::CHECKS;
