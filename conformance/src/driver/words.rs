//! What the words on controls mean, in the languages that login pages are written in.

use super::vocabulary::{
    AGREE, AGREE_WHOLE, CANCEL, CANCEL_WHOLE, ELSEWHERE, LOG_IN, NOT_A_USER, SIGN_UP, USER,
};

/// What pressing something is for, judged by its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Leaves the matter: another account, another provider, help, legal pages.
    Elsewhere,
    /// Declines.
    Cancel,
    /// Creates an account.
    SignUp,
    /// Logs in.
    LogIn,
    /// Agrees, goes on.
    Agree,
}

/// The meaning of what a control says; the more specific one wins (`不同意` is a refusal though it holds `同意`).
pub(crate) fn meaning(said: &str) -> Option<Meaning> {
    let said = folded(said);
    let alone = said.trim_matches(|c: char| !c.is_alphanumeric());
    let whole = |words: &str| words.split('|').any(|word| word == alone);
    if mentions(&said, ELSEWHERE) {
        Some(Meaning::Elsewhere)
    } else if mentions(&said, CANCEL) || whole(CANCEL_WHOLE) {
        Some(Meaning::Cancel)
    } else if mentions(&said, SIGN_UP) {
        Some(Meaning::SignUp)
    } else if mentions(&said, LOG_IN) {
        Some(Meaning::LogIn)
    } else if mentions(&said, AGREE) || whole(AGREE_WHOLE) {
        Some(Meaning::Agree)
    } else {
        None
    }
}

/// Whether a label or name speaks of a user name.
pub(crate) fn names_a_user(text: &str) -> bool {
    mentions(&folded(text), USER)
}

/// Whether a label or name speaks of something that looks like a user name and is none.
pub(crate) fn names_something_else(text: &str) -> bool {
    mentions(&folded(text), NOT_A_USER)
}

/// Whether a text speaks of logging in.
pub(crate) fn speaks_of_login(text: &str) -> bool {
    mentions(&folded(text), LOG_IN)
}

/// Whether a text speaks of creating an account.
pub(crate) fn speaks_of_sign_up(text: &str) -> bool {
    mentions(&folded(text), SIGN_UP)
}

/// Lower case, every blank and joint one space, typographic apostrophes plain.
fn folded(text: &str) -> String {
    let text: String = text
        .to_lowercase()
        .chars()
        .map(|c| match c {
            '’' => '\'',
            '_' | '-' | '/' | '.' => ' ',
            other => other,
        })
        .collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether one of the words occurs: as a whole word where the script has blanks, anywhere where it has none.
fn mentions(text: &str, words: &str) -> bool {
    words.split('|').any(|word| {
        text.match_indices(word).any(|(at, _)| {
            !word.ends_with(is_spaced) || {
                let before = text[..at].chars().next_back();
                let after = text[at + word.len()..].chars().next();
                !before.is_some_and(is_spaced) && !after.is_some_and(is_spaced)
            }
        })
    })
}

/// Letters of scripts that put blanks between words (up to Arabic); Han, kana and Hangul do not.
fn is_spaced(c: char) -> bool {
    c.is_alphanumeric() && c < '\u{0e00}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_understood_in_many_languages() {
        for (said, meant) in [
            ("Log in", Meaning::LogIn),
            ("Sign in with your Shop account", Meaning::LogIn),
            ("登录", Meaning::LogIn),
            ("Anmelden", Meaning::LogIn),
            ("Iniciar sesión", Meaning::LogIn),
            ("Continue as Alice", Meaning::Agree),
            ("Yes, link it", Meaning::Agree),
            ("OK", Meaning::Agree),
            ("同意并绑定", Meaning::Agree),
            ("許可する", Meaning::Agree),
            ("Not now", Meaning::Cancel),
            ("Don’t allow", Meaning::Cancel),
            ("不同意", Meaning::Cancel),
            ("以后再说", Meaning::Cancel),
            ("No", Meaning::Cancel),
            ("Abbrechen", Meaning::Cancel),
            ("Cancel and go back to Messenger", Meaning::Cancel),
            ("No account? Sign up", Meaning::SignUp),
            ("注册新账号", Meaning::SignUp),
            ("Forgot password?", Meaning::Elsewhere),
            ("Continue with Google", Meaning::Elsewhere),
            ("Not you? Log out", Meaning::Elsewhere),
        ] {
            assert_eq!(meaning(said), Some(meant), "{said}");
        }
    }

    #[test]
    fn words_inside_of_words_do_not_count() {
        for said in [
            "Blinking lights",
            "Cancellation insurance",
            "Nosey",
            "Yesterday's news",
            "",
        ] {
            assert_eq!(meaning(said), None, "{said}");
        }
    }
}
