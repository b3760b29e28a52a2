//! The checks of family SEC in the order of the catalogue.

use super::{address, cookie, header, origin};
use crate::check::Check;

/// SEC-01, 05 and 07 to 11.
pub(crate) const CHECKS: &[Check] = &[
    origin::SEC_01,
    origin::SEC_05,
    header::SEC_07,
    header::SEC_08,
    header::SEC_09,
    cookie::SEC_10,
    address::SEC_11,
];
