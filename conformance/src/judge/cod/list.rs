//! The checks of family COD that look at codes; those that redeem codes stand elsewhere.

use super::{difference, guess, survival};
use crate::check::Check;

/// COD-01, 02, 03, 04 and 07.
pub(crate) const CHECKS: &[Check] = &[
    difference::COD_01,
    difference::COD_02,
    survival::COD_03,
    guess::COD_04,
    guess::COD_07,
];
