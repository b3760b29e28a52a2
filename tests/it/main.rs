//! The binary as a user meets it: arguments in, texts, files and exit codes out.

mod catalogue;
mod dev;
mod embedded;
mod reference;
mod refusals;
mod run;
