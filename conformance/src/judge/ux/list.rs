//! The checks of family UX that need no browser and no messages.

use super::{mistake, phone};
use crate::check::Check;

/// UX-01, UX-09 and UX-10.
pub(crate) const CHECKS: &[Check] = &[phone::UX_01, phone::UX_09, mistake::UX_10];
