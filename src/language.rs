//! In which language people are told things: asked for, or what the environment says.

use linklab_conformance::text::Language;

use crate::cli::Lang;

/// The language asked for, else the one of the locale variables, else English.
pub(crate) fn chosen(asked: Option<Lang>) -> Language {
    match asked {
        Some(Lang::En) => Language::English,
        Some(Lang::Zh) => Language::Chinese,
        None => of_locale(|name| std::env::var(name).ok()),
    }
}

/// The first of these variables that is set and not empty decides, as POSIX has it.
fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Language {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()))
        .map_or(Language::English, |locale| {
            if locale.starts_with("zh") {
                Language::Chinese
            } else {
                Language::English
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let of = |set: &'static [(&str, &str)]| {
            of_locale(move |name| {
                set.iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(of(&[]), Language::English);
        assert_eq!(of(&[("LANG", "zh_CN.UTF-8")]), Language::Chinese);
        assert_eq!(
            of(&[("LC_ALL", "C"), ("LANG", "zh_CN.UTF-8")]),
            Language::English
        );
        assert_eq!(
            of(&[("LC_ALL", ""), ("LANG", "zh_CN.UTF-8")]),
            Language::Chinese
        );
    }
}
