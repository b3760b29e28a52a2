//! Backends that misbehave.
