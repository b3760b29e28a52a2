//! The checks of family RED in the order of the catalogue.

use super::{joint, leak, manner, presence, retry, spelling, target};
use crate::check::Check;

/// RED-01 to RED-21 as far as they need no browser.
pub(crate) const CHECKS: &[Check] = &[
    target::RED_01,
    presence::RED_02,
    joint::RED_03,
    joint::RED_04,
    spelling::RED_05,
    spelling::RED_06,
    joint::RED_07,
    joint::RED_08,
    spelling::RED_09,
    target::RED_10,
    spelling::RED_11,
    manner::RED_14,
    manner::RED_15,
    manner::RED_16,
    leak::RED_17,
    leak::RED_18,
    retry::RED_21,
];
