//! Whole runs of the suite over real sockets: against specimens, and against backends that misbehave.

mod matrix;
mod misbehaving;
mod specimen;
mod whole;
