//! The lists: checks joined family by family, scenarios by name.

use crate::check::Check;
use crate::scenario::AnyScenario;

/// Families in the order of the catalogue.
const FAMILIES: [&[Check]; 0] = [];

/// All checks, in the order of the catalogue: CTL ENT URL RED COD FAI TOK HOK LNK UNL CON SEC UX.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    FAMILIES.iter().flat_map(|family| family.iter())
}

/// One check by id, in any case of letters.
pub fn find(id: &str) -> Option<&'static Check> {
    checks().find(|check| check.id.eq_ignore_ascii_case(id))
}

/// All scenarios.
pub fn scenarios() -> Vec<Box<dyn AnyScenario>> {
    Vec::new()
}
