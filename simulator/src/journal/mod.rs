//! One bounded, append-only, causal log of everything that crossed the platform's border.

mod entry;
mod ring;

pub use entry::{Cursor, Entry, GraphCall, What};
pub use ring::{Journal, MAX_BYTES, MAX_ENTRIES};
