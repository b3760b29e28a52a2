//! The two channels to a person: results on standard output, everything else on standard error.

use std::io::Write;

/// Prints a result. A closed pipe (`linklab list | head`) is the reader's choice, not an error.
pub(crate) fn out(text: &str) {
    let mut stdout = anstream::stdout();
    write!(stdout, "{text}")
        .and_then(|()| {
            if text.ends_with('\n') {
                Ok(())
            } else {
                writeln!(stdout)
            }
        })
        .ok();
    stdout.flush().ok();
}

/// Prints why something could not be done.
pub(crate) fn problem(text: &str) {
    writeln!(anstream::stderr(), "linklab: {text}").ok();
}

/// Prints a remark that is no result.
pub(crate) fn remark(text: &str) {
    writeln!(anstream::stderr(), "{text}").ok();
}
