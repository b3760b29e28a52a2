//! Finds its way on a page: which form logs in, which field is which, what goes on and what declines.
//!
//! Scores instead of rules, because no two login pages are alike; hints of linking.toml outrank all scores.

use super::form::{Control, Effect, Form, Kind, Press, Role};
use super::page::Page;
use super::site::{Return, returning};
use super::words::{
    Meaning, meaning, names_a_user, names_something_else, speaks_of_login, speaks_of_sign_up,
};

/// A form that asks who the user is, and its parts by index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The form.
    pub(crate) form: usize,
    /// The user name field; absent on the second page of a login that asks for the name first.
    pub(crate) user: Option<usize>,
    /// The password fields: none on a user-name-first page, one for a login, often two for a sign-up.
    pub(crate) passwords: Vec<usize>,
    /// The control that sends it; without one the form is sent by the return key.
    pub(crate) submit: Option<usize>,
}

/// The form that logs in: with a password field, else a user-name-first form.
pub(crate) fn login(page: &Page) -> Option<Entry> {
    best(page, login_score)
}

/// The form that creates an account.
pub(crate) fn sign_up(page: &Page) -> Option<Entry> {
    best(page, |form| {
        let passwords = form.passwords();
        let creates = asks_for_new_password(form) || speaks_of_sign_up(&said_by(form));
        (!passwords.is_empty() && creates).then_some(1)
    })
}

/// What a user presses to agree or to go on.
pub(crate) fn onward<'a>(page: &'a Page, redirect_uri: &str) -> Option<&'a Press> {
    let alone = page.presses.iter().filter(|press| may_agree(press)).count() == 1;
    top(page, |press| {
        if press.roles.contains(&Role::Continue) {
            return Some(100);
        }
        let leads = returns(press, page, redirect_uri);
        let words = match meaning(&press.words) {
            Some(Meaning::Agree) => 10,
            Some(Meaning::LogIn) => 6,
            Some(Meaning::Cancel | Meaning::SignUp | Meaning::Elsewhere) => return None,
            None => 0,
        };
        let target = match leads {
            Some(Return::WithCode) => 20,
            Some(Return::Bare | Return::Altered) => return None,
            None => 0,
        };
        let button = i32::from(sends(press, page));
        // A page whose only button says something unknown still has just one way on.
        let only = if alone && button == 1 { 4 } else { 0 };
        (words + target + only > 0).then_some(words + target + only + button)
    })
}

/// What a user presses to decline: by its words, or because it leads back with nothing added (S21).
pub(crate) fn cancel<'a>(page: &'a Page, redirect_uri: &str) -> Option<&'a Press> {
    top(page, |press| {
        if press.roles.contains(&Role::Cancel) {
            return Some(100);
        }
        let words = if meaning(&press.words) == Some(Meaning::Cancel) {
            10
        } else {
            0
        };
        let target = match returns(press, page, redirect_uri) {
            Some(Return::Bare) => 8,
            Some(Return::Altered) if words > 0 => 4,
            _ => 0,
        };
        (words + target > 0).then_some(words + target)
    })
}

/// What a user presses to get to the sign-up form.
pub(crate) fn to_sign_up(page: &Page) -> Option<&Press> {
    top(page, |press| {
        if press.roles.contains(&Role::SignUp) {
            return Some(100);
        }
        (meaning(&press.words) == Some(Meaning::SignUp)).then_some(10)
    })
}

/// What a user presses to get to the login form.
pub(crate) fn to_login(page: &Page) -> Option<&Press> {
    top(page, |press| {
        (meaning(&press.words) == Some(Meaning::LogIn)).then_some(10)
    })
}

fn best(page: &Page, score: impl Fn(&Form) -> Option<i32>) -> Option<Entry> {
    let (form, _) = page
        .forms
        .iter()
        .enumerate()
        .filter_map(|(index, form)| Some((index, score(form)?)))
        // The first of equals: pages put the main form first.
        .max_by_key(|&(index, score)| (score, std::cmp::Reverse(index)))?;
    let found = &page.forms[form];
    let passwords = match hinted(found, Role::Password) {
        Some(password) => vec![password],
        None => found.passwords(),
    };
    let user = user_field(found, passwords.first().copied());
    Some(Entry {
        form,
        user,
        passwords,
        submit: submit(found),
    })
}

fn login_score(form: &Form) -> Option<i32> {
    if hinted(form, Role::Password).is_some() {
        return Some(100);
    }
    let passwords = form.passwords();
    let said = said_by(form);
    let words = i32::from(speaks_of_login(&said)) * 3 - i32::from(speaks_of_sign_up(&said)) * 5;
    if passwords.is_empty() {
        let hint = hinted(form, Role::User).is_some();
        let user = user_field(form, None)?;
        let typed = form
            .controls
            .iter()
            .filter(|control| control.is_typed())
            .count();
        let known = user_score(&form.controls[user]) >= 5;
        // A user-name-first form asks for nothing else; anything longer is another matter.
        return (hint || (known && typed == 1)).then_some(if hint { 90 } else { 2 + words });
    }
    let current = form
        .controls
        .iter()
        .any(|control| control.autocomplete.contains("current-password"));
    let sign_up = if asks_for_new_password(form) { 8 } else { 0 };
    let score = 10 + i32::from(current) * 6 - sign_up + words;
    let other = sign_up > 0 && !current;
    (score > 0 && !other).then_some(score)
}

fn asks_for_new_password(form: &Form) -> bool {
    form.passwords().len() > 1
        || form
            .controls
            .iter()
            .any(|control| control.autocomplete.contains("new-password"))
}

fn hinted(form: &Form, role: Role) -> Option<usize> {
    form.controls.iter().position(|control| control.is(role))
}

/// The words that tell what a form is for: its names and what its buttons say.
fn said_by(form: &Form) -> String {
    let buttons = form.controls.iter().filter(|control| control.sends());
    let words: Vec<String> = buttons
        .map(|control| format!("{} {}", control.value, control.label))
        .collect();
    format!("{} {}", form.codename, words.join(" "))
}

fn user_field(form: &Form, password: Option<usize>) -> Option<usize> {
    if let Some(hinted) = hinted(form, Role::User) {
        return Some(hinted);
    }
    (0..form.controls.len())
        .filter(|&index| form.controls[index].shown && form.controls[index].kind == Kind::Text)
        .map(|index| {
            let before = password.is_some_and(|password| index + 1 == password);
            (
                user_score(&form.controls[index]) + i32::from(before) * 2,
                index,
            )
        })
        .filter(|&(score, _)| score > 0)
        .max_by_key(|&(score, index)| (score, std::cmp::Reverse(index)))
        .map(|(_, index)| index)
}

fn user_score(control: &Control) -> i32 {
    let autocomplete = match control.autocomplete.as_str() {
        kind if kind.contains("username") => 8,
        "email" => 6,
        "tel" => 3,
        "one-time-code" => -10,
        _ => 0,
    };
    let kind = match control.input_type.as_str() {
        "email" => 5,
        "tel" => 3,
        "" | "text" => 1,
        "search" => -10,
        _ => -2,
    };
    let name = i32::from(names_a_user(&control.codename)) * 5
        + i32::from(names_a_user(&control.label)) * 4;
    let other = names_something_else(&control.codename) || names_something_else(&control.label);
    autocomplete + kind + name - i32::from(other) * 10
}

/// The control that sends a form as its owner means it: hinted, then by words, then the browser's default.
fn submit(form: &Form) -> Option<usize> {
    hinted(form, Role::Submit).or_else(|| {
        form.controls
            .iter()
            .enumerate()
            .filter(|(_, control)| control.sends() && control.shown)
            .map(|(index, control)| {
                let score = match meaning(&format!("{} {}", control.label, control.value)) {
                    Some(Meaning::LogIn) => 5,
                    Some(Meaning::Agree) => 4,
                    Some(Meaning::SignUp) => 2,
                    None => 3,
                    Some(Meaning::Cancel | Meaning::Elsewhere) => -5,
                };
                (score, index)
            })
            .filter(|&(score, _)| score > 0)
            .max_by_key(|&(score, index)| (score, std::cmp::Reverse(index)))
            .map(|(_, index)| index)
    })
}

fn top(page: &Page, score: impl Fn(&Press) -> Option<i32>) -> Option<&Press> {
    page.presses
        .iter()
        .enumerate()
        .filter_map(|(index, press)| Some((score(press)?, index)))
        .max_by_key(|&(score, index)| (score, std::cmp::Reverse(index)))
        .map(|(_, index)| &page.presses[index])
}

fn may_agree(press: &Press) -> bool {
    !matches!(
        press.effect,
        Effect::Opaque(_) | Effect::Follow(_) | Effect::Stay
    ) && !matches!(
        meaning(&press.words),
        Some(Meaning::Cancel | Meaning::SignUp | Meaning::Elsewhere)
    )
}

/// Whether pressing it sends a form in which nothing has to be typed.
fn sends(press: &Press, page: &Page) -> bool {
    matches!(press.effect, Effect::Send { form, .. } if !page.forms[form].controls.iter().any(Control::is_typed))
}

fn returns(press: &Press, page: &Page, redirect_uri: &str) -> Option<Return> {
    let target = match &press.effect {
        Effect::Follow(target) | Effect::Assign(target) => target.as_str(),
        Effect::Send { form, control } => {
            let form = &page.forms[*form];
            let own = control.and_then(|control| form.controls[control].action.as_deref());
            own.or(form.action.as_deref())?
        }
        Effect::Opaque(_) | Effect::Stay => return None,
    };
    returning(target, redirect_uri)
}
