//! The catalogue: every check and every scenario of the suite, and how they are told to people.

mod basis;
mod explain;
mod index;
mod need;

pub(crate) use basis::basis;
pub use explain::{UnknownCheck, explain, list};
pub use index::{checks, find, scenarios};
pub(crate) use need::{name as need_name, remedy};

#[cfg(test)]
mod tests;
