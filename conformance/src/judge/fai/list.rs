//! The checks of family FAI in the order of the catalogue.

use super::{again, cancel, refusal, state, unchanged};
use crate::check::Check;

/// FAI-01 to FAI-12 as far as they need no clock, no fault hook and no Graph errors.
pub(crate) const CHECKS: &[Check] = &[
    cancel::FAI_01,
    refusal::FAI_02,
    unchanged::FAI_03,
    unchanged::FAI_04,
    state::FAI_05,
    again::FAI_08,
    again::FAI_12,
];
