//! One bounded, append-only, causal log of everything that crossed the platform's border.

mod entry;
mod export;
mod har;
mod line;
mod matcher;
mod redact;
mod ring;
mod search;

pub use entry::{Cursor, Entry, GraphCall, What};
pub(crate) use line::of_attempt;
pub use matcher::Matcher;
pub use redact::Redaction;
pub use ring::{Journal, MAX_BYTES, MAX_ENTRIES};
pub use search::Found;
