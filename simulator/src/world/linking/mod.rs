//! One table: what happens to a user's linking, for every state and every input.
//!
//! [`answer`] is the table. It is an exhaustive match, so a pair without an answer does not compile. It drives the
//! platform; [`rows`] walks it for tests, [`table_text`] and [`table_mermaid`] print it for people.

mod input;
mod print;
mod state;
mod table;

pub use input::Input;
pub use print::{table_mermaid, table_text};
pub use state::{Attempt, State};
pub use table::{Answer, Effect, answer, rows};
