//! Every operation in one table.

use super::error::ControlError;
use super::operation::Operation;
use super::{clock, fault, journal, platform, queue, user, webhook};

pub(super) fn operations() -> impl Iterator<Item = &'static Operation> {
    [
        platform::OPERATIONS,
        user::OPERATIONS,
        clock::OPERATIONS,
        queue::OPERATIONS,
        webhook::OPERATIONS,
        fault::OPERATIONS,
        journal::OPERATIONS,
    ]
    .into_iter()
    .flatten()
}

/// The operation and the parts of its path. `path` stands behind `/_linklab`.
pub(super) type Hit<'a> = (&'static Operation, Vec<(&'static str, &'a str)>);

pub(super) fn find<'a>(method: &str, path: &'a str) -> Result<Hit<'a>, ControlError> {
    let fitting: Vec<_> = operations()
        .filter_map(|operation| operation.fits(path).map(|parts| (operation, parts)))
        .collect();
    let allowed: Vec<_> = fitting
        .iter()
        .map(|(operation, _)| operation.method)
        .collect();
    // A path of fixed words goes before one with parts.
    let found = fitting
        .into_iter()
        .filter(|(operation, _)| operation.method == method)
        .min_by_key(|(_, parts)| parts.len());
    let (method, path) = (method.to_owned(), format!("/_linklab{path}"));
    found.ok_or_else(|| {
        if allowed.is_empty() {
            ControlError::UnknownOperation { method, path }
        } else {
            ControlError::WrongMethod {
                method,
                path,
                allowed: allowed.join(" or "),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_and_places_are_unique() {
        let mut ids = HashSet::new();
        let mut places = HashSet::new();
        for operation in operations() {
            assert!(ids.insert(operation.id), "{}", operation.id);
            assert!(
                places.insert((operation.method, operation.path)),
                "{} {}",
                operation.method,
                operation.path
            );
        }
    }

    #[test]
    fn fixed_words_go_before_parts_and_a_wrong_method_is_told() {
        let id = |method, path| find(method, path).map(|(operation, _)| operation.id);
        assert_eq!(id("POST", "/queue/pause").unwrap(), "pauseQueue");
        assert_eq!(id("GET", "/queue/7").unwrap(), "readDelivery");
        let wrong = id("PATCH", "/queue/7").unwrap_err().to_string();
        assert!(wrong.contains("use GET or DELETE"), "{wrong}");
        let unknown = id("GET", "/queue/").unwrap_err().to_string();
        assert!(
            unknown.starts_with("there is no GET /_linklab/queue/"),
            "{unknown}"
        );
    }
}
