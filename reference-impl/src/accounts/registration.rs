//! What makes a valid account, said in one place for the page, the command and the library.

use super::password::PasswordError;
use crate::{server::App, store::StoreError};

/// Longest user name and display name, in characters.
const LONGEST_NAME: usize = 100;
/// Shortest password, in characters.
const SHORTEST_PASSWORD: usize = 8;
/// Longest password, in bytes: a passphrase fits, a flood does not.
pub(super) const LONGEST_PASSWORD: usize = 1024;

/// Why an account was not created.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The user name is empty, too long or unprintable.
    #[error("a user name or e-mail address has 1 to 100 printable characters")]
    Username,
    /// The display name is too long or unprintable.
    #[error("a name has at most 100 printable characters")]
    DisplayName,
    /// The password is too short or too long.
    #[error("a password has at least 8 characters and at most 1024 bytes")]
    Password,
    /// Somebody has this user name already.
    #[error("this user name is taken; choose another one or log in")]
    Taken,
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] PasswordError),
    /// The account could not be stored.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Creates an account and gives its id.
///
/// Without a display name the account goes by its user name, up to the `@` of an e-mail address.
pub(crate) async fn register(
    app: &App,
    username: &str,
    display_name: &str,
    password: &str,
) -> Result<i64, AccountError> {
    let username = normalise(username);
    let display_name = match display_name.trim() {
        "" => username.split('@').next().unwrap_or_default().trim(),
        given => given,
    };
    if !is_name(&username) {
        return Err(AccountError::Username);
    }
    if !is_name(display_name) {
        return Err(AccountError::DisplayName);
    }
    if password.chars().count() < SHORTEST_PASSWORD || LONGEST_PASSWORD < password.len() {
        return Err(AccountError::Password);
    }
    let hash = app.passwords.hash(password).await?;
    let added = app
        .store
        .add_account(&username, display_name, &hash, app.clock.now())
        .await?;
    added.ok_or(AccountError::Taken)
}

/// One spelling for each user name: phones like to capitalise and to add a space.
pub(super) fn normalise(username: &str) -> String {
    username.trim().to_lowercase()
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().count() <= LONGEST_NAME && !text.contains(char::is_control)
}
