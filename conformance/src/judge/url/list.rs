//! The checks of family URL in the order of the catalogue.

use super::{bare, call, duplicate, opening};
use crate::check::Check;

/// URL-01 to URL-08.
pub(crate) const CHECKS: &[Check] = &[
    opening::URL_01,
    bare::URL_02,
    bare::URL_03,
    opening::URL_04,
    duplicate::URL_05,
    call::URL_06,
    call::URL_07,
    call::URL_08,
];
