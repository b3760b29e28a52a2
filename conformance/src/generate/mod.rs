//! Generators: structured values that carry class labels, so a report can say on what a rule was tried.

mod event;
mod psid;
mod redirect;

pub use event::{Encoding, Event, EventKind, Parcel, Signature};
pub use psid::PsidShape;
pub use redirect::{Pair, RedirectUri};
