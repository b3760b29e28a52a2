//! Hints of linking.toml: CSS selectors that outrank discovery.

use scraper::{ElementRef, Selector};

use super::form::Role;
use crate::subject::LoginHints;

/// Hints, ready to be matched.
pub(super) struct Hints(Vec<(Role, Selector)>);

impl Hints {
    /// The hints that are selectors; the others were told to the user before anything was sent.
    pub(super) fn of(hints: &LoginHints) -> Self {
        Self(
            hinted(hints)
                .filter_map(|(role, _, selector)| Some((role, Selector::parse(selector).ok()?)))
                .collect(),
        )
    }

    /// Roles that the hints give an element.
    pub(super) fn roles(&self, element: ElementRef<'_>) -> Vec<Role> {
        let matching = self
            .0
            .iter()
            .filter(|(_, selector)| selector.matches(&element));
        matching.map(|(role, _)| *role).collect()
    }
}

/// Which hints of linking.toml are no CSS selectors, each as a sentence.
pub fn unreadable_hints(hints: &LoginHints) -> Vec<String> {
    hinted(hints)
        .filter(|(_, _, selector)| Selector::parse(selector).is_err())
        .map(|(_, key, selector)| {
            format!("[login] {key} = \"{selector}\" is no CSS selector; write one such as \"#email\" or \"input[name=email]\"")
        })
        .collect()
}

/// The hints that are given: role, key in linking.toml, selector.
fn hinted(hints: &LoginHints) -> impl Iterator<Item = (Role, &'static str, &str)> {
    [
        (Role::User, "username_field", &hints.username_field),
        (Role::Password, "password_field", &hints.password_field),
        (Role::Submit, "submit", &hints.submit),
        (Role::Cancel, "cancel", &hints.cancel),
        (Role::SignUp, "signup", &hints.signup),
        (Role::Continue, "continue", &hints.continue_),
    ]
    .into_iter()
    .filter_map(|(role, key, value)| Some((role, key, value.as_deref()?)))
}
