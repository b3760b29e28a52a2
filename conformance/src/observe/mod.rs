//! Seeing the link state of a black box, and finding out first whether the seeing can be trusted.
//!
//! Two means: a probe URL that the owner offers, and the chat oracle, which asks the bot and reads its answer.
//! Calibration tries both on a user who is never linked, then linked, then unlinked (catalogue section 4.5).

mod calibrate;
mod chat;
mod looks;
mod probe;
mod reading;
mod sight;

pub use calibrate::{Calibrated, Missed, calibrate};

pub(crate) use chat::{answers, ask, listen};
pub(crate) use probe::look as probe_look;
pub(crate) use reading::offers;
pub(crate) use sight::Sight;
