//! The lists: checks joined family by family, scenarios by name.

use std::sync::LazyLock;

use crate::check::Check;
use crate::judge;
use crate::scenario::{self, AnyScenario};

/// Families in the order of the catalogue.
const FAMILIES: [&str; 13] = [
    "CTL", "ENT", "URL", "RED", "COD", "FAI", "TOK", "HOK", "LNK", "UNL", "CON", "SEC", "UX",
];

static CHECKS: LazyLock<Vec<&'static Check>> = LazyLock::new(|| {
    let lists: &[&'static [Check]] = &[
        judge::ctl::CHECKS,
        judge::ent::CHECKS,
        judge::url::CHECKS,
        judge::red::CHECKS,
        judge::cod::CHECKS,
        judge::fai::CHECKS,
        judge::redeem::CHECKS,
        judge::tok::CHECKS,
        judge::hok::CHECKS,
        judge::lnk::CHECKS,
        judge::unl::CHECKS,
        judge::con::CHECKS,
        judge::tabs::CHECKS,
        judge::sec::CHECKS,
        judge::ux::CHECKS,
    ];
    let mut checks: Vec<&'static Check> = lists.iter().copied().flatten().collect();
    checks.sort_by_key(|check| {
        let family = check.id.split('-').next().unwrap_or_default();
        (FAMILIES.iter().position(|known| *known == family), check.id)
    });
    checks
});

/// All checks, in the order of the catalogue: CTL ENT URL RED COD FAI TOK HOK LNK UNL CON SEC UX.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    CHECKS.iter().copied()
}

/// One check by id, in any case of letters.
pub fn find(id: &str) -> Option<&'static Check> {
    checks().find(|check| check.id.eq_ignore_ascii_case(id))
}

/// All scenarios.
pub fn scenarios() -> Vec<Box<dyn AnyScenario>> {
    vec![
        Box::new(scenario::Flow),
        Box::new(scenario::abandon::Abandon),
        Box::new(scenario::already_linked::AlreadyLinked),
        Box::new(scenario::backend_unlink::BackendUnlink),
        Box::new(scenario::bad_password::BadPassword),
        Box::new(scenario::bare::Bare),
        Box::new(scenario::batch::Batch),
        Box::new(scenario::cancel::Cancel),
        Box::new(scenario::chat_login::ChatLogin),
        Box::new(scenario::code_reuse::CodeReuse),
        Box::new(scenario::control::Control),
        Box::new(scenario::duplicate::Duplicate),
        Box::new(scenario::encoding::Encoding),
        Box::new(scenario::foreign_page::ForeignPage),
        Box::new(scenario::foreign_redirect::ForeignRedirect),
        Box::new(scenario::forged::Forged),
        Box::new(scenario::handshake::HandshakeScenario),
        Box::new(scenario::interleaved::Interleaved),
        Box::new(scenario::odd_bytes::OddBytes),
        Box::new(scenario::odd_events::OddEvents),
        Box::new(scenario::own_query::OwnQuery),
        Box::new(scenario::redelivery::Redelivery),
        Box::new(scenario::relink::Relinking),
        Box::new(scenario::reorder::Reorder),
        Box::new(scenario::replay::Replay),
        Box::new(scenario::server_fetch::ServerFetch),
        Box::new(scenario::signed_in::SignedIn),
        Box::new(scenario::slow_send::SlowSend),
        Box::new(scenario::swapped::Swapped),
        Box::new(scenario::tabs::Tabs),
        Box::new(scenario::timing::Timing),
        Box::new(scenario::unknown_code::UnknownCode),
        Box::new(scenario::unlink::Unlink),
        Box::new(scenario::unlink_other::UnlinkOther),
    ]
}
