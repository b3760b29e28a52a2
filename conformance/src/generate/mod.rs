//! Generators: structured values that carry class labels, so a report can say on what a rule was tried.

mod coverage;
mod event;
mod freedom;
mod labels;
mod psid;
mod random;
mod redirect;
mod shrink;
mod spelling;

pub use coverage::{coverage_size, redirects};
pub use event::{Encoding, Event, EventKind, Parcel, Signature};
pub use freedom::Freedom;
pub use psid::{Mint, PsidShape};
pub use redirect::{Pair, RedirectUri};
