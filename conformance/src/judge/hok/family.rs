//! The list of the family, in the order of the catalogue.

use super::{acknowledgement, batch, handshake, meaning, order, signature};
use crate::check::Check;

/// The checks of family HOK.
pub(crate) const CHECKS: &[Check] = &[
    handshake::HOK_01,
    handshake::HOK_02,
    acknowledgement::HOK_03,
    acknowledgement::HOK_04,
    batch::HOK_05,
    batch::HOK_06,
    order::HOK_07,
    order::HOK_08,
    signature::HOK_09,
    signature::HOK_10,
    signature::HOK_11,
    meaning::HOK_12,
    meaning::HOK_13,
    meaning::HOK_14,
    order::HOK_16,
    order::HOK_18,
];
