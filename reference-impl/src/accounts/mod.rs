//! Accounts: sign-up, login, sessions, and the guards around their forms.
//!
//! Knows nothing of PSIDs and codes. A login inside the linking flow is an ordinary login that
//! carries a linking request along.

mod browser;
mod csrf;
mod entry;
mod forms;
mod guess_limit;
mod password;
mod registration;
mod routes;
mod session;

pub(crate) use browser::{Browser, browser};
pub(crate) use csrf::Purpose;
pub(crate) use entry::Entry;
pub use password::PasswordError;
pub(crate) use password::Passwords;
pub use registration::AccountError;
pub(crate) use registration::register;
pub(crate) use routes::routes;
pub(crate) use session::signed_in;
