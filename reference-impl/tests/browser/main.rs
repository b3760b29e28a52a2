//! The real pages in a real browser at phone size, with the simulator as the platform.
//!
//! Without chromedriver each test is reported by name as ignored. With `SCREENSHOTS=DIRECTORY` the
//! pages are saved as pictures, for people to look at.

#![expect(
    clippy::unwrap_used,
    reason = "a broken set-up ends the test, and the panic says where"
)]

mod driver;
mod pages;
mod phone;
mod stage;

use std::{future::Future, process::ExitCode};

use libtest_mimic::{Arguments, Completion, Trial, run};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A browser is nine processes; more than two of them at once only slow each other down.
    arguments.test_threads.get_or_insert(2);
    let trials = vec![
        trial(
            "a_wrong_password_then_the_right_one_links",
            pages::wrong_then_right,
        ),
        trial("cancelling_goes_back_without_a_code", pages::cancel),
        trial("a_new_account_is_made_and_linked", pages::sign_up),
        trial(
            "a_signed_in_phone_is_asked_before_it_links",
            pages::asked_again,
        ),
        trial("every_page_fits_a_narrow_phone", pages::fits),
        trial("the_account_page_unlinks", pages::account),
    ];
    run(&arguments, trials).exit_code()
}

fn trial<F: Future<Output = ()> + 'static>(name: &str, test: fn() -> F) -> Trial {
    Trial::ignorable_test(name, move || {
        if let Some(missing) = driver::missing() {
            return Ok(Completion::ignored_with(missing));
        }
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        runtime.block_on(test());
        Ok(Completion::Completed)
    })
}
