//! Family COD, as far as it can be read off the codes themselves: unique, unguessable, telling nothing, arriving whole.

mod difference;
mod guess;
mod issued;
mod list;
mod survival;

pub(crate) use list::CHECKS;
