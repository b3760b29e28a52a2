//! Faults on purpose: deterministic rules on every leg, visible while armed, told about at exit if they never fired.
//!
//! A rule never draws lots: it fires for the next N or for every Nth of what it matches. Graph calls, webhook
//! deliveries and the browser's way back are the three legs.

mod preset;
mod rule;
mod table;

pub use preset::ErrorPreset;
pub use rule::{After, BrowserFault, Fault, GraphFault, Rule, WebhookFault, When};
pub use table::{Armed, FaultError, FaultId, Faults, MAX_FAULTS};
